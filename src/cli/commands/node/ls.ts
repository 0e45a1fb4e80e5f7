import type { Node } from '../../../model/engine-api/swarm.js'
import { verb } from '../../command.js'
import { filterValues, listFlags, printListing, type Listing } from '../../formatter.js'
import { naturalOrder } from '../../order.js'

interface Row {
  node: Node
  self: boolean
  /** The root that the cluster trusts now. */
  trustRoot: string | undefined
}

const capitalised = (word: string | undefined): string => (word ?? '').replace(/^./, (letter) => letter.toUpperCase())

const listing: Listing<Row> = {
  columns: {
    ID: { header: 'ID', value: ({ node }) => node.ID ?? '', cell: ({ node, self }) => `${node.ID ?? ''} ${self ? '*' : ' '}` },
    Self: { header: 'SELF', value: ({ self }) => self },
    Hostname: { header: 'HOSTNAME', value: ({ node }) => node.Description?.Hostname ?? '' },
    Status: {
      header: 'STATUS',
      value: ({ node }) => capitalised(node.Status?.State),
      // What is wrong with a node that is there, its message says: see "node inspect --pretty".
      cell: ({ node }) => `${capitalised(node.Status?.State)}${node.Status?.State === 'ready' && node.Status.Message ? ' (degraded)' : ''}`,
    },
    Availability: { header: 'AVAILABILITY', value: ({ node }) => capitalised(node.Spec?.Availability) },
    ManagerStatus: {
      header: 'MANAGER STATUS',
      value: ({ node }) => (node.ManagerStatus?.Leader ? 'Leader' : capitalised(node.ManagerStatus?.Reachability)),
    },
    EngineVersion: { header: 'ENGINE VERSION', value: ({ node }) => node.Description?.Engine?.EngineVersion ?? '' },
    TLSStatus: { header: 'TLS STATUS', value: tlsStatus },
  },
  table: ['ID', 'Hostname', 'Status', 'Availability', 'ManagerStatus', 'EngineVersion'],
  quiet: 'ID',
}

export const ls = verb({
  name: 'ls',
  aliases: ['list'],
  summary: 'List nodes in the swarm',
  flags: listFlags,
  async run({ context, flags }) {
    const [nodes, info] = await Promise.all([context.api.nodes.list(filterValues(flags.filter)), context.api.system.info()])
    const rows = nodes
      .map((node) => ({ node, self: node.ID === info.Swarm?.NodeID, trustRoot: info.Swarm?.Cluster?.TLSInfo?.TrustRoot }))
      .sort((a, b) => naturalOrder(a.node.Description?.Hostname ?? '', b.node.Description?.Hostname ?? ''))
    printListing(context, rows, listing, flags)
  },
})

/** A node whose root is not the cluster's one is yet to get its new certificate. */
function tlsStatus({ node, trustRoot }: Row): string {
  const own = node.Description?.TLSInfo?.TrustRoot
  if (!own || !trustRoot) return 'Unknown'
  return own === trustRoot ? 'Ready' : 'Needs Rotation'
}
