import type { Clock, Timer } from '../../../src/base/clock.js'
import { messageOf } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import { NftWatch } from '../../kernel/nft-watch.js'
import type { HostKernel } from '../host-kernel.js'
import { markChains } from './ingress-ruleset.js'

/** Restoring is not done more often than this: somebody else may keep flushing. */
const restorePeriodMs = 200

/**
 * Keeps this host's tables whole when another program flushes the ruleset, as a reload of a firewall does: hears of
 * it at once and puts the tables back. A table that this process owns, which no flush touches, keeps connection
 * tracking at work meanwhile, so that established flows go on.
 */
export class TableGuard implements Disposable {
  private readonly restorers = new Map<string, () => void>()
  private watch: NftWatch | undefined
  private readonly missing = new Set<string>()
  private timer: Timer | undefined
  private lastMs = -Infinity
  /** Its own table is there. */
  private held = false

  constructor(private readonly given: { kernel: HostKernel; table: string; clock: Clock; log: Logger }) {}

  /** Watches over a table from now on. */
  add(table: string, restore: () => void): void {
    this.restorers.set(table, restore)
  }

  /** Begins to watch; a kernel that cannot do a part of it is told of in the log. */
  start(): void {
    const { kernel, table, log } = this.given
    try {
      const hold = (): void => {
        try {
          kernel.nft.run(guardTable(`${table}-guard`))
          this.held = true
        } catch (err) {
          // Kernels before 5.12. Any change will do for the watch.
          log.info('tables cannot be owned on this kernel: flows may be cut when another program flushes nftables', { err })
          kernel.nft.run(`add table inet ${table}-guard\ndelete table inet ${table}-guard`)
        }
      }
      this.watch = kernel.run(() => new NftWatch((name) => this.restorers.has(name), (tables) => this.changed(tables), hold))
    } catch (err) {
      log.warn(`this host's rules are not watched: when another program flushes nftables, restart the daemon (${messageOf(err)})`)
    }
  }

  /** Watches no more, and takes its own table out of the kernel. */
  remove(): void {
    this[Symbol.dispose]()
    if (this.held) this.given.kernel.nft.run(`delete table inet ${this.given.table}-guard`)
  }

  [Symbol.dispose](): void {
    this.watch?.close()
    this.watch = undefined
    this.timer?.cancel()
  }

  private changed(tables: ReadonlySet<string>): void {
    for (const table of tables.has('') ? this.restorers.keys() : tables) this.missing.add(table)
    const waitMs = this.lastMs + restorePeriodMs - this.given.clock.monotonicMs()
    if (waitMs <= 0) this.restore()
    else this.timer ??= this.given.clock.setTimer(waitMs, () => this.restore())
  }

  private restore(): void {
    this.timer?.cancel()
    this.timer = undefined
    this.lastMs = this.given.clock.monotonicMs()
    for (const table of this.missing) {
      this.missing.delete(table)
      this.given.log.warn('another program changed a table of this daemon: putting it back', { table })
      try {
        this.restorers.get(table)?.()
      } catch (err) {
        this.given.log.error('a table could not be put back; restart the daemon', { table, err })
      }
    }
  }
}

/** Address translation stays registered with any chain of its kind; the flows' marks keep leading to the mesh. */
function guardTable(name: string): string {
  return `table inet ${name} {
  flags owner;
  chain translate {
    type nat hook prerouting priority -90; policy accept;
  }
${markChains}
}`
}
