import type { Annotations, Driver, Meta } from './object.js'
import type { ClusterId, NodeId } from './ids.js'

export interface ClusterSpec extends Annotations {
  orchestration: { taskHistoryRetentionLimit: number }
  raft: {
    /** Snapshot after this many entries. */
    snapshotInterval: number
    keepOldSnapshots: number
    logEntriesForSlowFollowers: number
    heartbeatTick: number
    electionTick: number
  }
  dispatcher: { heartbeatPeriodNs: number }
  ca: {
    nodeCertExpiryNs: number
    externalCas: { protocol: string; url: string; options: Record<string, string>; caCertPem: string }[]
    signingCaCertPem: string
    signingCaKeyPem: string
    forceRotate: number
  }
  taskDefaults: { logDriver?: Driver }
  encryption: { autoLockManagers: boolean }
}

/** The one cluster object, named `default`. */
export interface Cluster {
  id: ClusterId
  meta: Meta
  spec: ClusterSpec
  rootCa: RootCa
  /** Seals the managers' disks while autolock is on. */
  unlockKeys: { subsystem: string; key: Uint8Array }[]
  /** Certificates of removed nodes, refused until they expire. */
  blacklistedCertificates: Record<NodeId, { expiryMs: number }>
  /** CIDRs to cut overlay subnets from. */
  defaultAddressPool: string[]
  subnetSize: number
  /** UDP port of VXLAN. */
  dataPathPort: number
  fipsEnabled: boolean
}

export interface RootCa {
  certPem: string
  keyPem: string
  /** `sha256:<hex>` of the DER certificate: what join tokens carry. */
  digest: string
  joinTokens: { worker: string; manager: string }
  /** Set while nodes move from one root to another. */
  rotation?: { certPem: string; keyPem: string; crossSignedPem: string }
  /** Counts changes of the root. */
  lastForcedRotation: number
}
