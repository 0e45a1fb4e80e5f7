/**
 * JSON shapes of the Engine API, version 1.51: image. Field names, casing and nesting are the contract of
 * Docker's published definition; every field is optional because old clients leave out what they do not know.
 */
import type { DriverData, HealthConfig } from './container.js'

export interface ImageHistoryResponseItem {
  Id?: string
  Created?: number
  CreatedBy?: string
  Tags?: string[]
  Size?: number
  Comment?: string
}

export interface ImageConfig {
  User?: string
  ExposedPorts?: Record<string, Record<string, unknown>> | null
  Env?: string[]
  Cmd?: string[]
  Healthcheck?: HealthConfig
  ArgsEscaped?: boolean | null
  Volumes?: Record<string, Record<string, unknown>>
  WorkingDir?: string
  Entrypoint?: string[]
  OnBuild?: string[] | null
  Labels?: Record<string, string>
  StopSignal?: string | null
  Shell?: string[] | null
}

export interface ImageInspect {
  Id?: string
  Descriptor?: OCIDescriptor
  Manifests?: ImageManifestSummary[] | null
  RepoTags?: string[]
  RepoDigests?: string[]
  Parent?: string
  Comment?: string
  Created?: string | null
  DockerVersion?: string
  Author?: string
  Config?: ImageConfig
  Architecture?: string
  Variant?: string | null
  Os?: string
  OsVersion?: string | null
  Size?: number
  GraphDriver?: DriverData
  RootFS?: {
    Type?: string
    Layers?: string[]
  }
  Metadata?: {
    LastTagTime?: string | null
  }
}

export interface ImageSummary {
  Id?: string
  ParentId?: string
  RepoTags?: string[]
  RepoDigests?: string[]
  Created?: number
  Size?: number
  SharedSize?: number
  Labels?: Record<string, string>
  Containers?: number
  Manifests?: ImageManifestSummary[]
  Descriptor?: OCIDescriptor
}

export interface ImageDeleteResponseItem {
  Untagged?: string
  Deleted?: string
}

export interface ImageManifestSummary {
  ID?: string
  Descriptor?: OCIDescriptor
  Available?: boolean
  Size?: {
    Total?: number
    Content?: number
  }
  Kind?: 'image' | 'attestation' | 'unknown'
  ImageData?: {
    Platform?: OCIPlatform
    Containers?: string[]
    Size?: {
      Unpacked?: number
    }
  } | null
  AttestationData?: {
    For?: string
  } | null
}

export interface OCIDescriptor {
  mediaType?: string
  digest?: string
  size?: number
  urls?: string[] | null
  annotations?: Record<string, string> | null
  data?: string | null
  platform?: OCIPlatform
  artifactType?: string | null
}

export interface OCIPlatform {
  architecture?: string
  os?: string
  'os.version'?: string
  'os.features'?: string[]
  variant?: string
}

export interface DistributionInspect {
  Descriptor?: OCIDescriptor
  Platforms?: OCIPlatform[]
}

export interface AuthConfig {
  username?: string
  password?: string
  email?: string
  serveraddress?: string
  /** `name:password` in base 64, as the clients' configuration file has it. */
  auth?: string
  /** A refresh token in place of the password. */
  identitytoken?: string
  /** A bearer token to be sent as it is. */
  registrytoken?: string
}

/** One result of `docker search`. */
export interface ImageSearchResponseItem {
  description?: string
  is_official?: boolean
  is_automated?: boolean
  name?: string
  star_count?: number
}

export interface BuildCache {
  ID?: string
  Parents?: string[] | null
  Type?: 'internal' | 'frontend' | 'source.local' | 'source.git.checkout' | 'exec.cachemount' | 'regular'
  Description?: string
  InUse?: boolean
  Shared?: boolean
  Size?: number
  CreatedAt?: string
  LastUsedAt?: string | null
  UsageCount?: number
}

export interface ErrorDetail {
  code?: number
  message?: string
}

export interface ProgressDetail {
  current?: number
  total?: number
}

export interface DeviceInfo {
  Source?: string
  ID?: string
}
