import type { SwarmTask } from '../model/engine-api/extensions.js'
import { flag, type FlagValues } from '../base/flags.js'
import type { FilterValues } from '../client/filters.js'
import type { Context } from './context.js'
import { filterValues, listFormatHelp, printListing, type Listing } from './formatter.js'
import { Names } from './names.js'
import { ago, ellipsis, shortId } from './units.js'

interface Row {
  id: string
  name: string
  image: string
  node: string
  desired: string
  current: string
  error: string
  ports: string
}

/** The flags of every command that lists tasks. */
export const taskFlags = {
  filter: flag.list('Filter output based on conditions provided', { short: 'f', valueName: 'filter' }),
  format: flag.string(listFormatHelp),
  'no-resolve': flag.bool('Do not map IDs to Names'),
  'no-trunc': flag.bool('Do not truncate output'),
  quiet: flag.bool('Only display task IDs', { short: 'q' }),
} as const

/** Lists the tasks that the flags and `filters` choose, and prints them. Gives how many there are. */
export async function listTasks(context: Context, flags: FlagValues<typeof taskFlags>, filters: FilterValues): Promise<number> {
  const chosen: Record<string, readonly string[]> = { ...filterValues(flags.filter), ...filters }
  if (chosen['node'] !== undefined) chosen['node'] = await Promise.all(chosen['node'].map(async (ref) => (ref === 'self' ? ((await context.api.nodes.inspect(ref)).ID ?? ref) : ref)))
  const tasks = await context.api.tasks.list(chosen)
  await printTasks(context, tasks, new Names(context.api, !flags['no-resolve']), { noTrunc: flags['no-trunc'], quiet: flags.quiet, format: flags.format })
  return tasks.length
}

interface TaskTableOptions {
  noTrunc: boolean
  quiet: boolean
  format: string | undefined
}

/**
 * The table of `service ps`, `node ps` and `stack ps`: by slot, the newest task of each first and what
 * it replaced below it.
 */
async function printTasks(context: Context, tasks: readonly SwarmTask[], names: Names, options: TaskTableOptions): Promise<void> {
  const sorted = [...tasks].sort(
    (a, b) => compare(a.ServiceID, b.ServiceID) || (a.Slot ?? 0) - (b.Slot ?? 0) || compare(a.Slot ? '' : a.NodeID, b.Slot ? '' : b.NodeID) || compare(b.CreatedAt, a.CreatedAt),
  )
  const rows: Row[] = []
  let previous = ''
  // Older tasks of a slot stand below the newest one; in JSON and in templates each stands for itself.
  const inTable = options.format === undefined || options.format === '' || options.format.startsWith('table')
  for (const task of sorted) {
    const service = await names.service(task.ServiceID ?? '')
    const slot = `${service}.${task.Slot ? String(task.Slot) : (task.NodeID ?? '')}`
    const name = task.Name || slot
    const status = task.Status ?? {}
    const error = status.Err ? `"${options.noTrunc ? status.Err : ellipsis(status.Err, 30)}"` : ''
    rows.push({
      id: options.noTrunc || options.quiet ? (task.ID ?? '') : shortId(task.ID ?? ''),
      name: slot === previous && inTable ? ` \\_ ${name}` : name,
      image: options.noTrunc ? (task.Spec?.ContainerSpec?.Image ?? '') : (task.Spec?.ContainerSpec?.Image ?? '').replace(/@sha256:.*/, ''),
      node: await names.node(task.NodeID ?? ''),
      desired: capitalised(task.DesiredState ?? ''),
      current: `${capitalised(status.State ?? '')} ${ago(status.Timestamp, context.clock.nowMs()).replace(/^./, (letter) => letter.toLowerCase())}`,
      error,
      ports: (status.PortStatus?.Ports ?? [])
        .map((port) => `*:${port.PublishedPort ?? 0}->${port.TargetPort ?? 0}/${port.Protocol ?? 'tcp'}`)
        .join(','),
    })
    previous = slot
  }
  printListing(context, rows, listing, options)
}

const listing: Listing<Row> = {
  columns: {
    ID: { header: 'ID', value: (row) => row.id },
    Name: { header: 'NAME', value: (row) => row.name },
    Image: { header: 'IMAGE', value: (row) => row.image },
    Node: { header: 'NODE', value: (row) => row.node },
    DesiredState: { header: 'DESIRED STATE', value: (row) => row.desired },
    CurrentState: { header: 'CURRENT STATE', value: (row) => row.current },
    Error: { header: 'ERROR', value: (row) => row.error },
    Ports: { header: 'PORTS', value: (row) => row.ports },
  },
  table: ['ID', 'Name', 'Image', 'Node', 'DesiredState', 'CurrentState', 'Error', 'Ports'],
  quiet: 'ID',
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function capitalised(word: string): string {
  return word.replace(/^./, (letter) => letter.toUpperCase())
}
