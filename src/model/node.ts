import type { NodeId } from './ids.js'
import type { NodeEncryption } from './network-table.js'
import type { Meta } from './object.js'
import type { Resources } from './resources.js'

/** What a node is in the cluster; managers run tasks, too. */
export const NodeRole = { worker: 'worker', manager: 'manager' } as const
export type NodeRole = (typeof NodeRole)[keyof typeof NodeRole]

/** Whether a node takes tasks: `pause` keeps what it has, `drain` gives that up. */
export const Availability = { active: 'active', pause: 'pause', drain: 'drain' } as const
export type Availability = (typeof Availability)[keyof typeof Availability]

/**
 * What the managers know of a node: `unknown` before its first session, `down` when its heartbeats stay away.
 * `disconnected` is a word of the Engine API that they do not use.
 */
export const NodeState = { unknown: 'unknown', down: 'down', ready: 'ready', disconnected: 'disconnected' } as const
export type NodeState = (typeof NodeState)[keyof typeof NodeState]

/** Whether the leader reaches another manager by Raft. */
export const Reachability = { unknown: 'unknown', unreachable: 'unreachable', reachable: 'reachable' } as const
export type Reachability = (typeof Reachability)[keyof typeof Reachability]

/** What a user wants of a node. */
export interface NodeSpec {
  /** Usually empty: the node goes by its host name. */
  name: string
  labels: Record<string, string>
  role: NodeRole
  availability: Availability
}

export interface Platform {
  /** As Docker prints it: `x86_64`, `aarch64`. */
  architecture: string
  /** `linux` */
  os: string
}

/** What a node says of itself when its session starts and when it changes. */
export interface NodeDescription {
  hostname: string
  platform: Platform
  resources: Resources
  engineVersion: string
  /** `--label` of skepd: matched by constraints on `engine.labels`. */
  engineLabels: Record<string, string>
  plugins: { type: string; name: string }[]
  /** PEM of the root the node trusts, and its issuer's subject and public key (DER). */
  tls?: { trustRootPem: string; issuerSubject: Uint8Array; issuerPublicKey: Uint8Array }
  /** Where the node takes packets of overlay networks; absent for the address of its status. */
  dataPathAddress?: string
  /** UDP port at which it answers whether that address reaches it. */
  dataPathProbePort?: number
  /** The subnets that its host is on, without skep's own networks; absent when it does not tell. CIDR notation, at most `hostSubnetsMax`. */
  hostNetworks?: { subnets: string[] }
  /** Why it can be on no encrypted network; absent when it can. */
  encryptionProblem?: string
  /** How packets of encrypted networks reach it; absent while it is on none. */
  encryption?: NodeEncryption
}

/** What a node is called: its name if it was given one, or else its host name, or its id. */
export function nodeName({ id, spec, description }: Pick<Node, 'id' | 'spec' | 'description'>): string {
  return spec.name || description?.hostname || id
}

/** So many subnets of a host are told to the managers and kept by them. */
export const hostSubnetsMax = 64

/** A manager's part in the Raft group. */
export interface ManagerStatus {
  /** The member's number: a random safe integer. */
  raftId: number
  /** host:port the other managers dial. */
  address: string
  leader: boolean
  reachability: Reachability
}

/** A node as the store has it. */
export interface Node {
  id: NodeId
  meta: Meta
  spec: NodeSpec
  /** The version from which the spec was last replaced; absent while it is as it was made. */
  specChangedAfter?: number
  description?: NodeDescription
  status: { state: NodeState; message: string; address: string }
  /** Kept by the leader; present while the node is a member of the Raft group. */
  managerStatus?: ManagerStatus
  /** The role in the certificate the node uses now; it lags behind `spec.role` during a change. */
  observedRole: NodeRole
  certificate: NodeCertificate
}

/** Where the node's certificate stands: the CA loop moves it. */
export interface NodeCertificate {
  /** `pending`, `issued`, `renew` (to be renewed on the next contact), `rotate`, `failed`, `unknown`. */
  state: CertificateState
  message: string
  role: NodeRole
  csrPem?: string
  certificatePem?: string
  /** The common name in the certificate: the node's id. */
  commonName: string
}

/** See `NodeCertificate.state`. */
export const CertificateState = {
  unknown: 'unknown',
  pending: 'pending',
  issued: 'issued',
  renew: 'renew',
  rotate: 'rotate',
  failed: 'failed',
} as const
export type CertificateState = (typeof CertificateState)[keyof typeof CertificateState]
