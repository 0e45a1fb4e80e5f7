import type { NetworkEndpoint } from '../../../src/model/network-table.js'
import { familyOf } from '../../kernel/address-bytes.js'
import { reachable } from '../cluster/cluster-tables.js'

/** Rules for these numbers of backends are there from the start: a change is one of elements alone then. */
export const usualSizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

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
    const address = addresses.find((one) => familyOf(one) === family)
    return address === undefined ? [] : [{ nodeId, address }]
  })
  const near = having.filter(({ nodeId }) => nodeId === preferredNode)
  return (near.length > 0 ? near : reachable(having, lost)).map(({ address }) => address).sort()
}
