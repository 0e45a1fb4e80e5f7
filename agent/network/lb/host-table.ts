import type { Logger } from '../../../src/base/log.js'
import type { Nft } from '../../kernel/nft.js'
import { addForwards, addNetwork, addOpenings, deleteTable, fullTable, removeForwards, removeNetwork, removeOpenings } from './host-ruleset.js'
import type { LinkOpening, PortForward, TableContent, TableNetwork, TableSettings } from './host-ruleset.js'

/**
 * The host's table in the kernel. It remembers what should be in it: when an incremental change is
 * refused because somebody flushed or edited the table, all of it is loaded again.
 */
export class HostTable {
  private readonly networks = new Map<string, TableNetwork>()
  private readonly forwards = new Map<string, PortForward>()
  private readonly openings = new Map<string, LinkOpening>()

  constructor(
    private readonly nft: Pick<Nft, 'run'>,
    private readonly name: string,
    private readonly log: Logger,
    private readonly settings: () => TableSettings = () => ({}),
  ) {}

  /** Puts the whole table in place in one transaction; flows that are established stay. */
  load({ networks, forwards, openings }: TableContent): void {
    this.networks.clear()
    this.forwards.clear()
    this.openings.clear()
    for (const network of networks) this.networks.set(network.bridge, network)
    for (const forward of forwards) this.forwards.set(keyOf(forward), forward)
    for (const opening of openings) this.openings.set(openingKey(opening), opening)
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

  /** Makes these the openings of a bridge. */
  setOpenings(bridge: string, wanted: readonly LinkOpening[]): void {
    const next = new Map(wanted.map((opening) => [openingKey(opening), opening]))
    const gone = [...this.openings].filter(([key, opening]) => opening.bridge === bridge && !next.has(key))
    const added = [...next].filter(([key]) => !this.openings.has(key))
    if (gone.length === 0 && added.length === 0) return
    const values = (entries: [string, LinkOpening][]): LinkOpening[] => entries.map(([, opening]) => opening)
    const commands = [removeOpenings(this.name, values(gone)), addOpenings(this.name, values(added))].filter((part) => part !== '').join('\n')
    this.change(commands, () => {
      for (const [key] of gone) this.openings.delete(key)
      for (const [key, opening] of added) this.openings.set(key, opening)
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
      const before = [new Map(this.networks), new Map(this.forwards), new Map(this.openings)] as const
      remember()
      try {
        this.reload()
      } catch (thrown) {
        // The change itself cannot be carried out: forget it, so that the next one is not refused for it.
        restore(this.networks, before[0])
        restore(this.forwards, before[1])
        restore(this.openings, before[2])
        throw thrown
      }
    }
  }

  private reload(): void {
    const content = { networks: [...this.networks.values()], forwards: [...this.forwards.values()], openings: [...this.openings.values()] }
    this.nft.run(fullTable(this.name, content, this.settings()))
  }
}

function restore<T>(target: Map<string, T>, source: ReadonlyMap<string, T>): void {
  target.clear()
  for (const [key, value] of source) target.set(key, value)
}

const keyOf = (forward: PortForward): string => `${forward.protocol} ${forward.hostIp} ${forward.hostPort}`
const openingKey = ({ bridge, source, target, protocol, port }: LinkOpening): string => `${bridge} ${source} ${target} ${protocol} ${port}`
