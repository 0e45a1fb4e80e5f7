import { delay } from '../../../base/clock.js'
import { ErrorKind, kindOf } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { noun, verb } from '../../command.js'
import type { Context } from '../../context.js'
import { forEachArgument } from '../../each.js'
import { ExitError } from '../../exit-error.js'
import { filterValues, listFlags, listFormatHelp, printListing, type Listing } from '../../formatter.js'
import { naturalOrder } from '../../order.js'
import { runningNumber, stateNumber } from '../../progress/task-states.js'
import { ofStack, removeServices } from '../../stack/deploy.js'
import { checkStackName, stackLabel } from '../../stack/names.js'
import { listTasks, taskFlags } from '../../task-table.js'
import { serviceListing } from '../service/ls.js'
import { config, deploy } from './deploy.js'

const pollPeriodMs = 200

interface Row {
  name: string
  services: number
}

const listing: Listing<Row> = {
  columns: {
    Name: { header: 'NAME', value: ({ name }) => name },
    Services: { header: 'SERVICES', value: ({ services }) => String(services) },
  },
  table: ['Name', 'Services'],
}

const ls = verb({
  name: 'ls',
  aliases: ['list'],
  summary: 'List stacks',
  flags: { format: flag.string(listFormatHelp) },
  async run({ context, flags }) {
    const counts = new Map<string, number>()
    for (const { Spec: spec } of await context.api.services.list({ filters: { label: [stackLabel] } })) {
      const name = spec?.Labels?.[stackLabel] ?? ''
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    const rows = [...counts].map(([name, services]) => ({ name, services })).sort((a, b) => naturalOrder(a.name, b.name))
    printListing(context, rows, listing, flags)
  },
})

const services = verb({
  name: 'services',
  summary: 'List the services in the stack',
  usage: 'STACK',
  minArgs: 1,
  flags: listFlags,
  async run({ context, args: [stack = ''], flags }) {
    checkStackName(stack)
    const found = await context.api.services.list({ status: true, filters: withStack(filterValues(flags.filter), stack) })
    if (found.length === 0) {
      context.stderr.write(`Nothing found in stack: ${stack}\n`)
      return
    }
    printListing(context, found.sort((a, b) => naturalOrder(a.Spec?.Name ?? '', b.Spec?.Name ?? '')), serviceListing, flags)
  },
})

const ps = verb({
  name: 'ps',
  summary: 'List the tasks in the stack',
  usage: 'STACK',
  minArgs: 1,
  flags: taskFlags,
  async run({ context, args: [stack = ''], flags }) {
    checkStackName(stack)
    const ids = (await context.api.services.list({ filters: ofStack(stack) })).map(({ ID: id = '' }) => id)
    if (ids.length === 0) throw new ExitError(1, `nothing found in stack: ${stack}`)
    await listTasks(context, flags, { service: ids })
  },
})

const rm = verb({
  name: 'rm',
  aliases: ['remove', 'down'],
  summary: 'Remove one or more stacks',
  usage: 'STACK [STACK...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: { detach: flag.bool('Do not wait for stack removal', { short: 'd', default: true }) },
  run({ context, args, flags }) {
    args.forEach(checkStackName)
    return forEachArgument(context, args, (stack) => remove(context, stack, !flags.detach))
  },
})

/** Removes what belongs to a stack; with `wait`, gives back when its tasks have ended. */
async function remove(context: Context, stack: string, wait: boolean): Promise<void> {
  const { api, stderr } = context
  const filters = ofStack(stack)
  const [found, secrets, configs, networks] = await Promise.all([
    api.services.list({ filters }),
    api.secrets.list(filters),
    api.configs.list(filters),
    api.networks.list({ ...filters, scope: ['swarm'] }),
  ])
  if (found.length + secrets.length + configs.length + networks.length === 0) {
    stderr.write(`Nothing found in stack: ${stack}\n`)
    return
  }
  const ids = found.map(({ ID: id = '' }) => id)
  await removeServices(context, found)
  const steps = [
    ...secrets.map(({ ID: id = '', Spec: spec }) => ({ what: `secret ${spec?.Name ?? ''}`, remove: () => api.secrets.remove(id) })),
    ...configs.map(({ ID: id = '', Spec: spec }) => ({ what: `config ${spec?.Name ?? ''}`, remove: () => api.configs.remove(id) })),
    ...networks.map(({ Id: id = '', Name: name = '' }) => ({ what: `network ${name}`, remove: () => api.networks.remove(id) })),
  ]
  for (const step of steps) {
    stderr.write(`Removing ${step.what}\n`)
    try {
      await step.remove()
    } catch (thrown) {
      // Networks go when their last task has: one that is on its way already is no failure.
      if (kindOf(thrown) !== ErrorKind.notFound) throw thrown
    }
  }
  // Networks go with the last of them.
  while (wait && ids.length > 0 && (await api.tasks.list({ service: ids })).some(({ Status: status }) => isOnItsWay(status?.State))) {
    await delay(context.clock, pollPeriodMs, context.signal)
  }
}

function isOnItsWay(state: string | undefined): boolean {
  const number = stateNumber(state)
  return number > 0 && number <= runningNumber
}

function withStack(filters: Record<string, string[]>, stack: string): Record<string, string[]> {
  return { ...filters, label: [...(filters['label'] ?? []), ...ofStack(stack).label] }
}

export const stack = noun('stack', 'Manage Swarm stacks', [config, deploy, ls, ps, rm, services])
