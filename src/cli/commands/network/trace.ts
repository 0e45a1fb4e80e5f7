import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import type { ServiceTrace, TracedCheck, TracedNetwork } from '../../../model/service-trace.js'
import { verb } from '../../command.js'
import { renderTable } from '../../table.js'

export const trace = verb({
  name: 'trace',
  summary: 'Show how a service is reached, and whether it answers',
  usage: 'SERVICE',
  minArgs: 1,
  flags: {
    format: flag.string('Format the output: "table" or "json"', { default: 'table' }),
    from: flag.string('Look from a container of the node', { valueName: 'container' }),
    network: flag.string('Look at this network alone'),
    node: flag.string('Look from another node (on a manager)'),
  },
  async run({ context, args: [service = ''], flags }) {
    if (flags.format !== 'table' && flags.format !== 'json') throw invalid(`invalid format "${flags.format}": use table or json`)
    const found = await context.api.networks.trace({
      service,
      ...(flags.from !== undefined && { container: flags.from }),
      ...(flags.network !== undefined && { network: flags.network }),
      ...(flags.node !== undefined && { node: flags.node }),
    })
    context.stdout.write(flags.format === 'json' ? `${JSON.stringify(found, undefined, 4)}\n` : traceText(found))
    return found.Problems.length === 0 ? 0 : 1
  },
})

/** A trace for people to read. */
function traceText({ Service: service, From: from, Networks: networks, Ports: ports, Problems: problems }: ServiceTrace): string {
  const eyes = from.ContainerName === undefined ? '' : ` by container ${from.ContainerName}`
  const lines = [`Service ${service.Name} (${service.ID}), seen from node ${from.Hostname}${from.DataPathAddress === '' ? '' : ` (${from.DataPathAddress})`}${eyes}`, '']
  for (const network of networks) lines.push(...networkLines(network))
  if (networks.length === 0) lines.push('It is on no network of the swarm.', '')
  if (ports.length > 0) {
    const rows = ports.map(({ Protocol, PublishedPort, TargetPort, PublishMode, Check }) => [`${PublishedPort}/${Protocol}`, String(TargetPort), PublishMode, resultOf(Check)])
    lines.push(renderTable([['PUBLISHED PORT', 'TARGET', 'MODE', 'ANSWERS'], ...rows]).trimEnd(), '')
  }
  if (problems.length > 0) lines.push('Problems:', ...problems.map((problem) => `  - ${problem}`))
  else lines.push(nothingAsked(networks, ports) ?? 'Everything that was asked answers.')
  return `${lines.join('\n')}\n`
}

/** What to do when there was no place to ask from. Undefined when something was asked. */
function nothingAsked(networks: readonly TracedNetwork[], ports: ServiceTrace['Ports']): string | undefined {
  const checks = [...networks.flatMap(({ VirtualIPChecks: vips, Backends: tasks }) => [...vips, ...tasks.flatMap(({ Checks }) => Checks)]), ...ports.map(({ Check }) => Check)]
  if (checks.some(({ Result: result }) => result !== 'skipped')) return undefined
  const node = networks.flatMap(({ Backends: tasks }) => tasks).find(({ Serving: serving }) => serving)?.Hostname
  return `Nothing was asked${node === undefined ? '' : `: look from a node with a container on the network, as with --node ${node}`}.`
}

function networkLines(network: TracedNetwork): string[] {
  const { Name: name, ID: id, Encrypted: encrypted, Names: names, VirtualIPs: vips, VirtualIPChecks: checks, Backends: backends } = network
  const resolved = names.map(({ Name, Type, Addresses, Error: error }) => [Name, Type, error ?? (Addresses.join(', ') || '(none)')])
  const rows = backends.map((one) => [
    shortName(one.Name),
    one.Hostname,
    one.Addresses.join(', '),
    one.Serving ? 'serving' : 'not serving',
    `${Math.round(one.Share * 1000) / 10}%`,
    one.Path.Kind === 'local' ? 'local' : `${one.Path.Kind} ${one.Path.VNI} to ${one.Path.DataPathAddress}:${one.Path.Port}`,
    one.Checks.map(resultOf).join(', ') || '-',
  ])
  return [
    `Network ${name} (${id})${encrypted ? ', encrypted' : ''}`,
    renderTable([['NAME', 'TYPE', 'RESOLVES TO'], ...resolved]).trimEnd(),
    '',
    ...(vips.length === 0 ? ['No virtual IP: names lead to the tasks themselves.'] : vips.map((vip) => `Virtual IP ${vip}: ${checks.filter(({ Address }) => Address === vip).map(resultOf).join(', ') || 'not asked'}`)),
    '',
    renderTable([['TASK', 'NODE', 'ADDRESS', 'STATE', 'SHARE', 'PATH', 'ANSWERS'], ...rows]).trimEnd(),
    '',
  ]
}

/** The name of a task with its ids cut to what commands take and listings show, so that a line has room for the rest. */
function shortName(name: string): string {
  return name.replace(/(?<=\.)([0-9a-z]{12})[0-9a-z]{13}(?=\.|$)/g, '$1')
}

function resultOf({ Result: result, Port: port, Protocol: protocol, Reason: reason, Milliseconds: ms }: TracedCheck): string {
  const where = port === 0 ? '' : `${port}${protocol === 'tcp' ? '' : `/${protocol}`}: `
  if (result === 'answers') return `${where}yes (${ms ?? 0} ms)`
  if (result === 'silent') return `${where}open or silent`
  return `${where}${result === 'fails' ? 'NO' : 'not asked'}${reason === undefined ? '' : ` (${reason})`}`
}
