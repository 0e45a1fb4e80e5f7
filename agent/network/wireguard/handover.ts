import type { EncryptionKey } from '../../../src/model/network-table.js'

/**
 * How traffic moves from old keys to new ones without losing a packet. Each key of a node has an interface
 * and an address of its own, and while a node changes its key both are there: whoever sends, sends to one
 * of them and is understood on both. Each end moves when it has seen a handshake with the new key, for then
 * the other end has it too. Pure.
 */

/** Another node, as the managers tell of it. */
export interface EncryptedNode {
  nodeId: string
  /** Where it takes packets of the data path. */
  address: string
  /** The oldest first. */
  keys: readonly EncryptionKey[]
}

/** The ways to other nodes. */
export interface Paths {
  /** The key that packets to a node are sent to. */
  keys: ReadonlyMap<string, string>
  /** The tunnel (by its own public key) that packets to a key go through. */
  tunnels: ReadonlyMap<string, string>
}

/** The time of the last handshake that a tunnel had with a peer's key, in seconds since the Unix epoch; 0 for none. */
export type Handshakes = (tunnel: string, peerKey: string) => number

/** The paths, given the public keys of this node's tunnels, the oldest first. What worked before is kept until something newer is seen to work. */
export function choosePaths(tunnels: readonly string[], nodes: readonly EncryptedNode[], handshakes: Handshakes, before: Paths): Paths {
  const keys = new Map<string, string>()
  const ways = new Map<string, string>()
  for (const { nodeId, keys: offered } of nodes) {
    for (const { publicKey } of offered) {
      const tunnel = tunnels.findLast((one) => handshakes(one, publicKey) > 0) ?? kept(before.tunnels.get(publicKey), tunnels) ?? tunnels[0]
      if (tunnel !== undefined) ways.set(publicKey, tunnel)
    }
    const names = offered.map(({ publicKey }) => publicKey)
    const key = names.findLast((one) => tunnels.some((tunnel) => handshakes(tunnel, one) > 0)) ?? kept(before.keys.get(nodeId), names) ?? names[0]
    if (key !== undefined && ways.has(key)) keys.set(nodeId, key)
  }
  return { keys, tunnels: ways }
}

/** Whether some path is not the newest yet. */
export function isUnderWay(tunnels: readonly string[], nodes: readonly EncryptedNode[], paths: Paths): boolean {
  return nodes.some(
    ({ nodeId, keys }) => paths.keys.get(nodeId) !== keys.at(-1)?.publicKey || keys.some(({ publicKey }) => paths.tunnels.get(publicKey) !== tunnels.at(-1)),
  )
}

/** WireGuard gives a session up after 180 seconds without a handshake. */
const sessionSeconds = 185

/**
 * The nodes that are heard from by the old tunnel, with some key, and with that key were not yet heard from by the new
 * one: what goes to that key would be lost without the old one.
 */
export function dependents(old: string, current: string, nodes: readonly EncryptedNode[], handshakes: Handshakes, nowMs: number): string[] {
  const depends = (key: string): boolean => handshakes(old, key) * 1000 > nowMs - sessionSeconds * 1000 && handshakes(current, key) === 0
  return nodes.filter(({ keys }) => keys.some(({ publicKey }) => depends(publicKey))).map(({ nodeId }) => nodeId)
}

/** Where a change of key stands. */
export interface Rotation {
  /** When the newest key was made; wall clock. */
  createdAtMs: number
  /** There is an older key beside the newest. */
  overlap: boolean
  /** The managers have told everybody of exactly the keys that are announced. */
  spread: boolean
  /** Nobody depends on the older key. */
  independent: boolean
  /** Since when the two above have been so; undefined while they are not. */
  settledAtMs: number | undefined
  /** The older key is not announced any more. */
  withdrawn: boolean
}

export interface RotationTimes {
  /** A key is used for so long. */
  periodMs: number
  /** Nodes that were told late have so long to follow. */
  graceMs: number
}

export type RotationStep =
  /** A new key is to be made and announced beside the present one. */
  | { step: 'begin' }
  /** The older key is to be announced no more. */
  | { step: 'withdraw' }
  /** The older key and its interface are to go. */
  | { step: 'finish' }
  | { step: 'wait'; forMs: number }

const lookAgainMs = 500

/** What a change of key needs next. */
export function nextStep(rotation: Rotation, { periodMs, graceMs }: RotationTimes, nowMs: number): RotationStep {
  const { createdAtMs, overlap, spread, independent, settledAtMs, withdrawn } = rotation
  if (!overlap) {
    // A clock that was set back must not keep a key for ever.
    const leftMs = Math.min(createdAtMs + periodMs - nowMs, periodMs)
    return leftMs <= 0 ? { step: 'begin' } : { step: 'wait', forMs: leftMs }
  }
  if (!spread || !(independent || withdrawn) || settledAtMs === undefined) return { step: 'wait', forMs: lookAgainMs }
  const leftMs = settledAtMs + graceMs - nowMs
  if (leftMs > 0) return { step: 'wait', forMs: Math.min(leftMs, lookAgainMs) }
  return { step: withdrawn ? 'finish' : 'withdraw' }
}

function kept(one: string | undefined, among: readonly string[]): string | undefined {
  return one !== undefined && among.includes(one) ? one : undefined
}
