import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { Clock, Timer } from '../../../src/base/clock.js'
import { errnoOf } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import type { Rng } from '../../../src/base/rng.js'
import type { NetworkPeer } from '../../../src/model/network-table.js'
import { familyOf } from '../../kernel/address-bytes.js'
import { openSocket } from '../../kernel/socket.js'
import { PeerReach } from './peer-reach.js'

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
const probePortUsual = 7946
/** Every node is asked this often while services may be led to it, one that is new as soon, and others this often. */
const busyPeriodMs = 2_000
const idlePeriodMs = 10_000
/** In larger clusters a node's turn comes less often: so many are asked in a period. */
const askedPerPeriod = 40
const firstPeriodMs = 1_000
/** A node that did not answer within this time is asked again. */
const attemptMs = 500
/** People are told of nodes that have been silent for so long. */
const tellAfterMs = 10_000
/** Answers given in a second, at most: a stranger's flood costs no more. */
const answersPerSecond = 500

/** What was found of the nodes, by their ids. */
export interface ProbeResult {
  /** These have not answered for some time, or never. */
  silent: string[]
  /** How many answer. */
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
  /** Whether services have tasks on other nodes, so that it matters soon which of them can be reached. */
  isBusy: () => boolean
  /** Hears what was found whenever that changes. */
  onResult: (result: ProbeResult) => void
  /** Hears of the nodes that answered once and do not now, whenever they change. */
  onLost: (nodeIds: ReadonlySet<string>) => void
  clock: Clock
  rng: Rng
  log: Logger
}

/** A question that waits for its answer. */
interface Asked {
  number: string
  atMs: number
  /** Its own socket, for a node that is in doubt. */
  socket: Socket | undefined
}

interface Peer {
  place: NetworkPeer
  reach: PeerReach
  /** The period in which it was asked last. */
  period: number
  asked: Asked | undefined
}

/**
 * Finds out whether other nodes are reached by the data path addresses that they advertise: asks them by UDP, at a
 * bounded rate whatever the size of the cluster, and answers others. One that misses an answer is asked again
 * soon, and is lost after a few more; one that is lost is back as soon as it answers, unless it was so a moment ago.
 */
export class DataPathProbe implements Disposable {
  private readonly peers = new Map<string, Peer>()
  private timer: Timer | undefined
  private periods = 0
  private lastPeriodMs = -Infinity
  private nextLookMs: number
  private answersLeft = answersPerSecond
  private answersFrom = 0
  private told = ''
  private toldLost = ''
  private closed = false

  private constructor(
    private readonly given: DataPathProbeGiven,
    private readonly socket: Socket,
    /** Where this node answers. */
    readonly port: number,
  ) {
    this.nextLookMs = given.clock.monotonicMs() + firstPeriodMs
  }

  /** Resolves when it answers others. Throws EADDRNOTAVAIL when the address is none of this host's. */
  static async open(given: DataPathProbeGiven): Promise<DataPathProbe> {
    let fd: number
    try {
      fd = openAt(given, probePortUsual)
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EADDRINUSE') throw thrown
      fd = openAt(given, 0)
    }
    const socket = createSocket(socketType(given))
    socket.on('error', (err) => given.log.debug('the data path probe had an error', { err }))
    await new Promise<void>((resolve) => socket.bind({ fd }, resolve))
    const probe = new DataPathProbe(given, socket, socket.address().port)
    socket.on('message', (message, from) => probe.hear(message, from))
    probe.schedule()
    return probe
  }

  get result(): ProbeResult {
    const nowMs = this.given.clock.monotonicMs()
    const silent: string[] = []
    let answering = 0
    for (const [id, { reach }] of this.peers) {
      if (reach.silentSinceMs === undefined) answering += reach.hasAnswered ? 1 : 0
      else if (nowMs - reach.silentSinceMs >= tellAfterMs) silent.push(id)
    }
    return { silent: silent.sort(), answering }
  }

  /** The nodes that answered once and do not now. */
  get lost(): ReadonlySet<string> {
    return new Set([...this.peers].filter(([, { reach }]) => reach.hasAnswered && reach.silentSinceMs !== undefined).map(([id]) => id))
  }

  [Symbol.dispose](): void {
    if (this.closed) return
    this.closed = true
    this.timer?.cancel()
    for (const peer of this.peers.values()) this.settle(peer)
    this.socket.close()
  }

  /** Wakes up for the questions that are open, else to look whether anybody is to be asked. */
  private schedule(): void {
    if (this.closed) return
    this.timer?.cancel()
    const open = [...this.peers.values()].some(({ asked, reach }) => asked !== undefined || reach.isDoubtful)
    const untilLookMs = Math.max(0, this.nextLookMs - this.given.clock.monotonicMs())
    const waitMs = open ? Math.min(attemptMs, untilLookMs) : untilLookMs
    const dueMs = this.given.clock.monotonicMs() + waitMs
    this.timer = this.given.clock.setTimer(waitMs, () => this.turn(this.given.clock.monotonicMs() - dueMs))
  }

  private turn(lateMs: number): void {
    const nowMs = this.given.clock.monotonicMs()
    for (const peer of this.peers.values()) {
      const { asked, reach } = peer
      if (asked ? nowMs - asked.atMs < attemptMs / 2 : !reach.isDoubtful) continue
      // Answers may wait to be read on a host that is late itself: that is nobody's silence.
      const late = lateMs >= attemptMs / 2
      if (asked && !late) reach.missed(nowMs)
      this.settle(peer)
      if (late || reach.isDoubtful) this.ask(peer)
    }
    if (nowMs >= this.nextLookMs) this.look(nowMs)
    this.tell()
    this.schedule()
  }

  private look(nowMs: number): void {
    this.nextLookMs = nowMs + busyPeriodMs
    this.know()
    // One that was never reached cannot be told from one whose port is closed: it is to be known before it is needed.
    const isNew = [...this.peers.values()].some(({ period }) => period === 0)
    if (isNew || this.given.isBusy() || nowMs - this.lastPeriodMs >= idlePeriodMs) this.beginPeriod(nowMs)
  }

  /** Asks those who were asked the longest ago, the newest nodes first of all. */
  private beginPeriod(nowMs: number): void {
    this.periods++
    this.lastPeriodMs = nowMs
    const waiting = [...this.peers.values()].filter(({ asked }) => !asked).sort((a, b) => a.period - b.period)
    for (const peer of waiting.slice(0, askedPerPeriod)) this.ask(peer)
  }

  /** The nodes as the managers tell of them. */
  private know(): void {
    const present = new Map([...this.given.peers()].map((place) => [place.nodeId as string, place]))
    for (const [id, peer] of this.peers) if (!isAskable(present.get(id), this.given.nodeId)) this.forget(id, peer)
    for (const [id, place] of present) {
      if (!isAskable(place, this.given.nodeId)) continue
      const peer = this.peers.get(id)
      if (peer) peer.place = place
      else this.peers.set(id, { place, reach: new PeerReach(), period: 0, asked: undefined })
    }
  }

  private ask(peer: Peer): void {
    const { nodeId, address, probePort = 0 } = peer.place
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32BE(this.given.rng.below(0x1_0000_0000), 0)
    bytes.writeUInt32BE(this.given.rng.below(0x1_0000_0000), 4)
    const number = bytes.toString('hex')
    peer.period = this.periods
    peer.asked = { number, atMs: this.given.clock.monotonicMs(), socket: undefined }
    const asked = message(question, bytes, nodeId)
    if (peer.reach.isDoubtful && peer.reach.hasAnswered) this.askAlone(peer, peer.asked, asked)
    // Unreachable at once is as silent as unreachable later.
    else this.socket.send(asked, probePort, address, () => undefined)
  }

  /**
   * By a socket that is connected to the node: one whose daemon ended refuses, and its containers are still reached.
   * Only of nodes that have answered there: who knows whose address it is otherwise.
   */
  private askAlone(peer: Peer, asked: Asked, bytes: Buffer): void {
    const { address, probePort = 0, nodeId } = peer.place
    const socket = (asked.socket = createSocket(socketType(this.given)))
    socket.on('message', (answered, from) => this.hear(answered, from))
    socket.on('error', (thrown) => {
      if (errnoOf(thrown) === 'ECONNREFUSED') this.answered(peer, asked.number)
    })
    // There may be no way to it.
    const connected = (failure?: Error): void => {
      if (!failure && peer.asked === asked) socket.send(bytes, () => undefined)
    }
    try {
      socket.bind({ fd: openAt(this.given, 0) }, () => {
        if (peer.asked === asked) socket.connect(probePort, address, connected)
      })
    } catch (err) {
      this.given.log.debug('a node could not be asked on the data path', { node: nodeId, err })
    }
  }

  private answered(peer: Peer, number: string): void {
    if (peer.asked?.number !== number) return
    this.settle(peer)
    const before = peer.reach.silentSinceMs
    if (!peer.reach.hasAnswered) this.given.log.debug('a node answers on the data path', { node: peer.place.nodeId })
    peer.reach.answered(this.given.clock.monotonicMs())
    if (before !== undefined) this.tell()
    this.schedule()
  }

  /** The question is over. */
  private settle(peer: Peer): void {
    peer.asked?.socket?.close()
    peer.asked = undefined
  }

  private hear(bytes: Buffer, from: RemoteInfo): void {
    if (this.closed || bytes.length !== messageBytes || !bytes.subarray(0, magic.length).equals(magic)) return
    const number = bytes.subarray(magic.length + 1, magic.length + 9)
    const nodeId = bytes.subarray(magic.length + 9).toString('latin1').replace(/\0+$/, '')
    if (bytes[magic.length] === question) {
      // One that means another node has the wrong address for it: that is to be seen.
      if (nodeId === this.given.nodeId && this.mayAnswer()) this.socket.send(message(answer, number, nodeId), from.port, from.address, () => undefined)
      return this.heardFrom(from.address)
    }
    const peer = this.peers.get(nodeId)
    if (bytes[magic.length] === answer && peer) this.answered(peer, number.toString('hex'))
  }

  /** Whoever asks is on the way again: a lost node is asked at once. */
  private heardFrom(address: string): void {
    for (const peer of this.peers.values()) {
      if (peer.asked || peer.reach.silentSinceMs === undefined || peer.place.address !== address) continue
      this.ask(peer)
      this.schedule()
    }
  }

  private mayAnswer(): boolean {
    const nowMs = this.given.clock.monotonicMs()
    if (nowMs - this.answersFrom >= 1_000) {
      this.answersFrom = nowMs
      this.answersLeft = answersPerSecond
    }
    return this.answersLeft-- > 0
  }

  private forget(nodeId: string, peer: Peer): void {
    this.settle(peer)
    this.peers.delete(nodeId)
  }

  private tell(): void {
    const { lost } = this
    const lostText = [...lost].sort().join()
    if (lostText !== this.toldLost) {
      this.toldLost = lostText
      this.given.onLost(lost)
    }
    const { result } = this
    const text = `${result.silent.join()} ${Math.min(result.answering, 1)}`
    if (text === this.told) return
    this.told = text
    this.given.onResult(result)
  }
}

function isAskable(place: NetworkPeer | undefined, ownId: string): boolean {
  return place !== undefined && place.nodeId !== ownId && place.address !== '' && place.probePort !== undefined
}

function openAt({ address, onHost }: DataPathProbeGiven, port: number): number {
  return onHost(() => openSocket({ protocol: 'udp', family: familyOf(address), bind: { address, port } }))
}

function socketType({ address }: DataPathProbeGiven): 'udp4' | 'udp6' {
  return `udp${familyOf(address)}`
}

function message(kind: number, number: Uint8Array, nodeId: string): Buffer {
  const bytes = Buffer.alloc(messageBytes)
  bytes.set(magic, 0)
  bytes[magic.length] = kind
  bytes.set(number, magic.length + 1)
  bytes.write(nodeId.slice(0, nodeIdBytes), magic.length + 9, 'latin1')
  return bytes
}
