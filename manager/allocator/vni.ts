import { conflict, ErrorKind, StatusError } from '../../src/base/errors.js'

/** Below are numbers that networks outside of the swarm may use. */
export const vniFirst = 4096
const vniLast = 2 ** 24 - 1

/** Numbers of VXLAN segments, one a network. */
export class VniPool {
  private readonly owners = new Map<number, string>()
  private cursor: number

  constructor(
    private readonly first = vniFirst,
    private readonly last = vniLast,
  ) {
    this.cursor = first
  }

  /** The next number that is free, after the one given last: an old number's leftovers meet nobody soon. */
  allocate(owner: string): number {
    const size = this.last - this.first + 1
    for (let i = 0; i < size && i <= this.owners.size; i++) {
      const vni = this.first + ((this.cursor - this.first + i) % size)
      if (this.owners.has(vni)) continue
      this.owners.set(vni, owner)
      this.cursor = vni === this.last ? this.first : vni + 1
      return vni
    }
    throw new StatusError(ErrorKind.exhausted, `no VXLAN network identifier is free (${this.owners.size} in use): remove unused networks`)
  }

  /** Takes a number that is asked for or in the store. Throws `conflict` when another network has it. */
  claim(vni: number, owner: string): void {
    const holder = this.owners.get(vni)
    if (holder !== undefined && holder !== owner) throw conflict(`VXLAN network identifier ${vni} is in use by network ${holder}`)
    this.owners.set(vni, owner)
    this.pass(vni)
  }

  /** The number was given once: those that come next are given first. */
  pass(vni: number): void {
    if (vni >= this.cursor && vni < this.last) this.cursor = vni + 1
  }

  release(vni: number, owner: string): void {
    if (this.owners.get(vni) === owner) this.owners.delete(vni)
  }
}
