import type { Logger } from '../../../src/base/log.js'
import { LinkBatch } from '../../kernel/link.js'
import { writeSysctl } from '../../kernel/sysctl.js'
import type { Endpoint } from '../endpoint.js'
import type { HostKernel } from '../host-kernel.js'
import { ingressMark, nearMark } from './ingress-ruleset.js'

/** Before the rule that leads into the ingress network: what is not found here goes there. */
const rule = { family: 4, mark: ingressMark | nearMark, mask: ingressMark | nearMark, table: nearMark, priority: 89 } as const

interface Place {
  via: string
  index: number
}

interface Task {
  address: string
  gateway: Endpoint
  /** Asked of the kernel once: a task's bridge does not change. */
  place: Place | undefined
}

/**
 * The shorter way from this host to its own tasks: not by the ingress network's devices, but by the bridge that the task
 * has its default route by. A route for each task's address on the ingress network; packets stay as they are.
 */
export class NearRoutes {
  private readonly tasks = new Map<string, Task>()
  /** What the kernel has, by address; undefined before it was asked. */
  private present: Map<string, Place | undefined> | undefined

  constructor(
    private readonly kernel: HostKernel,
    private readonly log: Logger,
  ) {}

  /** `address` is the task's on the ingress network, `gateway` its endpoint on a bridge of this host. */
  set(containerId: string, address: string, gateway: Endpoint): void {
    this.tasks.set(containerId, { address, gateway, place: undefined })
  }

  /** False when there was none. */
  delete(containerId: string): boolean {
    return this.tasks.delete(containerId)
  }

  /** Brings the routes to the tasks there are. Without them packets take the usual way: a failure is told in the log. */
  bring(): void {
    try {
      const present = (this.present ??= this.begin())
      const wanted = new Map([...this.tasks.values()].flatMap((task): [string, Place][] => {
        task.place ??= this.placeOf(task.gateway)
        return task.place ? [[task.address, task.place]] : []
      }))
      for (const [address, before] of present) {
        if (wanted.has(address)) continue
        this.kernel.links.apply(new LinkBatch().deleteRoute(routeTo(address, before)))
        present.delete(address)
      }
      for (const [address, place] of wanted) {
        const before = present.get(address)
        if (before?.via === place.via && before.index === place.index) continue
        // Answers come in by the bridge, from an address that this host knows behind another device.
        this.letAnswersIn(place.index)
        this.kernel.links.apply(new LinkBatch().setRoute(routeTo(address, place)))
        present.set(address, place)
      }
    } catch (err) {
      this.present = undefined
      this.log.warn('tasks of this host are reached by the ingress network alone', { err })
    }
  }

  /** Takes everything out of the kernel. */
  end(): void {
    const batch = new LinkBatch().deleteRule(rule)
    for (const address of this.listed().keys()) batch.deleteRoute(routeTo(address, undefined))
    this.kernel.links.apply(batch)
    this.present = undefined
  }

  private begin(): Map<string, Place | undefined> {
    this.kernel.links.apply(new LinkBatch().addRule(rule))
    // Those of an earlier daemon are set once more, or go.
    return this.listed()
  }

  private listed(): Map<string, undefined> {
    return new Map(this.kernel.links.routes().filter(({ table }) => table === nearMark).map(({ destination }) => [destination.replace(/\/32$/, ''), undefined]))
  }

  private placeOf({ hostLink, ipv4Address }: Endpoint): Place | undefined {
    const index = this.kernel.links.find(hostLink)?.master
    return index === undefined ? undefined : { via: ipv4Address, index }
  }

  private letAnswersIn(index: number): void {
    const name = this.kernel.links.findIndex(index)?.name
    if (name !== undefined) this.kernel.run(() => writeSysctl(`net/ipv4/conf/${name}/rp_filter`, '2'))
  }
}

function routeTo(address: string, place: Place | undefined) {
  return { family: 4, destination: `${address}/32`, table: nearMark, ...(place && { gateway: place.via, index: place.index }) } as const
}
