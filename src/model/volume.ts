import type { Annotations, Meta } from './object.js'
import type { VolumeId } from './ids.js'

/** A cluster volume: known to the whole cluster, made by a driver on the nodes that use it. */
export interface VolumeSpec extends Annotations {
  group: string
  driver: { name: string; options: Record<string, string> }
  accessMode: { scope: 'single' | 'multi'; sharing: 'none' | 'readonly' | 'onewriter' | 'all'; mount: boolean }
  secrets: { key: string; secret: string }[]
  requiredBytes: number
  limitBytes: number
  availability: 'active' | 'pause' | 'drain'
}

export interface Volume {
  id: VolumeId
  meta: Meta
  spec: VolumeSpec
  pendingDelete: boolean
}
