import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { Clock, Timer } from '../../../src/base/clock.js'
import { errnoOf } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import type { Rng } from '../../../src/base/rng.js'
import type { NetworkPeer } from '../../../src/model/network-table.js'
import { openSocket } from '../../kernel/socket.js'

/**
 * A question and its answer: the magic, a byte for which of the two it is, a number that the answer repeats,
 * and the id of the node that is asked (in the question) or answers. All are of one length, so that nobody is
 * sent more than they asked with.
 */
const magic = Buffer.from('skep-dp1')
const nodeIdBytes = 40
const messageBytes = magic.length + 1 + 8 + nodeIdBytes
const question = 1
const answer = 2

/** The port of node-to-node traffic that Swarm's users let through already; any other one when it is taken. */
export const probePortUsual = 7946
/** So many nodes are asked in a round; the next round goes on with the next ones. */
const askedAtOnce = 5
const roundMs = 10_000
const firstRoundMs = 1_000
/** A node is silent when it answered none of so many questions, this far apart. */
const attempts = 3
const attemptMs = 1_000
/** Answers given in a second, at most: a stranger's flood costs no more. */
const answersPerSecond = 500

/** What was found: nodes that did not answer, by id, and how many did. */
export interface ProbeResult {
  silent: string[]
  answering: number
}

export interface DataPathProbeGiven {
  nodeId: string
  /** This node's own data path address. */
  address: string
  /** Runs an action in the host's namespace. */
  onHost: <T>(act: () => T) => T
  /** The nodes of the cluster, as they are now. */
  peers: () => Iterable<NetworkPeer>
  /** Hears what was found whenever that changes. */
  onResult: (result: ProbeResult) => void
  clock: Clock
  rng: Rng
  log: Logger
}

/**
 * Finds out whether other nodes are reached by the data path addresses that they advertise: asks a few of
 * them at a time by UDP, at a bounded rate whatever the size of the cluster, and answers others.
 */
export class DataPathProbe implements Disposable {
  private readonly silent = new Set<string>()
  private readonly answering = new Set<string>()
  /** Questions under way, by their numbers. */
  private readonly asked = new Map<string, { nodeId: string; attempt: number }>()
  /** Ids of nodes in the order they were asked. */
  private readonly order = new Map<string, number>()
  private timer: Timer | undefined
  private rounds = 0
  private answersLeft = answersPerSecond
  private answersFrom = 0
  private told = ''
  private closed = false

  private constructor(
    private readonly given: DataPathProbeGiven,
    private readonly socket: Socket,
    /** Where this node answers. */
    readonly port: number,
  ) {}

  /** Resolves when it answers others. Throws EADDRNOTAVAIL when the address is none of this host's. */
  static async open(given: DataPathProbeGiven): Promise<DataPathProbe> {
    const family = given.address.includes(':') ? 6 : 4
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    const open = (port: number): number => given.onHost(() => openSocket({ protocol: 'udp', family, bind: { address: given.address, port } }))
    let fd: number
    try {
      fd = open(probePortUsual)
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EADDRINUSE') throw thrown
      fd = open(0)
    }
    socket.on('error', (err) => given.log.debug('the data path probe had an error', { err }))
    await new Promise<void>((resolve) => socket.bind({ fd }, resolve))
    const probe = new DataPathProbe(given, socket, socket.address().port)
    socket.on('message', (message, from) => probe.hear(message, from))
    probe.schedule(firstRoundMs, () => probe.round())
    return probe
  }

  get result(): ProbeResult {
    return { silent: [...this.silent].sort(), answering: this.answering.size }
  }

  [Symbol.dispose](): void {
    this.closed = true
    this.timer?.cancel()
    this.socket.close()
  }

  private schedule(delayMs: number, act: () => void): void {
    if (!this.closed) this.timer = this.given.clock.setTimer(delayMs, act)
  }

  /** Asks those who were asked the longest ago, the newest nodes first of all. */
  private round(): void {
    this.rounds++
    const peers = new Map([...this.given.peers()].filter(({ nodeId, address, probePort }) => nodeId !== this.given.nodeId && address !== '' && probePort !== undefined).map((peer) => [peer.nodeId as string, peer]))
    for (const id of [...this.order.keys()]) if (!peers.has(id)) this.forget(id)
    const lastRound = (id: string): number => this.order.get(id) ?? 0
    const chosen = [...peers.values()].sort((a, b) => lastRound(a.nodeId) - lastRound(b.nodeId)).slice(0, askedAtOnce)
    for (const { nodeId } of chosen) this.order.set(nodeId, this.rounds)
    this.attempt(chosen, 1)
  }

  private attempt(waiting: readonly NetworkPeer[], attempt: number): void {
    this.asked.clear()
    for (const peer of waiting) this.ask(peer, attempt)
    this.schedule(attemptMs, () => {
      const open = new Set([...this.asked.values()].map(({ nodeId }) => nodeId))
      const left = waiting.filter(({ nodeId }) => open.has(nodeId))
      if (left.length > 0 && attempt < attempts) return this.attempt(left, attempt + 1)
      for (const { nodeId } of left) {
        this.silent.add(nodeId)
        this.answering.delete(nodeId)
      }
      this.tell()
      // Nodes that were never asked are not kept waiting.
      const unasked = [...this.given.peers()].some(({ nodeId, address, probePort }) => nodeId !== this.given.nodeId && address !== '' && probePort !== undefined && !this.order.has(nodeId))
      this.schedule(unasked ? firstRoundMs : roundMs - attempt * attemptMs, () => this.round())
    })
  }

  private ask({ nodeId, address, probePort }: NetworkPeer, attempt: number): void {
    const number = Buffer.alloc(8)
    number.writeUInt32BE(this.given.rng.below(0x1_0000_0000), 0)
    number.writeUInt32BE(this.given.rng.below(0x1_0000_0000), 4)
    this.asked.set(number.toString('hex'), { nodeId, attempt })
    this.send(message(question, number, nodeId), probePort ?? 0, address)
  }

  private hear(bytes: Buffer, from: RemoteInfo): void {
    if (bytes.length !== messageBytes || !bytes.subarray(0, magic.length).equals(magic)) return
    const number = bytes.subarray(magic.length + 1, magic.length + 9)
    const nodeId = bytes.subarray(magic.length + 9).toString('latin1').replace(/\0+$/, '')
    if (bytes[magic.length] === question) {
      // One that means another node has the wrong address for it: that is to be seen.
      if (nodeId === this.given.nodeId && this.mayAnswer()) this.send(message(answer, number, nodeId), from.port, from.address)
      return
    }
    const key = number.toString('hex')
    if (bytes[magic.length] !== answer || this.asked.get(key)?.nodeId !== nodeId) return
    this.asked.delete(key)
    this.silent.delete(nodeId)
    this.answering.add(nodeId)
  }

  private mayAnswer(): boolean {
    const nowMs = this.given.clock.monotonicMs()
    if (nowMs - this.answersFrom >= 1_000) {
      this.answersFrom = nowMs
      this.answersLeft = answersPerSecond
    }
    return this.answersLeft-- > 0
  }

  private send(bytes: Buffer, port: number, address: string): void {
    // Unreachable at once is as silent as unreachable later.
    this.socket.send(bytes, port, address, () => undefined)
  }

  private forget(nodeId: string): void {
    this.order.delete(nodeId)
    this.silent.delete(nodeId)
    this.answering.delete(nodeId)
  }

  private tell(): void {
    const { result } = this
    const text = `${result.silent.join()} ${Math.min(result.answering, 1)}`
    if (text === this.told) return
    this.told = text
    this.given.onResult(result)
  }
}

function message(kind: number, number: Uint8Array, nodeId: string): Buffer {
  const bytes = Buffer.alloc(messageBytes)
  bytes.set(magic, 0)
  bytes[magic.length] = kind
  bytes.set(number, magic.length + 1)
  bytes.write(nodeId.slice(0, nodeIdBytes), magic.length + 9, 'latin1')
  return bytes
}
