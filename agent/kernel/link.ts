import { existsSync } from 'node:fs'
import { Serial } from '../../src/base/serial.js'
import { NetlinkProtocol, NetlinkSocket } from './netlink-socket.js'
import { MessageFlag } from './netlink-message.js'
import {
  addressBody, addressDumpBody, AddressFamily, bridgePortBody, decodeAddress, decodeLink, decodeNeighbour, decodeRoute,
  decodeProxiedAddress, linkReferenceBody, neighbourBody, neighbourDumpBody, newLinkBody, proxiedAddressBody, proxiedAddressDumpBody,
  routeBody, routeDumpBody, RouteType, ruleBody, setLinkBody,
} from './netlink-route.js'
import type { NetlinkRequest } from './netlink-socket.js'
import type { Address, BridgePortSettings, Link, LinkKind, LinkSettings, Neighbour, ProxiedAddress, Route, Rule } from './netlink-route.js'

/**
 * Links, addresses, routes and neighbours of one network namespace, through rtnetlink. Everything is
 * synchronous and takes microseconds, with one exception: deleting a veth pair waits for the kernel's
 * grace period (tens of milliseconds). Let the namespace go instead, or use `LinkRemover`.
 */

const { create, exclusive, replace, append } = MessageFlag

/**
 * Changes to be made in one go: the kernel carries them out in order. All are tolerant of repetition:
 * what is there already, or gone already, is fine.
 */
export class LinkBatch {
  readonly requests: NetlinkRequest[] = []

  addLink(settings: LinkSettings & { name: string }, kind: LinkKind): this {
    return this.push(`add ${kind.kind} ${settings.name}`, RouteType.newLink, create | exclusive, newLinkBody(settings, kind))
  }
  setLink(index: number, settings: LinkSettings): this {
    const { linkLocalIpv6, ...others } = settings
    // A kernel without IPv6 refuses to hear of it, and so does a link with an MTU below IPv6's 1280 bytes.
    if (linkLocalIpv6 !== undefined) {
      this.push(`change addresses of link ${index}`, RouteType.newLink, 0, setLinkBody(index, { linkLocalIpv6 }), ['EAFNOSUPPORT'])
    }
    return Object.keys(others).length > 0 ? this.push(`change link ${index}`, RouteType.newLink, 0, setLinkBody(index, others)) : this
  }
  setBridgePort(index: number, port: BridgePortSettings): this {
    return this.push(`change bridge port ${index}`, RouteType.setLink, 0, bridgePortBody(index, port))
  }
  deleteLink(index: number): this {
    return this.push(`delete link ${index}`, RouteType.deleteLink, 0, linkReferenceBody({ index }), ['ENODEV'])
  }
  addAddress(address: Address): this {
    const what = `add address ${address.address}/${address.prefixLength}`
    return this.push(what, RouteType.newAddress, create | exclusive, addressBody(address), ['EEXIST'])
  }
  deleteAddress(address: Address): this {
    const what = `delete address ${address.address}/${address.prefixLength}`
    return this.push(what, RouteType.deleteAddress, 0, addressBody(address), ['EADDRNOTAVAIL', 'ENODEV'])
  }
  /** Adds the route, in place of one to the same destination with the same metric. */
  setRoute(route: Route): this {
    return this.push(`add route to ${route.destination}`, RouteType.newRoute, create | replace, routeBody(route))
  }
  deleteRoute(route: Route): this {
    return this.push(`delete route to ${route.destination}`, RouteType.deleteRoute, 0, routeBody(route, true), ['ESRCH', 'ENODEV'])
  }
  /** A permanent ARP or neighbour entry, or a bridge forwarding entry. The all-zero MAC may have many forwarding entries. */
  setNeighbour(neighbour: Neighbour): this {
    const many = neighbour.bridge === 'self' && neighbour.mac === '00:00:00:00:00:00'
    const what = `add neighbour ${neighbour.address ?? ''} ${neighbour.mac}`
    return this.push(what, RouteType.newNeighbour, create | (many ? append : replace), neighbourBody(neighbour), ['EEXIST'])
  }
  deleteNeighbour(neighbour: Neighbour): this {
    const what = `delete neighbour ${neighbour.address ?? ''} ${neighbour.mac}`
    return this.push(what, RouteType.deleteNeighbour, 0, neighbourBody(neighbour), ['ENOENT', 'ENODEV'])
  }
  /** The host answers neighbour discovery for the address on this link. */
  addProxiedAddress(proxied: ProxiedAddress): this {
    return this.push(`answer for ${proxied.address}`, RouteType.newNeighbour, create | replace, proxiedAddressBody(proxied), ['EEXIST'])
  }
  deleteProxiedAddress(proxied: ProxiedAddress): this {
    return this.push(`answer no more for ${proxied.address}`, RouteType.deleteNeighbour, 0, proxiedAddressBody(proxied), ['ENOENT', 'ENODEV'])
  }
  addRule(rule: Rule): this {
    return this.push(`add rule for mark ${rule.mark}`, RouteType.newRule, create | exclusive, ruleBody(rule), ['EEXIST'])
  }
  deleteRule(rule: Rule): this {
    return this.push(`delete rule for mark ${rule.mark}`, RouteType.deleteRule, 0, ruleBody(rule), ['ENOENT'])
  }

  private push(what: string, type: number, flags: number, body: NetlinkRequest['body'], tolerate: readonly string[] = []): this {
    this.requests.push({ what, type, flags, body, tolerate })
    return this
  }
}

/** Whether the kernel has IPv6: it can be left out, and be switched off at its start. */
export function hasIpv6(): boolean {
  return existsSync('/proc/sys/net/ipv6')
}

/** A handle on the network configuration of the namespace that the thread was in when it was opened. */
export class Links implements Disposable {
  private constructor(private readonly socket: NetlinkSocket) {}

  static open(): Links {
    return new Links(NetlinkSocket.open(NetlinkProtocol.route))
  }

  /** Carries out the batch; throws `NetlinkError` for the first change that the kernel refused. */
  apply(batch: LinkBatch): void {
    this.socket.batch(batch.requests)
  }

  /** Undefined when there is no link of that name. */
  find(name: string): Link | undefined {
    return this.getLink(`find link ${name}`, { name })
  }
  findIndex(index: number): Link | undefined {
    return this.getLink(`find link ${index}`, { index })
  }

  list(): Link[] {
    return this.dump('list links', RouteType.getLink, linkReferenceBody({})).map(decodeLink)
  }
  addresses(): Address[] {
    return this.dump('list addresses', RouteType.getAddress, addressDumpBody).map(decodeAddress)
  }
  /** The routes of both families in all tables. */
  routes(): Route[] {
    return [AddressFamily.ipv4, AddressFamily.ipv6].flatMap((family) =>
      this.dump('list routes', RouteType.getRoute, routeDumpBody(family)).map(decodeRoute),
    )
  }
  neighbours(): (Neighbour & { state: number })[] {
    return [AddressFamily.ipv4, AddressFamily.ipv6].flatMap((family) =>
      this.dump('list neighbours', RouteType.getNeighbour, neighbourDumpBody(family)).map(decodeNeighbour),
    )
  }
  /** The IPv6 addresses that this host answers for. */
  proxiedAddresses(): ProxiedAddress[] {
    return this.dump('list addresses answered for', RouteType.getNeighbour, proxiedAddressDumpBody(AddressFamily.ipv6)).map(decodeProxiedAddress)
  }
  /** Bridge and VXLAN forwarding entries. */
  forwardingEntries(): (Neighbour & { state: number })[] {
    return this.dump('list forwarding entries', RouteType.getNeighbour, neighbourDumpBody(AddressFamily.bridge)).map(decodeNeighbour)
  }

  close(): void {
    this.socket.close()
  }
  [Symbol.dispose](): void {
    this.close()
  }

  private getLink(what: string, ref: { index?: number; name?: string }): Link | undefined {
    const answer = this.socket.get({ what, type: RouteType.getLink, flags: 0, body: linkReferenceBody(ref) })
    return answer && decodeLink(answer)
  }

  private dump(what: string, type: number, body: NetlinkRequest['body']) {
    return this.socket.dump({ what, type, flags: 0, body })
  }
}

/**
 * Deletes links of the namespace that the thread was in when it was opened, one request after another,
 * on another thread: each waits for the kernel's grace period.
 */
export class LinkRemover implements Disposable {
  private readonly socket = NetlinkSocket.open(NetlinkProtocol.route)
  private readonly requests = new Serial()

  /** Resolves when these links are gone; those that are not there are fine. */
  remove(names: readonly string[]): Promise<void> {
    const requests = names.map((name) => ({
      what: `delete link ${name}`, type: RouteType.deleteLink, flags: 0, body: linkReferenceBody({ name }), tolerate: ['ENODEV'],
    }))
    return this.requests.run(() => this.socket.batchElsewhere(requests))
  }

  [Symbol.dispose](): void {
    void this.requests.run(() => this.socket.close())
  }
}

/** Brings up `lo` of the namespace that the thread is in: it is always the first link there. */
export function loopbackUp(): void {
  using links = Links.open()
  links.apply(new LinkBatch().setLink(1, { up: true }))
}
