import { NftElements } from '../../kernel/nft-elements.js'
import type { ElementChange } from '../../kernel/nft-elements.js'
import { TimeSlice } from '../../kernel/time-slice.js'
import type { HostKernel } from '../host-kernel.js'
import { addIngressSize, backendsByFamily, changeIngressPorts, emptyIngressTable, ingressTables, removeIngressTables } from './ingress-ruleset.js'
import type { IngressPort } from './ingress-ruleset.js'
import { usualSizes } from './backends.js'

/** So many ports are loaded at once: some milliseconds' work. */
const portsPerPiece = 25

/** The mesh's table in the kernel of this host. */
export class IngressTable implements Disposable {
  private elements: NftElements | undefined
  private table: string = ingressTables[0]
  private sizes = new Set<number>()

  constructor(private readonly kernel: HostKernel) {}

  /**
   * Loads everything into a new table, piece by piece, and takes the old one away when it is complete: there is
   * no moment without rules. `more` gives other elements of the table of this name. Rejects with the kernel's reason.
   */
  async load(ports: readonly IngressPort[], local: string, more: (table: string) => readonly ElementChange[]): Promise<void> {
    const elements = (this.elements ??= this.kernel.run(() => new NftElements()))
    const present = elements.tables()
    this.table = ingressTables.find((name) => !present.includes(name)) ?? ingressTables[0]
    this.sizes = new Set(usualSizes)
    this.kernel.nft.run([emptyIngressTable(this.table, local), ...usualSizes.map((size) => addIngressSize(this.table, size))].join('\n'))
    const slice = new TimeSlice()
    for (let at = 0; at < ports.length; at += portsPerPiece) {
      this.change([], ports.slice(at, at + portsPerPiece))
      const pause = slice.pause()
      if (pause) await pause
    }
    elements.change(more(this.table))
    const outdated = ingressTables.filter((name) => name !== this.table && present.includes(name))
    if (outdated.length > 0) this.kernel.nft.run(outdated.map((name) => `delete table inet ${name}`).join('\n'))
  }

  /** Puts ports in the place of others, as one transaction. Throws with the kernel's reason; nothing is changed then. */
  change(before: readonly IngressPort[], after: readonly IngressPort[]): void {
    const sizes = new Set(after.flatMap((port) => backendsByFamily(port).map(({ backends }) => backends.length)).filter((size) => !this.sizes.has(size)))
    if (sizes.size > 0) this.kernel.nft.run([...sizes].map((size) => addIngressSize(this.table, size)).join('\n'))
    for (const size of sizes) this.sizes.add(size)
    this.elements?.change(changeIngressPorts(this.table, before, after))
  }

  /** Changes other elements of the table; `changes` is given its name. */
  changeElements(changes: (table: string) => readonly ElementChange[]): void {
    this.elements?.change(changes(this.table))
  }

  /** Takes the table out of the kernel. */
  remove(): void {
    this.kernel.nft.run(removeIngressTables())
  }

  /** Lets go of the socket; the rules stay. */
  [Symbol.dispose](): void {
    this.elements?.close()
    this.elements = undefined
  }
}
