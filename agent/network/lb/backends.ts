import type { NetworkEndpoint } from '../../../src/model/network-table.js'
import { reachable } from '../cluster/cluster-tables.js'

/** What chooses among the tasks that serve. */
export interface Choice {
  /** Its tasks alone are led to while it has some. */
  preferredNode: string | undefined
  /** Nodes whose tasks are led to only when there are no others. */
  lost: ReadonlySet<string>
}

/** The addresses of one family that flows are led to, sorted. */
export function backendsOf(endpoints: readonly NetworkEndpoint[], { preferredNode, lost }: Choice, family: 4 | 6): string[] {
  const having = endpoints.flatMap(({ nodeId, addresses }) => {
    const address = addresses.find((one) => one.includes(':') === (family === 6))
    return address === undefined ? [] : [{ nodeId, address }]
  })
  const near = having.filter(({ nodeId }) => nodeId === preferredNode)
  return (near.length > 0 ? near : reachable(having, lost)).map(({ address }) => address).sort()
}
