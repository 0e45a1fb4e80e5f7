/** What a WireGuard interface is to be, whoever carries its packets: the kernel or a program. */
export interface DeviceSettings {
  privateKey: string
  /** UDP port on all of the host's addresses; 0 is any. */
  port: number
}

/** A node at the other end, by its public key. */
export interface Peer {
  publicKey: string
  /** Where to send to until the peer is heard from elsewhere. */
  address: string
  port: number
  /** The only source address that packets from this peer may have inside of the tunnel; its packets go there too: `fd00::1/128`. */
  allowedIp: string
  /** The peer is left to begin. */
  quiet?: boolean
}

/** A peer as the interface has it. */
export interface PeerState {
  publicKey: string
  endpoint: { address: string; port: number } | undefined
  /** `fd00::1/128` */
  allowedIps: readonly string[]
  keepaliveSeconds: number
  /** Seconds since the Unix epoch; 0 when there was none yet. */
  lastHandshakeSeconds: number
  receivedBytes: number
}

/** An interface as it is. */
export interface DeviceState {
  /** Empty before it is set. */
  publicKey: string
  port: number
  peers: readonly PeerState[]
}

/** What is to be done to an interface; what is left out stays as it is. */
export interface DeviceChange {
  settings?: DeviceSettings
  /** Peers to take away, by public key; they go before others come. */
  removed?: readonly string[]
  /** Peers that are new, or whose endpoint or address differs. */
  set?: readonly Peer[]
}

/** A WireGuard interface that can be asked and told. */
export interface TunnelDevice {
  read(): Promise<DeviceState>
  /** Rejects with the reason when it was not taken as a whole. */
  configure(change: DeviceChange): Promise<void>
  /** Lets go of sockets; the interface stays. */
  close(): void
}

/**
 * Peers are told that we are there so often: it keeps paths through firewalls open, and the first packet
 * of a flow finds a session. As WireGuard's authors advise.
 */
export const keepaliveSeconds = 25

/**
 * What leads from the peers that an interface has to those that are wanted. Pure. Peers that stay as they are
 * are not touched, so their sessions go on. With `keepStale` nobody is removed.
 */
export function peerChanges(state: DeviceState, wanted: readonly Peer[], keepStale: boolean): DeviceChange {
  const present = new Map(state.peers.map((peer) => [peer.publicKey, peer]))
  const names = new Set(wanted.map(({ publicKey }) => publicKey))
  const foreign = wanted.filter(({ publicKey, allowedIp }) => present.get(publicKey)?.allowedIps.some((one) => one !== allowedIp))
  const removed = [...(keepStale ? [] : [...present.keys()].filter((publicKey) => !names.has(publicKey))), ...foreign.map(({ publicKey }) => publicKey)]
  const set = wanted.filter(({ publicKey, address, port }) => {
    const is = present.get(publicKey)
    const same = is?.endpoint?.port === port && is.endpoint.address === address && is.allowedIps.length === 1 && is.keepaliveSeconds === keepaliveSeconds
    return !same || removed.includes(publicKey)
  })
  return { ...(removed.length > 0 && { removed }), ...(set.length > 0 && { set }) }
}

export function isEmpty({ settings, removed, set }: DeviceChange): boolean {
  return settings === undefined && (removed?.length ?? 0) === 0 && (set?.length ?? 0) === 0
}
