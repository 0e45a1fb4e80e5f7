import type { Node } from '../../../model/engine-api/swarm.js'
import { verb } from '../../command.js'
import { filterValues, listFlags, printListing, type Listing } from '../../formatter.js'
import { naturalOrder } from '../../order.js'

interface Row {
  node: Node
  self: boolean
}

const capitalised = (word: string | undefined): string => (word ?? '').replace(/^./, (letter) => letter.toUpperCase())

const listing: Listing<Row> = {
  columns: {
    ID: { header: 'ID', value: ({ node, self }) => `${node.ID ?? ''}${self ? ' *' : ''}` },
    Self: { header: 'SELF', value: ({ self }) => String(self) },
    Hostname: { header: 'HOSTNAME', value: ({ node }) => node.Description?.Hostname ?? '' },
    Status: { header: 'STATUS', value: ({ node }) => capitalised(node.Status?.State) },
    Availability: { header: 'AVAILABILITY', value: ({ node }) => capitalised(node.Spec?.Availability) },
    ManagerStatus: {
      header: 'MANAGER STATUS',
      value: ({ node }) => (node.ManagerStatus?.Leader ? 'Leader' : capitalised(node.ManagerStatus?.Reachability)),
    },
    EngineVersion: { header: 'ENGINE VERSION', value: ({ node }) => node.Description?.Engine?.EngineVersion ?? '' },
    TLSStatus: { header: 'TLS STATUS', value: ({ node }) => (node.Description?.TLSInfo ? 'Ready' : 'Unknown') },
  },
  table: ['ID', 'Hostname', 'Status', 'Availability', 'ManagerStatus', 'EngineVersion'],
}

export const ls = verb({
  name: 'ls',
  aliases: ['list'],
  summary: 'List nodes in the swarm',
  flags: listFlags,
  async run({ context, flags }) {
    const [nodes, info] = await Promise.all([context.api.nodes.list(filterValues(flags.filter)), context.api.system.info()])
    const rows = nodes
      .map((node) => ({ node, self: node.ID === info.Swarm?.NodeID }))
      .sort((a, b) => naturalOrder(a.node.Description?.Hostname ?? '', b.node.Description?.Hostname ?? ''))
    if (flags.quiet && flags.format === undefined) {
      for (const { node } of rows) context.stdout.write(`${node.ID ?? ''}\n`)
      return
    }
    printListing(context, rows, listing, flags)
  },
})
