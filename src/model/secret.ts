import type { Annotations, Driver, Meta } from './object.js'
import type { ConfigId, SecretId } from './ids.js'

/** What a user makes a secret of. */
export interface SecretSpec extends Annotations {
  /** At most 500 KiB. */
  data: Uint8Array
  templating?: Driver
  driver?: Driver
}

/** A secret as the store has it. */
export interface Secret {
  id: SecretId
  meta: Meta
  spec: SecretSpec
  /** Made by skep itself; not shown to users. */
  internal: boolean
}

/** What a user makes a config of. */
export interface ConfigSpec extends Annotations {
  /** At most 1,000 KiB. */
  data: Uint8Array
  templating?: Driver
}

/** A config as the store has it. */
export interface Config {
  id: ConfigId
  meta: Meta
  spec: ConfigSpec
}

/** Limits of `data`. */
export const secretBytesMax = 500 * 1024
export const configBytesMax = 1000 * 1024
