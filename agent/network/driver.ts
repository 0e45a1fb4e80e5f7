import type { Links } from '../kernel/link.js'
import type { Netns } from '../kernel/netns.js'
import type { Endpoint, StoredNetwork } from './endpoint.js'
import type { NetworkSpec } from './types.js'

/** The namespace of a container while something is done in it. */
export interface OpenSandbox {
  netns: Netns
  links: Links
}

/**
 * What makes a kind of network. All methods may be repeated: what is there already is completed, what
 * is gone already is fine. They act synchronously, but for the removal of devices, which is waited for.
 * Addresses are allocated before a driver is called.
 */
export interface NetworkDriver {
  readonly name: string
  /** Networks of this driver have subnets, and endpoints have addresses. */
  readonly hasAddresses: boolean
  /** False: endpoints have no MAC addresses of their own. */
  readonly hasMacs?: boolean
  /** True when the default route of a container leads to its device, not to a gateway. */
  routesByDevice?(network: StoredNetwork): boolean
  /** Throws `invalid` for options that cannot work, before anything is made. */
  validate(spec: NetworkSpec): void
  /** Makes the network's devices and rules; called for each known network at start, too. */
  createNetwork(network: StoredNetwork): void
  /** Rules are gone at once, devices when the promise resolves. */
  removeNetwork(network: StoredNetwork): Promise<void>
  /** Makes ready what takes time before a container is connected. Rejects with the reason when this host cannot have the network. */
  prepare?(network: StoredNetwork): Promise<void>
  /** Connects a container's namespace; `endpoint` has its addresses and device names. */
  join(network: StoredNetwork, endpoint: Endpoint, sandbox: OpenSandbox): void
  /** Resolves when the container can reach everything on the network; right after `join` when left out. */
  joined?(network: StoredNetwork): Promise<void>
  /** Takes the endpoint's devices away while the namespace lives on; `inSandbox` does nothing when it is gone. */
  leave(network: StoredNetwork, endpoint: Endpoint, inSandbox: (act: (sandbox: OpenSandbox) => void) => void): Promise<void>
  /** The endpoint went with its container's namespace: what belongs to it elsewhere goes too. */
  forgot?(network: StoredNetwork, endpoint: Endpoint): void
  /** Names for a new endpoint's devices: in the container (a prefix for a number) and on the host. */
  deviceNames(network: StoredNetwork, endpointId: string): { containerPrefix: string; host: string }
}
