/**
 * JSON shapes of the Engine API, version 1.51: volume. Field names, casing and nesting are the contract of
 * Docker's published definition; every field is optional because old clients leave out what they do not know.
 */
import type { ObjectVersion } from './swarm.js'

export interface Volume {
  Name?: string
  Driver?: string
  Mountpoint?: string
  CreatedAt?: string
  Status?: Record<string, Record<string, unknown>>
  Labels?: Record<string, string>
  Scope?: 'local' | 'global'
  ClusterVolume?: ClusterVolume
  Options?: Record<string, string>
  UsageData?: {
    Size?: number
    RefCount?: number
  } | null
}

export interface VolumeCreateOptions {
  Name?: string
  Driver?: string
  DriverOpts?: Record<string, string>
  Labels?: Record<string, string>
  ClusterVolumeSpec?: ClusterVolumeSpec
}

export interface VolumeListResponse {
  Volumes?: Volume[]
  Warnings?: string[]
}

export interface ClusterVolume {
  ID?: string
  Version?: ObjectVersion
  CreatedAt?: string
  UpdatedAt?: string
  Spec?: ClusterVolumeSpec
  Info?: {
    CapacityBytes?: number
    VolumeContext?: Record<string, string>
    VolumeID?: string
    AccessibleTopology?: Topology[]
  }
  PublishStatus?: ({
    NodeID?: string
    State?: 'pending-publish' | 'published' | 'pending-node-unpublish' | 'pending-controller-unpublish'
    PublishContext?: Record<string, string>
  })[]
}

export interface ClusterVolumeSpec {
  Group?: string
  AccessMode?: {
    Scope?: 'single' | 'multi'
    Sharing?: 'none' | 'readonly' | 'onewriter' | 'all'
    MountVolume?: Record<string, unknown>
    Secrets?: ({
      Key?: string
      Secret?: string
    })[]
    AccessibilityRequirements?: {
      Requisite?: Topology[]
      Preferred?: Topology[]
    }
    CapacityRange?: {
      RequiredBytes?: number
      LimitBytes?: number
    }
    Availability?: 'active' | 'pause' | 'drain'
  }
}

export interface Topology {
  Segments?: Record<string, string>
}
