import type { NetworkEndpoint } from '../../../src/model/network-table.js'

/** The addresses of one family that flows are led to, sorted; those of the preferred node alone while it has some. */
export function backendsOf(endpoints: readonly NetworkEndpoint[], preferredNode: string | undefined, family: 4 | 6): string[] {
  const having = endpoints.flatMap(({ nodeId, addresses }) => {
    const address = addresses.find((one) => one.includes(':') === (family === 6))
    return address === undefined ? [] : [{ nodeId, address }]
  })
  const near = having.filter(({ nodeId }) => nodeId === preferredNode)
  return (near.length > 0 ? near : having).map(({ address }) => address).sort()
}
