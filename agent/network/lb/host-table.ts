import type { Logger } from '../../../src/base/log.js'
import type { Nft } from '../../kernel/nft.js'
import { addForwards, addNetwork, deleteTable, fullTable, removeForwards, removeNetwork } from './host-ruleset.js'
import type { PortForward, TableNetwork, TableSettings } from './host-ruleset.js'

/**
 * The host's table in the kernel. It remembers what should be in it: when an incremental change is
 * refused because somebody flushed or edited the table, all of it is loaded again.
 */
export class HostTable {
  private readonly networks = new Map<string, TableNetwork>()
  private readonly forwards = new Map<string, PortForward>()

  constructor(
    private readonly nft: Pick<Nft, 'run'>,
    private readonly name: string,
    private readonly log: Logger,
    private readonly settings: () => TableSettings = () => ({}),
  ) {}

  /** Puts the whole table in place in one transaction; flows that are established stay. */
  load(networks: readonly TableNetwork[], forwards: readonly PortForward[]): void {
    this.networks.clear()
    this.forwards.clear()
    for (const network of networks) this.networks.set(network.bridge, network)
    for (const forward of forwards) this.forwards.set(keyOf(forward), forward)
    this.reload()
  }

  /** A network that is there as it should be is left alone: traffic goes on over a restart of the daemon. */
  addNetwork(network: TableNetwork): void {
    const present = this.networks.get(network.bridge)
    if (present && addNetwork(this.name, present) === addNetwork(this.name, network)) return
    if (present) this.removeNetwork(network.bridge)
    this.change(addNetwork(this.name, network), () => this.networks.set(network.bridge, network))
  }

  removeNetwork(bridge: string): void {
    const network = this.networks.get(bridge)
    if (network) this.change(removeNetwork(this.name, network), () => this.networks.delete(bridge))
  }

  /** Takes `removed` out and puts `added` in, as one transaction. */
  updateForwards(added: readonly PortForward[], removed: readonly PortForward[]): void {
    const gone = removed.filter((forward) => this.forwards.has(keyOf(forward)))
    if (added.length === 0 && gone.length === 0) return
    const commands = [removeForwards(this.name, gone), addForwards(this.name, added)].filter((part) => part !== '').join('\n')
    this.change(commands, () => {
      for (const forward of gone) this.forwards.delete(keyOf(forward))
      for (const forward of added) this.forwards.set(keyOf(forward), forward)
    })
  }

  /** Puts back what somebody else took out. */
  restore(): void {
    this.reload()
  }

  /** Takes the table out of the kernel. */
  remove(): void {
    this.nft.run(deleteTable(this.name))
  }

  private change(commands: string, remember: () => void): void {
    try {
      this.nft.run(commands)
      remember()
    } catch (err) {
      this.log.warn('the nftables table is not as it was left; loading it again', { table: this.name, err })
      const before = [new Map(this.networks), new Map(this.forwards)] as const
      remember()
      try {
        this.reload()
      } catch (thrown) {
        // The change itself cannot be carried out: forget it, so that the next one is not refused for it.
        restore(this.networks, before[0])
        restore(this.forwards, before[1])
        throw thrown
      }
    }
  }

  private reload(): void {
    this.nft.run(fullTable(this.name, [...this.networks.values()], [...this.forwards.values()], this.settings()))
  }
}

function restore<T>(target: Map<string, T>, source: ReadonlyMap<string, T>): void {
  target.clear()
  for (const [key, value] of source) target.set(key, value)
}

const keyOf = (forward: PortForward): string => `${forward.protocol} ${forward.hostIp} ${forward.hostPort}`
