import { invalid } from '../../../base/errors.js'
import type { Node, NodeSpec } from '../../../model/engine-api/swarm.js'
import { noun, verb, type Invocation, type Verb } from '../../command.js'
import { forEachArgument, inspectEach } from '../../each.js'
import { flag } from '../../../base/flags.js'
import { inspectFormatHelp, printInspect } from '../../formatter.js'
import { labelsOf } from '../../options/key-value.js'
import { listTasks, taskFlags } from '../../task-table.js'
import { availabilityOf } from '../swarm/init.js'
import { ls } from './ls.js'
import { prettyNode } from './pretty.js'

const inspect = verb({
  name: 'inspect',
  summary: 'Display detailed information on one or more nodes',
  usage: 'self|NODE [NODE...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {
    format: flag.string(inspectFormatHelp, { short: 'f' }),
    pretty: flag.bool('Print the information in a human friendly format'),
  },
  async run({ context, args, flags }) {
    if (flags.pretty && flags.format !== undefined) throw invalid('--format is incompatible with human friendly format')
    const get = (ref: string): Promise<Node> => context.api.nodes.inspect(ref)
    return inspectEach(context, args, get, (found) => {
      if (flags.pretty) context.stdout.write(found.map(prettyNode).join('\n'))
      else printInspect(context, found, flags.format)
    })
  },
})

const update = verb({
  name: 'update',
  summary: 'Update a node',
  usage: 'NODE',
  minArgs: 1,
  flags: {
    availability: flag.string('Availability of the node ("active", "pause", "drain")'),
    'label-add': flag.list('Add or update a node label ("key=value")'),
    'label-rm': flag.list('Remove a node label if exists'),
    role: flag.string('Role of the node ("worker", "manager")'),
  },
  async run({ context, args: [ref = ''], flags }) {
    await change(context.api.nodes, ref, (spec) => {
      if (flags.availability !== undefined) spec.Availability = availabilityOf(flags.availability)
      if (flags.role !== undefined) {
        if (flags.role !== 'worker' && flags.role !== 'manager') throw invalid(`invalid role "${flags.role}", only worker and manager are supported`)
        spec.Role = flags.role
      }
      const labels = { ...spec.Labels, ...labelsOf(flags['label-add']) }
      for (const key of flags['label-rm']) {
        if (!(key in labels)) throw invalid(`key ${key} doesn't exist in node's labels`)
        delete labels[key]
      }
      spec.Labels = labels
    })
    context.stdout.write(`${ref}\n`)
  },
})

type Nodes = Invocation<Record<never, never>>['context']['api']['nodes']

async function change(nodes: Nodes, ref: string, edit: (spec: NodeSpec, node: Node) => void): Promise<void> {
  const node = await nodes.inspect(ref)
  const spec = structuredClone(node.Spec ?? {})
  edit(spec, node)
  await nodes.update(node.ID ?? ref, node.Version?.Index ?? 0, spec)
}

function roleVerb(name: 'promote' | 'demote', role: 'manager' | 'worker', summary: string, done: string): Verb {
  return verb({
    name,
    summary,
    usage: 'NODE [NODE...]',
    minArgs: 1,
    maxArgs: Infinity,
    flags: {},
    run: ({ context, args }) =>
      forEachArgument(context, args, async (ref) => {
        let already = false
        const node = await context.api.nodes.inspect(ref)
        if (node.Spec?.Role === role) already = true
        else await change(context.api.nodes, ref, (spec) => (spec.Role = role))
        return already ? `Node ${ref} is already a ${role}.` : `Node ${ref} ${done}`
      }),
  })
}

const ps = verb({
  name: 'ps',
  summary: 'List tasks running on one or more nodes, defaults to current node',
  usage: '[NODE...]',
  maxArgs: Infinity,
  flags: taskFlags,
  async run({ context, args, flags }) {
    const refs = args.length > 0 ? args : ['self']
    const ids = await Promise.all(refs.map(async (ref) => (await context.api.nodes.inspect(ref)).ID ?? ref))
    await listTasks(context, flags, { node: ids })
  },
})

const rm = verb({
  name: 'rm',
  aliases: ['remove'],
  summary: 'Remove one or more nodes from the swarm',
  usage: 'NODE [NODE...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: { force: flag.bool('Force remove a node from the swarm', { short: 'f' }) },
  run: ({ context, args, flags }) =>
    forEachArgument(context, args, async (ref) => {
      await context.api.nodes.remove(ref, flags.force)
      return ref
    }),
})

export const node = noun('node', 'Manage Swarm nodes', [
  ls,
  inspect,
  update,
  roleVerb('promote', 'manager', 'Promote one or more nodes to manager in the swarm', 'promoted to a manager in the swarm.'),
  roleVerb('demote', 'worker', 'Demote one or more nodes from manager in the swarm', 'demoted in the swarm.'),
  ps,
  rm,
])
