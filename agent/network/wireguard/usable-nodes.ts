import { isIP } from 'node:net'
import { encryptionKeysMax } from '../../../src/model/network-table.js'
import type { EncryptedNode } from './handover.js'
import { isKey } from './keys.js'

/**
 * The nodes that tunnels can lead to, and sentences on what was refused. A key belongs to one node: whoever
 * names one that is ours, or that another node had before, does not get that node's packets. Pure.
 */
export function usableNodes(
  nodes: readonly EncryptedNode[],
  own: ReadonlySet<string>,
  before: readonly EncryptedNode[],
): { usable: EncryptedNode[]; refused: string[] } {
  const owners = new Map<string, string>()
  const named = new Map<string, Set<string>>()
  for (const { nodeId, keys } of nodes) named.set(nodeId, new Set(keys.map(({ publicKey }) => publicKey)))
  // Whoever had it keeps it, as long as it still names it.
  for (const { nodeId, keys } of before) for (const { publicKey } of keys) if (named.get(nodeId)?.has(publicKey)) owners.set(publicKey, nodeId)
  const refused: string[] = []
  const usable: EncryptedNode[] = []
  for (const { nodeId, address, keys } of nodes) {
    if (keys.length === 0 || isIP(address) === 0) continue
    const good = keys.slice(-encryptionKeysMax).filter(({ publicKey, port }) => {
      const fit = isKey(publicKey) && Number.isInteger(port) && port > 0 && port <= 65_535
      if (fit && !own.has(publicKey) && (owners.get(publicKey) ?? nodeId) === nodeId) {
        owners.set(publicKey, nodeId)
        return true
      }
      refused.push(`node ${nodeId} names an encryption key that ${fit ? 'is another node\'s' : 'is none'}: nothing is sent to it`)
      return false
    })
    if (good.length > 0) usable.push({ nodeId, address, keys: good })
  }
  return { usable, refused }
}
