import { errnoOf, messageOf } from '../../../src/base/errors.js'
import type { Clock } from '../../../src/base/clock.js'
import type { Logger } from '../../../src/base/log.js'
import type { Rng } from '../../../src/base/rng.js'
import { anyAddress, familyOf } from '../../kernel/address-bytes.js'
import { openSocket } from '../../kernel/socket.js'
import type { HostKernel } from '../host-kernel.js'
import type { HeldPort } from '../port-allocator.js'
import { ingressMark } from './ingress-ruleset.js'
import type { IngressPort } from './ingress-ruleset.js'
import { TcpProxy } from './tcp-proxy.js'

/** A port of the mesh, and how its connections get on. */
export interface MeshPort extends IngressPort {
  /** Through the daemon, which puts a PROXY protocol header in front. */
  proxied: boolean
}

/** The kernel has no IPv6, or none on this host. */
const noFamily = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT'])
const backlog = 511

interface Taken {
  proxied: boolean
  /** The families that the port could be had of. */
  families: ReadonlySet<4 | 6>
  sockets: HeldPort[]
  proxy?: TcpProxy
  port: MeshPort
}

/** The mesh's ports in the host's own list of ports: other programs are kept off them, and keep those that they have. */
export class IngressPorts {
  private readonly taken = new Map<string, Taken>()
  private readonly refused = new Set<string>()

  constructor(private readonly given: { kernel: HostKernel; clock: Clock; rng: Rng; log: Logger }) {}

  /** Some ports could not be had: worth another attempt. */
  get incomplete(): boolean {
    return this.refused.size > 0
  }

  /** Takes these ports and lets go of all others. Gives those that rules are to lead on, as far as they could be had. */
  hold(wanted: ReadonlyMap<string, MeshPort>): Map<string, IngressPort> {
    for (const [key, one] of this.taken) {
      const port = wanted.get(key)
      if (port?.proxied === one.proxied) one.port = port
      else this.release(key, one)
    }
    const refused = new Set<string>()
    const ours = new Map<string, IngressPort>()
    for (const [key, port] of wanted) {
      const present = this.taken.get(key)
      // A family that another program had may be free by now.
      if (present && !this.refused.has(key)) {
        if (!port.proxied) ours.set(key, ofFamilies(port, present.families))
        continue
      }
      const taken = this.take(key, port, present, refused)
      if (taken.families.size > 0) this.taken.set(key, taken)
      if (taken.families.size > 0 && !port.proxied) ours.set(key, ofFamilies(port, taken.families))
    }
    this.refused.clear()
    for (const key of refused) this.refused.add(key)
    return ours
  }

  /** Lets go of all ports; connections that go through the daemon end only with `now`. */
  end(now = false): void {
    for (const [key, one] of this.taken) {
      this.release(key, one)
      if (now) one.proxy?.[Symbol.dispose]()
    }
    this.refused.clear()
  }

  private release(key: string, { sockets, proxy }: Taken): void {
    for (const socket of sockets) socket.close()
    proxy?.stop()
    this.taken.delete(key)
  }

  private take(key: string, port: MeshPort, present: Taken | undefined, refused: Set<string>): Taken {
    const families = new Set(present?.families)
    const taken: Taken = { proxied: port.proxied, families, sockets: present?.sockets ?? [], port, ...(present?.proxy && { proxy: present.proxy }) }
    if (port.proxied) taken.proxy ??= this.proxyOf(taken)
    for (const family of [4, 6] as const) {
      if (families.has(family)) continue
      try {
        if (taken.proxy) taken.proxy.listen(this.given.kernel.run(() => openSocket({ protocol: 'tcp', family, bind: { address: anyAddress[family], port: port.port, reuseAddress: true }, backlog })))
        else taken.sockets.push(this.given.kernel.holdPort(port.protocol, anyAddress[family], port.port))
        families.add(family)
      } catch (thrown) {
        const absent = noFamily.has(errnoOf(thrown) ?? '')
        // SCTP sockets need a module that is not everywhere; the rules do not.
        if (absent && port.protocol === 'sctp') families.add(family)
        else if (!absent || family === 4) {
          refused.add(key)
          const how = family === 6 ? ' over IPv6' : ''
          if (!this.refused.has(key)) this.given.log.warn(`published port ${key} does not lead to its service on this node${how}: ${messageOf(thrown)}`)
        }
      }
    }
    return taken
  }

  private proxyOf(taken: Taken): TcpProxy {
    const { kernel, clock, rng, log } = this.given
    return new TcpProxy({
      // By the mark the way leads into the ingress network, whatever else the host knows of its subnet.
      open: ({ address }) => kernel.run(() => openSocket({ protocol: 'tcp', family: familyOf(address), mark: ingressMark })),
      // Every task has an IPv4 address there: the family of the client is in the header.
      targets: () => taken.port.backends.filter(({ address }) => !address.includes(':')),
      header: true,
      clock, rng, log,
    })
  }
}

function ofFamilies({ protocol, port, backends }: IngressPort, families: ReadonlySet<4 | 6>): IngressPort {
  return { protocol, port, backends: backends.filter(({ address }) => families.has(familyOf(address))) }
}
