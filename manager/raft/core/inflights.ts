/**
 * The appends sent to one follower and not answered yet, bounded by count and by bytes. An answer
 * for an index frees everything up to it.
 */
export class Inflights {
  private items: { index: number; bytes: number }[] = []
  private head = 0
  private bytes = 0

  constructor(
    private readonly countMax: number,
    private readonly bytesMax: number,
  ) {}

  get count(): number {
    return this.items.length - this.head
  }

  get byteCount(): number {
    return this.bytes
  }

  /** No further append may be sent. The byte limit is checked after the fact: one append may pass it. */
  get full(): boolean {
    return this.count >= this.countMax || (this.count > 0 && this.bytes >= this.bytesMax)
  }

  /** Notes an append whose last entry has `index`; indexes only grow. */
  add(index: number, bytes: number): void {
    this.items.push({ index, bytes })
    this.bytes += bytes
  }

  /** The follower has everything up to `index`. */
  freeTo(index: number): void {
    for (let item = this.items[this.head]; item && item.index <= index; item = this.items[this.head]) {
      this.bytes -= item.bytes
      this.head++
    }
    if (this.head > 64 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head)
      this.head = 0
    }
  }

  reset(): void {
    this.items = []
    this.head = 0
    this.bytes = 0
  }
}
