import { conflict, invalid, notFound } from '../../src/base/errors.js'
import type { StoredNetwork } from './endpoint.js'
import type { NetworkStore } from './store.js'

const keyOf = (id: string): string => `network/${id}`

/** The networks that this host knows, in memory and in the store. */
export class NetworkTable {
  private readonly byId = new Map<string, StoredNetwork>()

  constructor(private readonly store: NetworkStore) {
    for (const { value } of store.list('network/')) {
      const network = value as StoredNetwork
      this.byId.set(network.id, network)
    }
  }

  all(): StoredNetwork[] {
    return [...this.byId.values()]
  }

  get(id: string): StoredNetwork | undefined {
    return this.byId.get(id)
  }

  byName(name: string): StoredNetwork | undefined {
    return this.all().find((network) => network.name === name)
  }

  /** By id, name or the unique start of an id. Throws `notFound`, or `invalid` when several ids start so. */
  resolve(ref: string): StoredNetwork {
    const exact = this.byId.get(ref) ?? this.byName(ref)
    if (exact) return exact
    const matches = ref === '' ? [] : this.all().filter((network) => network.id.startsWith(ref))
    if (matches.length > 1) throw invalid(`network ${ref} is ambiguous (${matches.length} matches found based on ID prefix)`)
    if (!matches[0]) throw notFound(`network ${ref} not found`)
    return matches[0]
  }

  /** Known at once; the promise resolves when it is durable. Throws `conflict` when the name is taken. */
  add(network: StoredNetwork): Promise<void> {
    if (this.byName(network.name)) throw conflict(`network with name ${network.name} already exists`)
    this.byId.set(network.id, network)
    return this.store.put(keyOf(network.id), network)
  }

  /** Adds the network or puts it in the place of an older version of itself. */
  put(network: StoredNetwork): Promise<void> {
    this.byId.set(network.id, network)
    return this.store.put(keyOf(network.id), network)
  }

  delete(id: string): Promise<void> {
    this.byId.delete(id)
    return this.store.delete(keyOf(id))
  }
}
