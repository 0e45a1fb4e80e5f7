import type { Annotations, Driver, Meta } from './object.js'
import type { ConfigId, SecretId } from './ids.js'

export interface SecretSpec extends Annotations {
  /** At most 500 KiB. */
  data: Uint8Array
  templating?: Driver
  driver?: Driver
}

export interface Secret {
  id: SecretId
  meta: Meta
  spec: SecretSpec
  /** Made by skep itself; not shown to users. */
  internal: boolean
}

export interface ConfigSpec extends Annotations {
  /** At most 1,000 KiB. */
  data: Uint8Array
  templating?: Driver
}

export interface Config {
  id: ConfigId
  meta: Meta
  spec: ConfigSpec
}

export const secretBytesMax = 500 * 1024
export const configBytesMax = 1000 * 1024
