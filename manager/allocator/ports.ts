import { conflict, ErrorKind, StatusError } from '../../src/base/errors.js'
import { defaults } from '../../src/model/defaults.js'
import { PublishMode, type PortConfig, type Protocol } from '../../src/model/service.js'

/** Names a service to people. */
export interface PortOwner {
  id: string
  name: string
}

/** Ports published in ingress mode: each is one service's on every node. */
export class PortSpace {
  private readonly owners = new Map<string, PortOwner>()
  private readonly cursors = new Map<Protocol, number>()

  constructor(
    private readonly first: number = defaults.dynamicPortFirst,
    private readonly last: number = defaults.dynamicPortLast,
  ) {}

  /**
   * The service's ports with every number filled in. Ports it has keep their numbers where the spec
   * leaves the choice; those it no longer asks for become free. Throws `conflict` with the name of
   * the service that has a port, or `exhausted`, and then nothing has changed.
   */
  allocate(owner: PortOwner, wanted: readonly PortConfig[], held: readonly PortConfig[]): PortConfig[] {
    const taken = new Map<string, PortConfig>()
    const spare = held.filter((port) => port.publishMode === PublishMode.ingress && port.publishedPort !== 0)
    const fixed = wanted.map((port) => {
      if (port.publishMode !== PublishMode.ingress || port.publishedPort === 0) return port
      this.check(owner, port, taken)
      return port
    })
    const ports = fixed.map((port) => {
      if (port.publishMode !== PublishMode.ingress || port.publishedPort !== 0) return port
      const same = spare.findIndex((old) => isSame(old, port) && !taken.has(key(old)) && this.isFreeFor(owner, old))
      const [kept] = same >= 0 ? spare.splice(same, 1) : []
      const chosen = { ...port, publishedPort: kept?.publishedPort ?? this.choose(owner, port.protocol, taken) }
      taken.set(key(chosen), chosen)
      return chosen
    })
    this.release(owner.id)
    for (const port of taken.keys()) this.owners.set(port, owner)
    return ports
  }

  /** Takes what the store says the service has. Gives the ports that another service has already. */
  claim(owner: PortOwner, ports: readonly PortConfig[]): PortConfig[] {
    return ports.filter((port) => {
      if (port.publishMode !== PublishMode.ingress || port.publishedPort === 0) return false
      if (!this.isFreeFor(owner, port)) return true
      this.owners.set(key(port), owner)
      return false
    })
  }

  release(serviceId: string): void {
    for (const [port, owner] of this.owners) if (owner.id === serviceId) this.owners.delete(port)
  }

  private check(owner: PortOwner, port: PortConfig, taken: Map<string, PortConfig>): void {
    if (taken.has(key(port))) throw conflict(`port ${key(port)} is published twice by service ${owner.name}`)
    const holder = this.owners.get(key(port))
    if (holder && holder.id !== owner.id) {
      throw conflict(`port '${port.publishedPort}' is already in use by service '${holder.name}' (${holder.id}) as an ingress port`)
    }
    taken.set(key(port), port)
  }

  private isFreeFor(owner: PortOwner, port: PortConfig): boolean {
    const holder = this.owners.get(key(port))
    return !holder || holder.id === owner.id
  }

  private choose(owner: PortOwner, protocol: Protocol, taken: Map<string, PortConfig>): number {
    const size = this.last - this.first + 1
    const cursor = this.cursors.get(protocol) ?? this.first
    for (let i = 0; i < size; i++) {
      const publishedPort = this.first + ((cursor - this.first + i) % size)
      const name = `${publishedPort}/${protocol}`
      if (this.owners.has(name) || taken.has(name)) continue
      this.cursors.set(protocol, publishedPort === this.last ? this.first : publishedPort + 1)
      return publishedPort
    }
    throw new StatusError(
      ErrorKind.exhausted,
      `no port from ${this.first} to ${this.last} is free for service ${owner.name}: name a published port, or remove services that publish some`,
    )
  }
}

function key(port: PortConfig): string {
  return `${port.publishedPort}/${port.protocol}`
}

function isSame(a: PortConfig, b: PortConfig): boolean {
  return a.protocol === b.protocol && a.targetPort === b.targetPort && a.name === b.name
}
