import { nodeName, type Node } from '../../src/model/node.js'

/** What one node found when it asked others by their data path addresses. */
export interface DataPathReport {
  /** What is wrong with its own address; empty when nothing is. */
  problem: string
  /** Nodes that did not answer. */
  silent: readonly string[]
  /** How many answered. */
  answering: number
}

/** One node tells of at most so many others. */
const silentMax = 100
const problemLengthMax = 500
/** So many are named in a message. */
const namedMax = 3

/**
 * What the nodes say of one another's data path, and what follows from it for each: packets of overlay
 * networks do not reach a node that others cannot reach. Who reaches nobody at all says little about the
 * others and much about itself.
 */
export class DataPaths {
  private readonly reports = new Map<string, DataPathReport>()

  report(nodeId: string, { problem, silent, answering }: DataPathReport): void {
    this.reports.set(nodeId, { problem: problem.slice(0, problemLengthMax), silent: silent.slice(0, silentMax), answering })
  }

  forget(nodeId: string): void {
    this.reports.delete(nodeId)
  }

  clear(): void {
    this.reports.clear()
  }

  /** A sentence for each of these nodes that something is wrong with. */
  messages(nodes: readonly Node[]): Map<string, string> {
    const nameOf = new Map(nodes.map((node) => [node.id as string, nodeName(node)]))
    const accusers = new Map<string, string[]>()
    const lost = new Set<string>()
    for (const [reporter, { silent, answering }] of this.reports) {
      if (!nameOf.has(reporter)) continue
      const named = silent.filter((id) => nameOf.has(id))
      // Of two nodes that do not reach each other nobody can tell which one is wrong.
      if (answering === 0 && named.length > 1) lost.add(reporter)
      else for (const id of named) accusers.set(id, [...(accusers.get(id) ?? []), reporter])
    }
    const messages = new Map<string, string>()
    for (const { id, description, status } of nodes) {
      const problem = this.reports.get(id)?.problem ?? ''
      const address = description?.dataPathAddress || status.address
      const by = accusers.get(id) ?? []
      const remedy = 'containers on other nodes do not reach those on it: let the node leave and join again with the right --data-path-addr, or let UDP packets through'
      if (problem !== '') messages.set(id, problem)
      else if (lost.has(id)) messages.set(id, `no other node answers this one on the data path (its address is ${address}): ${remedy}`)
      else if (by.length > 0) messages.set(id, `data path address ${address} is not reachable from ${listed(by.map((one) => nameOf.get(one) ?? one))}: ${remedy}`)
    }
    return messages
  }
}

function listed(names: readonly string[]): string {
  const sorted = [...names].sort()
  const rest = sorted.length - namedMax
  return rest > 0 ? `${sorted.slice(0, namedMax).join(', ')} and ${rest} more` : sorted.join(', ')
}
