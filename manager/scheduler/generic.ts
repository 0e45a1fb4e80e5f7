import type { GenericResource } from '../../src/model/resources.js'

/** What is free of the resources that nodes offer under a name: counts, and pieces by name. */
export class GenericPool {
  private readonly counts = new Map<string, number>()
  private readonly pieces = new Map<string, Set<string>>()

  constructor(resources: readonly GenericResource[]) {
    for (const { kind, value, count } of resources) {
      if (value === undefined) this.counts.set(kind, (this.counts.get(kind) ?? 0) + (count ?? 0))
      else this.piecesOf(kind).add(value)
    }
  }

  /** How many of a kind are free. Kinds are compared as they are written. */
  free(kind: string): number {
    return this.pieces.get(kind)?.size ?? this.counts.get(kind) ?? 0
  }

  /** Takes what a task reserves; pieces in the order of their names. Only call it when there is enough. */
  claim(reserved: readonly GenericResource[]): GenericResource[] {
    const taken: GenericResource[] = []
    for (const { kind, count = 1 } of reserved) {
      const pieces = this.pieces.get(kind)
      if (!pieces) {
        this.counts.set(kind, this.free(kind) - count)
        taken.push({ kind, count })
        continue
      }
      for (const value of [...pieces].sort().slice(0, count)) {
        pieces.delete(value)
        taken.push({ kind, value })
      }
    }
    return taken
  }

  /** Takes exactly these, which a task holds already. */
  take(held: readonly GenericResource[]): void {
    for (const { kind, value, count } of held) {
      if (value === undefined) this.counts.set(kind, (this.counts.get(kind) ?? 0) - (count ?? 0))
      else this.pieces.get(kind)?.delete(value)
    }
  }

  private piecesOf(kind: string): Set<string> {
    let pieces = this.pieces.get(kind)
    if (!pieces) this.pieces.set(kind, (pieces = new Set()))
    return pieces
  }
}
