import { createSocket } from 'node:dgram'
import { Socket } from 'node:net'
import { delay, type Clock } from '../../../src/base/clock.js'
import { anyAddress, familyOf } from '../../kernel/address-bytes.js'
import { openSocket } from '../../kernel/socket.js'
import { ResponseCode } from './message.js'
import { LengthPrefixed, withLength } from './tcp-frames.js'

/** A name server that queries are passed on to. */
export interface Upstream {
  address: string
  /** Asked from the host's namespace: it listens on the host's own loopback. */
  fromHost: boolean
}

const upstreamPort = 53
/** One server's time for one attempt. */
const attemptTimeoutMs = 2_000
const rounds = 2

/** Runs an action in a network namespace. */
export type Within = <T>(upstream: Upstream, act: () => T) => T

/**
 * Passes a query on as it is and gives the first answer; the servers are asked one after another, twice. One
 * that says that it cannot help (SERVFAIL, REFUSED) is not asked again, and its answer is given only when no
 * other server has a better one. Undefined when none answers in time.
 */
export async function forward(
  query: Uint8Array,
  protocol: 'udp' | 'tcp',
  upstreams: readonly Upstream[],
  within: Within,
  clock: Clock,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const unable = new Set<Upstream>()
  let excuse: Buffer | undefined
  for (let round = 0; round < rounds; round++) {
    for (const upstream of upstreams) {
      if (unable.has(upstream)) continue
      if (signal.aborted) return undefined
      const ended = new AbortController()
      try {
        const limit = delay(clock, attemptTimeoutMs, AbortSignal.any([signal, ended.signal]))
        limit.catch(() => undefined)
        const ask = protocol === 'udp' ? askUdp : askTcp
        const answer = await Promise.race([ask(query, upstream, within, ended.signal), limit.then(() => undefined)])
        if (answer && !cannotHelp(answer)) return answer
        if (answer) {
          unable.add(upstream)
          excuse = answer
        }
      } catch {
        // Refused or unreachable: the next server may answer.
      } finally {
        ended.abort(new Error('answered or given up'))
      }
    }
  }
  return excuse
}

/** By its response code (RFC 1035, 4.1.1). */
function cannotHelp(answer: Uint8Array): boolean {
  const code = (answer[3] ?? 0) & 0xf
  return code === ResponseCode.serverFailure || code === ResponseCode.refused
}

function askUdp(query: Uint8Array, upstream: Upstream, within: Within, signal: AbortSignal): Promise<Buffer> {
  const family = familyOf(upstream.address)
  // A socket of its own for each query: a port that others cannot guess.
  const fd = within(upstream, () => openSocket({ protocol: 'udp', family, bind: { address: anyAddress[family], port: 0 } }))
  const socket = createSocket(`udp${family}`)
  return new Promise<Buffer>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    socket.once('error', reject)
    socket.on('message', (message) => {
      if (message.length >= 12 && message[0] === query[0] && message[1] === query[1]) resolve(message)
    })
    socket.bind({ fd }, () => {
      // Connected, so that nobody else's answer is taken, and a server that is not there is known at once.
      socket.connect(upstreamPort, upstream.address, () => socket.send(query))
    })
  }).finally(() => socket.close())
}

function askTcp(query: Uint8Array, upstream: Upstream, within: Within, signal: AbortSignal): Promise<Buffer> {
  const socket = new Socket({ fd: within(upstream, () => openSocket({ protocol: 'tcp', family: familyOf(upstream.address) })) })
  return new Promise<Buffer>((resolve, reject) => {
    const frames = new LengthPrefixed()
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the name server closed the connection')))
    socket.on('data', (chunk) => {
      const [first] = frames.push(chunk)
      if (first) resolve(first)
    })
    socket.connect(upstreamPort, upstream.address, () => socket.write(withLength(query)))
  }).finally(() => socket.destroy())
}
