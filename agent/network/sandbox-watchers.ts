import type { ResolverSettings } from './dns/dns-service.js'
import type { EndpointTable } from './endpoint-table.js'
import type { Endpoint } from './endpoint.js'
import type { Sandboxes } from './sandbox.js'

/** Who follows the containers on this host's networks. Called synchronously, after the kernel was changed. */
export interface SandboxWatcher {
  /** The container's endpoints are these now; also called for each container taken over at start. */
  changed(containerId: string, path: string, endpoints: readonly Endpoint[], resolver: ResolverSettings | undefined): void
  /** Resolves when what was told of the container is in effect; at once when left out. */
  ready?(containerId: string): Promise<void>
  /** Its namespace is about to go, or to be left alone. */
  removed(containerId: string): void
}

/** Tells of the containers on this host's networks, in the order in which those who follow came. */
export class SandboxWatchers {
  private readonly watchers: SandboxWatcher[] = []

  constructor(
    private readonly endpoints: EndpointTable,
    private readonly sandboxes: Sandboxes,
  ) {}

  /** Tells nothing yet of the containers that are here. */
  add(watcher: SandboxWatcher): void {
    this.watchers.push(watcher)
  }

  /** Follows the containers from now on; those with a namespace of their own that are here are told at once. */
  follow(watcher: SandboxWatcher): void {
    this.add(watcher)
    for (const { containerId, mode } of this.endpoints.allSandboxes()) {
      if (mode.kind === 'own' && this.sandboxes.exists(containerId)) this.tell(watcher, containerId)
    }
  }

  changed(containerId: string): void {
    for (const watcher of this.watchers) this.tell(watcher, containerId)
  }

  tell(watcher: SandboxWatcher, containerId: string): void {
    watcher.changed(containerId, this.sandboxes.path(containerId), this.endpoints.ofContainer(containerId), this.endpoints.sandbox(containerId)?.resolver)
  }

  /** Resolves when what was told of the container is in effect. */
  async ready(containerId: string): Promise<void> {
    await Promise.all(this.watchers.flatMap((watcher) => (watcher.ready ? [watcher.ready(containerId)] : [])))
  }

  removed(containerId: string): void {
    for (const watcher of this.watchers) watcher.removed(containerId)
  }
}
