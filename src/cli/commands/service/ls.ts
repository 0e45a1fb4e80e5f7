import type { SwarmService } from '../../../model/engine-api/extensions.js'
import type { EndpointPortConfig } from '../../../model/engine-api/swarm.js'
import { verb } from '../../command.js'
import { filterValues, listFlags, printListing, type Listing } from '../../formatter.js'
import { naturalOrder } from '../../order.js'
import { shortId } from '../../units.js'
import { modeName } from './mode.js'

/** The table of `service ls` and `stack services`. */
export const serviceListing: Listing<SwarmService> = {
  columns: {
    ID: { header: 'ID', value: (service) => shortId(service.ID ?? '') },
    Name: { header: 'NAME', value: (service) => service.Spec?.Name ?? '' },
    Mode: { header: 'MODE', value: (service) => modeName(service.Spec?.Mode) },
    Replicas: { header: 'REPLICAS', value: replicasText },
    Image: { header: 'IMAGE', value: (service) => (service.Spec?.TaskTemplate?.ContainerSpec?.Image ?? '').replace(/@sha256:.*/, '') },
    Ports: { header: 'PORTS', value: (service) => ingressPorts(service.Endpoint?.Ports ?? []) },
  },
  table: ['ID', 'Name', 'Mode', 'Replicas', 'Image', 'Ports'],
  quiet: 'ID',
}

export const ls = verb({
  name: 'ls',
  aliases: ['list'],
  summary: 'List services',
  flags: listFlags,
  async run({ context, flags }) {
    const services = await context.api.services.list({ status: true, filters: filterValues(flags.filter) })
    services.sort((a, b) => naturalOrder(a.Spec?.Name ?? '', b.Spec?.Name ?? ''))
    printListing(context, services, serviceListing, flags)
  },
})

/** `2/3`, with the limit a node and what a job has complete. */
function replicasText(service: SwarmService): string {
  const { RunningTasks: running = 0, DesiredTasks: desired = 0, CompletedTasks: completed = 0 } = service.ServiceStatus ?? {}
  const mode = service.Spec?.Mode ?? {}
  const perNode = service.Spec?.TaskTemplate?.Placement?.MaxReplicas ?? 0
  const limit = perNode > 0 ? ` (max ${perNode} per node)` : ''
  if (mode.ReplicatedJob) {
    const { TotalCompletions: total = desired } = mode.ReplicatedJob
    return `${running}/${desired} (${completed}/${total} completed)`
  }
  if (mode.GlobalJob) return `${running}/${desired} (${completed}/${desired + completed} completed)`
  return `${running}/${desired}${mode.Replicated ? limit : ''}`
}

/** `*:8080->80/tcp`, neighbouring ports as ranges, for the ports of every node. */
function ingressPorts(ports: readonly EndpointPortConfig[]): string {
  const sorted = ports
    .filter((port) => (port.PublishMode ?? 'ingress') === 'ingress')
    .map((port) => ({ published: port.PublishedPort ?? 0, target: port.TargetPort ?? 0, protocol: port.Protocol ?? 'tcp' }))
    .sort((a, b) => a.published - b.published)
  const ranges: { first: (typeof sorted)[number]; length: number }[] = []
  for (const port of sorted) {
    const last = ranges.at(-1)
    const follows =
      last && port.protocol === last.first.protocol && port.published === last.first.published + last.length && port.target === last.first.target + last.length
    if (follows) last.length++
    else ranges.push({ first: port, length: 1 })
  }
  const range = (first: number, length: number): string => (length === 1 ? `${first}` : `${first}-${first + length - 1}`)
  return ranges.map(({ first, length }) => `*:${range(first.published, length)}->${range(first.target, length)}/${first.protocol}`).join(', ')
}
