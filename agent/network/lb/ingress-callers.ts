import { parseAddress } from '../../kernel/address-bytes.js'
import type { ElementChange, NftElement } from '../../kernel/nft-elements.js'
import type { Endpoint } from '../endpoint.js'

/** What this looks up of an endpoint's network. */
export interface CallerNetwork {
  driver: string
  ingress: boolean
}

/**
 * How this host's containers appear to the tasks that they call by published ports: the elements of the
 * host's ingress table. An address on a bridge of this host may be another container's on another host, so
 * the container's address on a network of the cluster stands for it. Pure but for what it remembers.
 */
export class IngressCallers {
  private readonly containers = new Map<string, Map<string, { set: string; element: NftElement }>>()
  private loaded = new Map<string, { set: string; element: NftElement }>()

  constructor(private readonly network: (id: string) => CallerNetwork | undefined) {}

  set(containerId: string, endpoints: readonly Endpoint[]): void {
    this.containers.set(containerId, elementsOf(endpoints, this.network))
  }

  delete(containerId: string): void {
    this.containers.delete(containerId)
  }

  /** The changes since the last time this was called; all that there is when the table is `fresh`. */
  changes(table: string, fresh: boolean): ElementChange[] {
    if (fresh) this.loaded = new Map()
    const wanted = new Map([...this.containers.values()].flatMap((elements) => [...elements]))
    const text = ({ element: { value } }: { element: NftElement }): string => (value instanceof Uint8Array ? value.join() : '')
    const differs = (key: string): boolean => {
      const [before, after] = [this.loaded.get(key), wanted.get(key)]
      return !before || !after || text(before) !== text(after)
    }
    const gone = [...this.loaded].filter(([key]) => differs(key))
    const come = [...wanted].filter(([key]) => differs(key))
    this.loaded = wanted
    return [...grouped('delete', table, gone.map(([, one]) => one)), ...grouped('add', table, come.map(([, one]) => one))]
  }
}

function elementsOf(endpoints: readonly Endpoint[], network: (id: string) => CallerNetwork | undefined): Map<string, { set: string; element: NftElement }> {
  const elements = new Map<string, { set: string; element: NftElement }>()
  const add = (set: string, parts: readonly string[], value?: string): void => {
    const key = Uint8Array.from(parts.flatMap((part) => [...parseAddress(part)]))
    elements.set(`${set} ${parts.join(' ')}`, { set, element: { key, ...(value !== undefined && { value: parseAddress(value) }) } })
  }
  const kinds = endpoints.map((endpoint) => ({ endpoint, network: network(endpoint.networkId) }))
  for (const family of [4, 6] as const) {
    const of = (keep: (one: CallerNetwork) => boolean): string[] =>
      kinds.filter((one) => one.network && keep(one.network)).map(({ endpoint }) => (family === 4 ? endpoint.ipv4Address : endpoint.ipv6Address)).filter((address) => address !== '')
    const here = of(({ driver }) => driver === 'bridge')
    const ingress = of((one) => one.ingress)
    const [own] = [...of(({ driver, ingress: isIngress }) => driver === 'overlay' && !isIngress), ...ingress]
    for (const address of here) {
      if (own !== undefined) add(`own${family}`, [address], own)
      for (const task of ingress) add(`self${family}`, [address, task])
    }
    for (const task of ingress) add(`local${family}`, [task])
  }
  return elements
}

function grouped(action: ElementChange['action'], table: string, items: readonly { set: string; element: NftElement }[]): ElementChange[] {
  const sets = new Map<string, NftElement[]>()
  for (const { set, element } of items) sets.set(set, [...(sets.get(set) ?? []), element])
  return [...sets].map(([set, elements]) => ({ action, table, set, elements }))
}
