import { withTimeout, type Clock, type Timer } from '../../../src/base/clock.js'
import { messageOf, unavailable } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import { Serial } from '../../../src/base/serial.js'
import type { NodeEncryption } from '../../../src/model/network-table.js'
import type { Peer } from './device.js'
import { choosePaths, dependents, isUnderWay, nextStep, type EncryptedNode, type Handshakes, type Paths } from './handover.js'
import type { OpenTunnel, Tunnels } from './host-tunnels.js'
import { KeyStore, type StoredKey } from './key-store.js'
import { newKeyPair, tunnelAddressOf } from './keys.js'
import type { TunnelSpace } from './tunnel-space.js'
import { usableNodes } from './usable-nodes.js'

export interface EncryptionGiven {
  tunnels: Tunnels
  clock: Clock
  log: Logger
  /** The file of private keys. */
  keyFile: string
  /** A key is used for so long. */
  rotationMs: number
  /** Nobody uses encrypted networks for so long: it is ended. A task that is being replaced leaves a gap. */
  idleMs?: number
}

/** Who has to know of this node's keys and of the ways to others. */
export interface EncryptionListener {
  /** The public keys of this node are others now: the managers are to be told. */
  announce(): void
  /** Packets to some nodes take another way: resolves when they do. */
  moved(): Promise<void>
}

/** Why a node cannot encrypt is looked for again after so long, when a network is in use. */
const repairMs = 5_000
const lookAgainMs = 500
const nudgeMs = 200
const usualIdleMs = 30_000
const spreadMs = 5_000
const graceMsMax = 30_000
/** Other nodes take some time to follow, however short the period of a key is. */
const graceMsMin = 1_000
/** A key that a node does not use any more is listened to for so long: packets and other nodes are on their way. */
const peerGraceMs = 5_000
/** Timers do not go further. */
const timerMsMax = 2 ** 31 - 1

/**
 * This node's encryption of overlay networks: WireGuard interfaces to all nodes that are on such networks too,
 * begun with the first encrypted network here and ended after the last. One thing is done after another.
 */
export class Encryption implements Disposable {
  private readonly store: KeyStore
  /** In the order of the stored keys: the oldest first. */
  private tunnels: OpenTunnel[] = []
  private nodes: readonly EncryptedNode[] = []
  /** Keys that nodes had a moment ago, by public key. */
  private readonly leaving = new Map<string, { peer: Peer; nodeId: string; untilMs: number }>()
  /** Of our own keys, those that the managers have told everybody of. */
  private spread: readonly string[] = []
  private paths: Paths = { keys: new Map(), tunnels: new Map() }
  /** The tunnels that packets to other nodes' keys are led through, by public key: what is so already is left alone. */
  private readonly routed = new Map<string, OpenTunnel>()
  private handshakes: Handshakes = () => 0
  private readonly users = new Set<string>()
  private readonly waitingForSpread = new Set<() => void>()
  private listener: EncryptionListener | undefined
  private mtu = 0
  private wanted = false
  private closed = false
  private withdrawn = false
  private settledAtMs: number | undefined
  /** The managers have told who else is there. */
  private informed = false
  /** Routes of an earlier daemon to keys that are gone have been taken away. */
  private swept = false
  private readonly work = new Serial()
  private ticker: Timer | undefined
  private idleTimer: Timer | undefined
  private nudger: Timer | undefined

  constructor(private readonly given: EncryptionGiven) {
    this.store = KeyStore.open(given.keyFile, given.log)
  }

  listen(listener: EncryptionListener): void {
    this.listener = listener
  }

  /** What other nodes are to know of this one; undefined while it is on no encrypted network. */
  get announcement(): NodeEncryption | undefined {
    const keys = this.tunnels.map(({ key: { publicKey, port } }) => ({ publicKey, port }))
    if (keys.length === 0) return undefined
    return { keys: this.withdrawn ? keys.slice(-1) : keys }
  }

  /** The namespace that VXLAN sockets of encrypted networks belong in, and the MTU there. Throws `unavailable` before `use`. */
  inside(): { space: TunnelSpace; mtu: number } {
    const { space } = this.given.tunnels
    if (!space || this.tunnels.length === 0) throw unavailable('encryption has not begun on this node yet')
    return { space, mtu: this.mtu }
  }

  /** Where packets to a node go inside of the tunnels; undefined for nodes that are on no encrypted network. */
  addressOf(nodeId: string): string | undefined {
    const key = this.paths.keys.get(nodeId)
    return key === undefined ? undefined : tunnelAddressOf(key)
  }

  /**
   * Makes sure that this node can encrypt; `mtu` is that of packets in tunnels. Rejects with `unsupported` and
   * the reason when it cannot.
   */
  async use(mtu: number): Promise<void> {
    this.mtu = mtu
    this.wanted = true
    this.awaitUsers()
    await this.exclusively(() => this.begin())
  }

  /** Resolves when the managers have told everybody of this node's keys, or after a bounded time. */
  async untilSpread(): Promise<void> {
    if (this.isSpread()) return
    let resolve: () => void = () => undefined
    const told = new Promise<void>((settle) => this.waitingForSpread.add((resolve = settle)))
    await withTimeout(this.given.clock, spreadMs, told, () => unavailable('late')).catch(() => undefined)
    this.waitingForSpread.delete(resolve)
  }

  /** A network with devices here needs encryption. */
  hold(networkId: string): void {
    this.users.add(networkId)
    this.idleTimer?.cancel()
  }

  /** It does not any more. */
  letGo(networkId: string): void {
    if (this.users.delete(networkId)) this.awaitUsers()
  }

  /** After a start: takes away what an earlier daemon left, unless a network uses it. */
  async removeLeftovers(): Promise<void> {
    if (this.users.size === 0 && !this.wanted) await this.end()
  }

  /** Takes everything away, keys too. */
  async end(): Promise<void> {
    this.wanted = false
    this.idleTimer?.cancel()
    await this.exclusively(() => this.tearDown())
  }

  /** Who is on encrypted networks, as the managers say, this node included. Resolves when it is in effect, as far as it can be. */
  async setNodes(nodes: readonly EncryptedNode[], ownNodeId: string): Promise<void> {
    this.informed = true
    this.spread = nodes.find(({ nodeId }) => nodeId === ownNodeId)?.keys.map(({ publicKey }) => publicKey) ?? []
    if (this.isSpread()) {
      for (const resolve of this.waitingForSpread) resolve()
      this.waitingForSpread.clear()
    }
    const own = new Set(this.store.keys.map(({ publicKey }) => publicKey))
    const { usable, refused } = usableNodes(nodes.filter(({ nodeId }) => nodeId !== ownNodeId), own, this.nodes)
    for (const line of refused) this.given.log.warn(line)
    if (this.tunnels.length > 0) this.keepForAMoment(usable)
    this.nodes = usable
    if (this.tunnels.length > 0) await this.exclusively(() => this.bring())
  }

  /** Lets go of sockets and timers; tunnels and their flows go on. */
  [Symbol.dispose](): void {
    this.closed = true
    for (const timer of [this.ticker, this.idleTimer, this.nudger]) timer?.cancel()
    for (const tunnel of this.tunnels) tunnel.close()
    this.given.tunnels.close()
  }

  private exclusively<T>(act: () => Promise<T>): Promise<T> {
    return this.work.run(() => {
      if (this.closed) throw unavailable('this daemon is stopping')
      return act()
    })
  }

  private isSpread(): boolean {
    const announced = this.announcement?.keys.map(({ publicKey }) => publicKey) ?? []
    return announced.join() === this.spread.join()
  }

  /** Opens what is missing: interfaces for the stored keys, or for a first one. */
  private async begin(): Promise<void> {
    if (this.tunnels.length > 0 && this.tunnels.length === this.store.keys.length) return
    if (this.store.keys.length === 0) await this.store.save([this.newKey([])])
    try {
      for (const key of this.store.keys) await this.openTunnel(key)
    } catch (thrown) {
      if (this.tunnels.length === 0) await this.tearDown()
      throw thrown
    }
    this.given.log.info('encrypted networks are ready', { keys: this.tunnels.map(({ key, name }) => `${key.publicKey} on ${name}`) })
    this.listener?.announce()
    await this.bring()
  }

  private async openTunnel(stored: StoredKey): Promise<void> {
    const { tunnels, log } = this.given
    if (this.tunnels.some(({ key }) => key.publicKey === stored.publicKey)) return
    let key = stored
    if (!tunnels.hasRoomFor(key)) {
      // Somebody else took the port while nothing of ours was there.
      key = { ...key, port: tunnels.choosePort(this.store.keys.map(({ port }) => port)) }
      await this.store.save(this.store.keys.map((one) => (one.publicKey === key.publicKey ? key : one)))
    }
    const tunnel = await tunnels.open(key, this.mtu)
    this.tunnels = this.store.keys.flatMap(({ publicKey }) => {
      const found = publicKey === key.publicKey ? tunnel : this.tunnels.find((one) => one.key.publicKey === publicKey)
      return found ? [found] : []
    })
    void tunnel.ended?.then(() => {
      if (this.closed || !this.tunnels.includes(tunnel)) return
      log.error('the WireGuard program ended and is started again', { interface: tunnel.name })
      this.tunnels = this.tunnels.filter((one) => one !== tunnel)
      this.tick(0)
    })
  }

  private newKey(present: readonly StoredKey[]): StoredKey {
    const { tunnels, clock } = this.given
    const port = tunnels.choosePort(present.map((one) => one.port))
    return { ...newKeyPair(), slot: present.some(({ slot }) => slot === 'a') ? 'b' : 'a', port, createdAtMs: clock.nowMs() }
  }

  private async tearDown(): Promise<void> {
    const { tunnels } = this
    const had = tunnels.length > 0
    this.tunnels = []
    this.ticker?.cancel()
    for (const tunnel of tunnels) tunnel.close()
    await this.given.tunnels.end()
    this.routed.clear()
    this.leaving.clear()
    await this.store.clear()
    Object.assign(this, { paths: { keys: new Map(), tunnels: new Map() }, handshakes: () => 0, withdrawn: false, swept: false, settledAtMs: undefined })
    if (had) this.listener?.announce()
  }

  /** Brings interfaces, routes and ways to the nodes there are: new ones first, and what nobody uses any more last. */
  private async bring(): Promise<void> {
    try {
      if (this.informed) {
        const peers = this.peers()
        for (const tunnel of this.tunnels) await tunnel.add(peers)
        await this.choose()
        const kept = [...peers, ...this.leavingPeers()]
        for (const tunnel of this.tunnels) await tunnel.keepOnly(kept)
      }
      this.schedule()
      if (this.tunnels.some(({ isQuiet }) => isQuiet)) this.nudgeLater()
    } catch (thrown) {
      this.given.log.error(`the ways of encrypted networks could not be brought to their state: ${messageOf(thrown)}`)
      this.tick(repairMs)
    }
  }

  /** Peers that were to begin may not have known us yet when they did. */
  private nudgeLater(): void {
    this.nudger?.cancel()
    this.nudger = this.given.clock.setTimer(nudgeMs, () => {
      this.exclusively(async () => {
        for (const tunnel of this.tunnels) await tunnel.nudge()
      }).catch((thrown: unknown) => this.given.log.debug(`peers are not begun with: ${messageOf(thrown)}`))
    })
  }

  private peers(): Peer[] {
    return this.nodes.flatMap(peersOf)
  }

  /** Keys that nodes have no more, though they are there. Those of nodes that are gone go at once. */
  private keepForAMoment(next: readonly EncryptedNode[]): void {
    const untilMs = this.given.clock.monotonicMs() + peerGraceMs
    const there = new Set(next.map(({ nodeId }) => nodeId))
    const used = new Set(next.flatMap(({ keys }) => keys.map(({ publicKey }) => publicKey)))
    for (const [publicKey, { nodeId }] of this.leaving) if (!there.has(nodeId) || used.has(publicKey)) this.leaving.delete(publicKey)
    for (const node of this.nodes) {
      if (!there.has(node.nodeId)) continue
      for (const peer of peersOf(node)) if (!used.has(peer.publicKey)) this.leaving.set(peer.publicKey, { peer, nodeId: node.nodeId, untilMs })
    }
  }

  private leavingPeers(): Peer[] {
    const nowMs = this.given.clock.monotonicMs()
    for (const [publicKey, { untilMs }] of this.leaving) if (untilMs <= nowMs) this.leaving.delete(publicKey)
    return [...this.leaving.values()].map(({ peer }) => peer)
  }

  /** Chooses the ways anew; packets take them when this resolves. */
  private async choose(): Promise<void> {
    const { tunnels } = this
    if (tunnels.length === 0) return
    const names = tunnels.map(({ key }) => key.publicKey)
    const before = this.paths
    const changing = tunnels.length > 1 || this.nodes.some(({ keys }) => keys.length > 1)
    if (changing) await this.readHandshakes()
    const paths = choosePaths(names, this.nodes, this.handshakes, before)
    for (const [peerKey, name] of paths.tunnels) {
      const tunnel = tunnels.find(({ key }) => key.publicKey === name)
      if (!tunnel || this.routed.get(peerKey) === tunnel) continue
      this.given.tunnels.route(tunnelAddressOf(peerKey), tunnel)
      this.routed.set(peerKey, tunnel)
    }
    this.paths = paths
    if (differs(before.keys, paths.keys)) await this.listener?.moved()
    for (const peerKey of this.routed.keys()) {
      if (paths.tunnels.has(peerKey)) continue
      this.given.tunnels.unroute(tunnelAddressOf(peerKey))
      this.routed.delete(peerKey)
    }
    this.sweep()
  }

  /** Keys that went while no daemon was here have left their routes. */
  private sweep(): void {
    if (this.swept || !this.informed) return
    const known = new Set([...this.routed.keys()].map(tunnelAddressOf))
    for (const destination of this.given.tunnels.routed()) if (!known.has(destination)) this.given.tunnels.unroute(destination)
    this.swept = true
  }

  private async readHandshakes(): Promise<void> {
    const seen = new Map<string, number>()
    for (const tunnel of this.tunnels) {
      for (const { publicKey, lastHandshakeSeconds } of (await tunnel.read()).peers) seen.set(`${tunnel.key.publicKey} ${publicKey}`, lastHandshakeSeconds)
    }
    this.handshakes = (tunnel, peerKey) => seen.get(`${tunnel} ${peerKey}`) ?? 0
  }

  /** Looks again when there is something to be seen. */
  private schedule(): void {
    const step = this.rotationStep()
    const waitMs = step.step === 'wait' ? step.forMs : 0
    const names = this.tunnels.map(({ key }) => key.publicKey)
    const leavingMs = Math.min(...[...this.leaving.values()].map(({ untilMs }) => untilMs - this.given.clock.monotonicMs()))
    this.tick(Math.max(0, Math.min(leavingMs, isUnderWay(names, this.nodes, this.paths) ? Math.min(lookAgainMs, waitMs) : waitMs)))
  }

  private tick(afterMs: number): void {
    this.ticker?.cancel()
    if (this.closed || !this.wanted) return
    this.ticker = this.given.clock.setTimer(Math.min(afterMs, timerMsMax), () => {
      this.exclusively(() => this.look()).catch((thrown: unknown) => {
        if (this.closed) return
        this.given.log.error(`encrypted networks do not work on this node: ${messageOf(thrown)}`)
        this.tick(repairMs)
      })
    })
  }

  private async look(): Promise<void> {
    if (!this.wanted) return
    if (this.tunnels.length === 0 || this.tunnels.length < this.store.keys.length) return this.begin()
    if ([...this.leaving.values()].some(({ untilMs }) => untilMs <= this.given.clock.monotonicMs())) await this.bring()
    else if (this.informed) await this.choose()
    const { step } = this.rotationStep()
    if (step === 'begin') await this.beginRotation()
    else if (step === 'withdraw') this.withdraw()
    else if (step === 'finish') await this.finishRotation()
    this.schedule()
  }

  private rotationStep(): ReturnType<typeof nextStep> {
    const { clock, rotationMs } = this.given
    const nowMs = clock.nowMs()
    const [oldest, newest] = [this.tunnels[0], this.tunnels.at(-1)]
    const overlap = oldest !== undefined && newest !== undefined && oldest !== newest
    const independent = !overlap || dependents(oldest.key.publicKey, newest.key.publicKey, this.nodes, this.handshakes, nowMs).length === 0
    const spread = this.isSpread()
    if (overlap && spread && (independent || this.withdrawn)) this.settledAtMs ??= nowMs
    else this.settledAtMs = undefined
    const state = { createdAtMs: newest?.key.createdAtMs ?? nowMs, overlap, spread, independent, settledAtMs: this.settledAtMs, withdrawn: this.withdrawn }
    return nextStep(state, { periodMs: rotationMs, graceMs: Math.max(graceMsMin, Math.min(graceMsMax, rotationMs / 4)) }, nowMs)
  }

  private async beginRotation(): Promise<void> {
    this.given.log.info('the encryption key is changed')
    this.settledAtMs = undefined
    const key = this.newKey(this.store.keys)
    await this.store.save([...this.store.keys, key])
    await this.openTunnel(key)
    // Ours accept everybody before anybody hears of the key.
    await this.bring()
    this.listener?.announce()
  }

  private withdraw(): void {
    this.withdrawn = true
    this.settledAtMs = undefined
    this.listener?.announce()
  }

  private async finishRotation(): Promise<void> {
    const [old, ...rest] = this.tunnels
    if (!old || rest.length === 0) return
    this.tunnels = rest
    // Other nodes go by the new one already; routes that are left go over first.
    await this.choose()
    old.close()
    await this.given.tunnels.remove(old.key.slot)
    await this.store.save(rest.map(({ key }) => key))
    this.withdrawn = false
    this.settledAtMs = undefined
    this.given.log.info('the encryption key has changed', { key: rest.at(-1)?.key.publicKey })
  }

  /** Ends when nobody uses it for a while. */
  private awaitUsers(): void {
    this.idleTimer?.cancel()
    if (this.users.size > 0 || this.closed) return
    this.idleTimer = this.given.clock.setTimer(this.given.idleMs ?? usualIdleMs, () => {
      if (this.users.size === 0) this.end().catch((thrown: unknown) => this.given.log.warn(`encryption could not be ended: ${messageOf(thrown)}`))
    })
  }
}

function peersOf({ address, keys }: EncryptedNode): Peer[] {
  return keys.map(({ publicKey, port }) => ({ publicKey, address, port, allowedIp: `${tunnelAddressOf(publicKey)}/128` }))
}

function differs(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size !== b.size || [...a].some(([key, value]) => b.get(key) !== value)
}
