import { createSocket } from 'node:dgram'
import { Socket } from 'node:net'
import packet from 'dns-packet'
import type { Clock, Timer } from '../../../src/base/clock.js'
import { errnoOf, messageOf } from '../../../src/base/errors.js'
import type { TracedCheck } from '../../../src/model/service-trace.js'
import { anyAddress, familyOf } from '../../kernel/address-bytes.js'
import { openSocket } from '../../kernel/socket.js'
import { resolverAddress } from '../dns/dns-listener.js'

const connectTimeoutMs = 2_000
/** A second datagram follows half-way: a host refuses only so many a second. */
const datagramTimeoutMs = 1_000
const questionTimeoutMs = 2_000
/** Nobody serves it: whoever refuses it is there. */
const discardPort = 9

/** Runs an action in the namespace from which is asked. */
export type Within = <T>(act: () => T) => T

/**
 * Connects by TCP from a namespace, within 2 s. Port 0 asks whether the address answers at all: a refusal is
 * an answer then.
 */
function checkTcp(within: Within, address: string, port: number, clock: Clock): Promise<TracedCheck> {
  const startMs = clock.monotonicMs()
  const check = { Address: address, Port: port, Protocol: 'tcp' }
  return new Promise((resolve) => {
    const end = (reason: string | undefined): void => {
      const Milliseconds = Math.round((clock.monotonicMs() - startMs) * 10) / 10
      resolve(reason === undefined ? { ...check, Result: 'answers', Milliseconds } : { ...check, Result: 'fails', Reason: reason, Milliseconds })
    }
    try {
      const socket = new Socket({ fd: within(() => openSocket({ protocol: 'tcp', family: familyOf(address) })) })
      const timer = clock.setTimer(connectTimeoutMs, () => {
        socket.destroy()
        end(`no answer within ${connectTimeoutMs / 1000} s`)
      })
      const over = (reason: string | undefined): void => {
        timer.cancel()
        socket.destroy()
        end(reason)
      }
      socket.on('error', (thrown) => over(port === 0 && errnoOf(thrown) === 'ECONNREFUSED' ? undefined : reasonOf(thrown)))
      socket.connect(port === 0 ? discardPort : port, address, () => over(undefined))
    } catch (thrown) {
      end(messageOf(thrown))
    }
  })
}

/**
 * Sends empty datagrams from a namespace, within 1 s. A refusal tells that the port is closed; silence tells nothing:
 * few servers answer what they do not understand.
 */
export function checkUdp(within: Within, address: string, port: number, clock: Clock): Promise<TracedCheck> {
  const startMs = clock.monotonicMs()
  const check = { Address: address, Port: port, Protocol: 'udp' }
  return new Promise((resolve) => {
    try {
      const family = familyOf(address)
      const fd = within(() => openSocket({ protocol: 'udp', family, bind: { address: anyAddress[family], port: 0 } }))
      const socket = createSocket(`udp${family}`)
      let over = false
      let timer: Timer | undefined
      const end = (found: Pick<TracedCheck, 'Result' | 'Reason'>): void => {
        if (over) return
        over = true
        timer?.cancel()
        socket.close()
        resolve({ ...check, ...found, ...(found.Result !== 'silent' && { Milliseconds: Math.round((clock.monotonicMs() - startMs) * 10) / 10 }) })
      }
      const send = (): void => {
        if (!over) socket.send(Buffer.alloc(0), () => undefined)
      }
      socket.on('error', (thrown) => end({ Result: 'fails', Reason: errnoOf(thrown) === 'ECONNREFUSED' ? 'port closed' : reasonOf(thrown) }))
      socket.on('message', () => end({ Result: 'answers' }))
      socket.bind({ fd }, () => {
        socket.connect(port, address, (failure?: Error) => {
          if (failure) return end({ Result: 'fails', Reason: reasonOf(failure) })
          send()
          timer = clock.setTimer(datagramTimeoutMs / 2, () => {
            send()
            timer = clock.setTimer(datagramTimeoutMs / 2, () => end({ Result: 'silent' }))
          })
        })
      })
    } catch (thrown) {
      resolve({ ...check, Result: 'fails', Reason: messageOf(thrown) })
    }
  })
}

/** By the port's protocol; SCTP is not asked. */
export function checkPort(within: Within, address: string, { protocol, port }: AskedPort, clock: Clock): Promise<TracedCheck> {
  if (protocol === 'tcp') return checkTcp(within, address, port, clock)
  if (protocol === 'udp') return checkUdp(within, address, port, clock)
  return Promise.resolve({ Address: address, Port: port, Protocol: protocol, Result: 'skipped', Reason: `nothing here asks by ${protocol}` })
}

export interface AskedPort {
  protocol: string
  /** 0: does the address answer at all? */
  port: number
}

function reasonOf(thrown: unknown): string {
  switch (errnoOf(thrown)) {
    case 'ECONNREFUSED':
      return 'connection refused'
    case 'EHOSTUNREACH':
      return 'no route to host'
    case 'ENETUNREACH':
      return 'network is unreachable'
    case 'ECONNRESET':
      return 'connection reset'
    default:
      return messageOf(thrown)
  }
}

/** Asks the name server of a container in its namespace, within 2 s. Gives addresses, or why there are none. */
export function askName(within: Within, name: string, type: 'A' | 'AAAA', id: number, clock: Clock): Promise<{ addresses: string[]; error?: string }> {
  return new Promise((resolve) => {
    try {
      const fd = within(() => openSocket({ protocol: 'udp', family: 4, bind: { address: '0.0.0.0', port: 0 } }))
      const socket = createSocket('udp4')
      const end = (answer: { addresses: string[]; error?: string }): void => {
        timer.cancel()
        socket.close()
        resolve(answer)
      }
      const timer = clock.setTimer(questionTimeoutMs, () => end({ addresses: [], error: `no answer within ${questionTimeoutMs / 1000} s` }))
      socket.on('error', (thrown) => end({ addresses: [], error: messageOf(thrown) }))
      socket.on('message', (bytes) => {
        try {
          const answer = packet.decode(bytes)
          if (answer.id !== id) return
          const addresses = (answer.answers ?? []).flatMap((one) => (one.type === type && 'data' in one && typeof one.data === 'string' ? [one.data] : []))
          const code = 'rcode' in answer && typeof answer.rcode === 'string' ? answer.rcode : 'NOERROR'
          end({ addresses, ...(code !== 'NOERROR' && { error: code }) })
        } catch (thrown) {
          end({ addresses: [], error: messageOf(thrown) })
        }
      })
      socket.bind({ fd }, () => socket.send(packet.encode({ type: 'query', id, flags: packet.RECURSION_DESIRED, questions: [{ type, name }] }), 53, resolverAddress))
    } catch (thrown) {
      resolve({ addresses: [], error: messageOf(thrown) })
    }
  })
}
