/**
 * JSON shapes of the Engine API, version 1.51: secrets and configs. Field names, casing and nesting are the contract of
 * Docker's published definition; every field is optional because old clients leave out what they do not know.
 */
import type { Driver, ObjectVersion } from './swarm.js'

export interface SecretSpec {
  Name?: string
  Labels?: Record<string, string>
  Data?: string
  Driver?: Driver
  Templating?: Driver
}

export interface Secret {
  ID?: string
  Version?: ObjectVersion
  CreatedAt?: string
  UpdatedAt?: string
  Spec?: SecretSpec
}

export interface ConfigSpec {
  Name?: string
  Labels?: Record<string, string>
  Data?: string
  Templating?: Driver
}

export interface Config {
  ID?: string
  Version?: ObjectVersion
  CreatedAt?: string
  UpdatedAt?: string
  Spec?: ConfigSpec
}
