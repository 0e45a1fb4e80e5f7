import { internal } from '../../../src/base/errors.js'
import { keepaliveSeconds } from './device.js'
import type { DeviceChange, DeviceState, PeerState } from './device.js'
import { hexOfKey, keyOfHex, publicKeyOf } from './keys.js'

/**
 * The configuration protocol of userspace WireGuard (https://www.wireguard.com/xplatform/): lines of
 * `key=value`, an empty line at the end, the answer's last line is `errno=N`. Pure.
 */

/** The request that carries a change out. */
export function encodeSet({ settings, removed, set }: DeviceChange): string {
  const lines = ['set=1']
  if (settings) lines.push(`private_key=${hexOfKey(settings.privateKey)}`, `listen_port=${settings.port}`)
  for (const publicKey of removed ?? []) lines.push(`public_key=${hexOfKey(publicKey)}`, 'remove=true')
  for (const { publicKey, address, port, allowedIp, quiet } of set ?? []) {
    lines.push(
      `public_key=${hexOfKey(publicKey)}`,
      `endpoint=${address.includes(':') ? `[${address}]` : address}:${port}`,
      `persistent_keepalive_interval=${quiet ? 0 : keepaliveSeconds}`,
      `allowed_ip=${allowedIp}`,
    )
  }
  return `${lines.join('\n')}\n\n`
}

export const getRequest = 'get=1\n\n'

/** Throws `internal` when an answer, without its empty line, reports an error. */
export function checkAnswer(answer: string): void {
  const errno = /(?:^|\n)errno=(-?\d+)\s*$/.exec(answer)?.[1]
  if (errno === undefined) throw internal('the WireGuard program gave an answer that is no answer of its protocol')
  if (errno !== '0') throw internal(`the WireGuard program refused its configuration (error ${errno})`)
}

/** The state in an answer to `getRequest`. Throws `internal` for an error or an answer that cannot be read. */
export function decodeGet(answer: string): DeviceState {
  checkAnswer(answer)
  const peers: Mutable<PeerState>[] = []
  const state = { publicKey: '', port: 0, peers }
  for (const line of answer.split('\n')) {
    const at = line.indexOf('=')
    const [key, value] = [line.slice(0, at), line.slice(at + 1)]
    const peer = peers.at(-1)
    if (key === 'private_key') state.publicKey = /^0*$/.test(value) ? '' : publicKeyOf(readKey(value))
    else if (key === 'listen_port') state.port = readNumber(value)
    else if (key === 'public_key') {
      peers.push({ publicKey: readKey(value), endpoint: undefined, allowedIps: [], keepaliveSeconds: 0, lastHandshakeSeconds: 0, receivedBytes: 0 })
    } else if (!peer) continue
    else if (key === 'endpoint') peer.endpoint = readEndpoint(value)
    else if (key === 'allowed_ip') peer.allowedIps = [...peer.allowedIps, value]
    else if (key === 'persistent_keepalive_interval') peer.keepaliveSeconds = readNumber(value)
    else if (key === 'last_handshake_time_sec') peer.lastHandshakeSeconds = readNumber(value)
    else if (key === 'rx_bytes') peer.receivedBytes = readNumber(value)
  }
  return state
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function readKey(hex: string): string {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw internal('the WireGuard program names a key that is none')
  return keyOfHex(hex)
}

function readNumber(text: string): number {
  if (!/^\d{1,16}$/.test(text)) throw internal(`the WireGuard program gave "${text.slice(0, 40)}" for a number`)
  return Number(text)
}

/** `192.0.2.1:51820` or `[2001:db8::1]:51820`, with a zone perhaps. */
function readEndpoint(text: string): { address: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)(?:%[^\]]*)?\]|([0-9.]+)):(\d{1,5})$/.exec(text)
  if (!match) throw internal(`the WireGuard program gave "${text.slice(0, 60)}" for an address`)
  return { address: match[1] ?? match[2] ?? '', port: Number(match[3]) }
}
