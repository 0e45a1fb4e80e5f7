import { isIP } from 'node:net'
import type { Answer, Question } from 'dns-packet'
import { formatAddress } from '../../kernel/address-bytes.js'
import type { Rng } from '../../../src/base/rng.js'
import { containsAddress, parseSubnet } from '../subnet.js'
import type { NameScope, NamedAddresses } from './names.js'

/** What is known of a question: `forward` when it is none of ours, `absent` when it is and there is no such name. */
export type Resolved = { kind: 'answer'; answers: Answer[]; additionals: Answer[] } | { kind: 'absent' } | { kind: 'forward' }

/** What a container can ask for. */
export interface Zone {
  /** The networks it is on, the one with its default route first. */
  scopes: readonly NameScope[]
  /** Of all its networks: addresses in them are not asked for elsewhere. */
  subnets: readonly string[]
  rng: Rng
}

/** Not to be kept: what a name stands for changes with every task. */
const ttlSeconds = 0

/** Answers a question from the networks of a container. Pure but for the random order. */
export function resolve(zone: Zone, question: Question): Resolved {
  const name = question.name.toLowerCase().replace(/\.$/, '')
  switch (question.type) {
    case 'A':
    case 'AAAA':
      return addresses(zone, name, question)
    case 'PTR':
      return reverse(zone, name, question)
    case 'SRV':
      return serving(zone, name, question)
    default:
      // The name is ours, so nobody else is asked for what it does not have.
      return find(zone, name) ? nothing : { kind: 'forward' }
  }
}

const nothing: Resolved = { kind: 'answer', answers: [], additionals: [] }

function addresses(zone: Zone, name: string, { type, name: asked }: Question): Resolved {
  const found = find(zone, name)
  if (!found) return { kind: 'forward' }
  const family = type === 'AAAA' ? 6 : 4
  const list = found.addresses.filter((address) => isIP(address) === family)
  const ordered = found.shuffle ? shuffled(list, zone.rng) : list
  return { kind: 'answer', answers: ordered.map((data) => ({ type: family === 6 ? 'AAAA' : 'A', name: asked, ttl: ttlSeconds, data })), additionals: [] }
}

function reverse(zone: Zone, name: string, { name: asked }: Question): Resolved {
  const address = addressOfReverse(name)
  if (address === undefined) return { kind: 'forward' }
  for (const scope of zone.scopes) {
    const found = scope.reverse(address)
    if (found !== undefined) return { kind: 'answer', answers: [{ type: 'PTR', name: asked, ttl: ttlSeconds, data: `${found}.${scope.networkName}` }], additionals: [] }
  }
  return zone.subnets.some((subnet) => containsAddress(parseSubnet(subnet), address)) ? { kind: 'absent' } : { kind: 'forward' }
}

function serving(zone: Zone, name: string, { name: asked }: Question): Resolved {
  const match = /^_([^.]+)\._(tcp|udp|sctp)\.(.+)$/.exec(name)
  if (!match) return find(zone, name) ? nothing : { kind: 'forward' }
  const [, port = '', protocol = '', service = ''] = match
  for (const scope of zone.scopes) {
    for (const candidate of candidates(service, scope)) {
      const found = scope.serving(port, protocol, candidate)
      if (!found) continue
      return {
        kind: 'answer',
        answers: shuffled(found, zone.rng).map(({ target, port: number }) => ({ type: 'SRV', name: asked, ttl: ttlSeconds, data: { port: number, target, priority: 10, weight: 10 } })),
        additionals: found.flatMap(({ target, addresses: list }) =>
          list.map((data): Answer => ({ type: isIP(data) === 6 ? 'AAAA' : 'A', name: target, ttl: ttlSeconds, data })),
        ),
      }
    }
  }
  return find(zone, service) ? { kind: 'absent' } : { kind: 'forward' }
}

function find(zone: Zone, name: string): NamedAddresses | undefined {
  for (const scope of zone.scopes) {
    for (const candidate of candidates(name, scope)) {
      const found = scope.lookup(candidate)
      if (found) return found
    }
  }
  return undefined
}

/** A name on a network may carry the network's own: `web.backend`. */
function candidates(name: string, { networkName }: NameScope): string[] {
  const suffix = `.${networkName.toLowerCase()}`
  return name.endsWith(suffix) ? [name, name.slice(0, -suffix.length)] : [name]
}

/** `5.1.0.10.in-addr.arpa` and the like of IPv6; undefined for what is no whole address. */
export function addressOfReverse(name: string): string | undefined {
  const four = /^(\d{1,3}(?:\.\d{1,3}){3})\.in-addr\.arpa$/.exec(name)
  if (four) {
    const address = (four[1] as string).split('.').reverse().join('.')
    return isIP(address) === 4 ? address : undefined
  }
  const six = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)
  if (!six) return undefined
  const digits = (six[1] as string).replaceAll('.', '').split('').reverse().join('')
  return formatAddress(Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16)))
}

/** Fisher and Yates. */
function shuffled<T>(list: readonly T[], rng: Rng): T[] {
  const out = [...list]
  for (let i = out.length - 1; i > 0; i--) {
    const j = rng.below(i + 1)
    ;[out[i], out[j]] = [out[j] as T, out[i] as T]
  }
  return out
}
