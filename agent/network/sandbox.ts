import { join } from 'node:path'
import { LinkBatch, Links } from '../kernel/link.js'
import { createNetns, deleteNetns, isNetns, listNetns, Netns } from '../kernel/netns.js'
import type { OpenSandbox } from './driver.js'
import { gatewayEndpoint } from './endpoint.js'
import type { Endpoint } from './endpoint.js'

/** The namespaces of containers, each kept by a file named after the container in one folder. */
export class Sandboxes {
  constructor(private readonly folder: string) {}

  path(containerId: string): string {
    return join(this.folder, containerId)
  }

  /** A fresh namespace with `lo` up; one that is left over under this name is let go first. */
  create(containerId: string): string {
    const path = this.path(containerId)
    deleteNetns(path)
    createNetns(path)
    return path
  }

  exists(containerId: string): boolean {
    return isNetns(this.path(containerId))
  }

  remove(containerId: string): void {
    deleteNetns(this.path(containerId))
  }

  /** Container ids of the files in the folder. */
  list(): string[] {
    return listNetns(this.folder)
  }

  /** Runs `act` with the namespace and a socket in it; synchronous. Throws ENOENT when it is not there. */
  with<T>(containerId: string, act: (sandbox: OpenSandbox) => T): T {
    using netns = Netns.open(this.path(containerId))
    using links = netns.run(() => Links.open())
    return act({ netns, links })
  }
}

/**
 * Points the default routes of both families at the gateways of the endpoints that give them. A route
 * of an endpoint that went away went with its interface.
 */
export function setDefaultRoutes(links: Links, endpoints: readonly Endpoint[]): void {
  const batch = new LinkBatch()
  for (const family of [4, 6] as const) {
    const destination = family === 4 ? '0.0.0.0/0' : '::/0'
    const chosen = gatewayEndpoint(endpoints, family)
    const index = chosen && links.find(chosen.interfaceName)?.index
    if (!chosen || index === undefined) continue
    const gateway = family === 4 ? chosen.ipv4Gateway : chosen.ipv6Gateway
    batch.setRoute({ family, destination, ...(gateway !== '' && { gateway }), index })
  }
  links.apply(batch)
}
