import { ErrorKind, invalid, kindOf, notFound } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import type { SwarmTask } from '../../../model/engine-api/extensions.js'
import type { Output } from '../../../client/streams.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { LineSplitter } from '../../streams/line-splitter.js'
import { Names } from '../../names.js'
import { timeQuery } from '../../options/time.js'
import { writeOutput } from '../../streams/write-all.js'
import { shortId } from '../../units.js'

export const logs = verb({
  name: 'logs',
  summary: 'Fetch the logs of a service or task',
  usage: 'SERVICE|TASK',
  minArgs: 1,
  flags: {
    details: flag.bool('Show extra details provided to logs'),
    follow: flag.bool('Follow log output', { short: 'f' }),
    'no-resolve': flag.bool('Do not map IDs to Names in output'),
    'no-task-ids': flag.bool('Do not include task IDs in output'),
    'no-trunc': flag.bool('Do not truncate output'),
    raw: flag.bool('Do not neatly format logs'),
    since: flag.string('Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'),
    tail: flag.string('Number of lines to show from the end of the logs', { short: 'n', default: 'all' }),
    timestamps: flag.bool('Show timestamps', { short: 't' }),
  },
  async run({ context, args: [ref = ''], flags }) {
    const { api } = context
    const source = await logSource(context, ref)
    if (source.tty && !flags.raw) throw invalid('tty service logs only supported with --raw')
    const query = {
      stdout: true,
      stderr: true,
      follow: flags.follow,
      timestamps: flags.timestamps,
      tail: flags.tail,
      // The details name the task that a line is from; the prefix needs them, `--raw` does not.
      details: !flags.raw || flags.details,
      ...(flags.since !== undefined && { since: timeQuery(flags.since, context.clock.nowMs()) }),
    }
    const output = source.kind === 'task' ? await api.tasks.logs(source.id, source.tty, query, context.signal) : await api.services.logs(source.id, source.tty, query, context.signal)
    if (flags.raw) return writeOutput(context, output)
    const prefixes = new Prefixes(context, source.digits, {
      resolve: !flags['no-resolve'],
      taskIds: !flags['no-task-ids'],
      trunc: !flags['no-trunc'],
    })
    await printLines(context, output, prefixes, { timestamps: flags.timestamps, details: flags.details })
  },
})

interface LogSource {
  kind: 'service' | 'task'
  id: string
  tty: boolean
  /** Digits of the highest slot: the width that slots are padded to. */
  digits: number
}

async function logSource({ api }: Context, ref: string): Promise<LogSource> {
  try {
    const service = await api.services.inspect(ref)
    const replicas = service.Spec?.Mode?.Replicated?.Replicas ?? 1
    return { kind: 'service', id: service.ID ?? ref, tty: service.Spec?.TaskTemplate?.ContainerSpec?.TTY ?? false, digits: String(replicas).length }
  } catch (thrown) {
    if (kindOf(thrown) !== ErrorKind.notFound) throw thrown
  }
  try {
    const task = await api.tasks.inspect(ref)
    return { kind: 'task', id: task.ID ?? ref, tty: task.Spec?.ContainerSpec?.TTY ?? false, digits: String(task.Slot ?? 1).length }
  } catch (thrown) {
    if (kindOf(thrown) !== ErrorKind.notFound) throw thrown
    throw notFound(`no such task or service: ${ref}`, thrown)
  }
}

const swarmLabel = 'com.docker.swarm.'

async function printLines(
  context: Context,
  output: AsyncIterable<Output>,
  prefixes: Prefixes,
  { timestamps, details }: { timestamps: boolean; details: boolean },
): Promise<void> {
  const splitters = { stdout: new LineSplitter(), stderr: new LineSplitter() }
  const print = async (stream: Output['stream'], line: string): Promise<void> => {
    const words = line.split(' ')
    const time = timestamps ? `${words.shift() ?? ''} ` : ''
    const attributes = attributesOf(words.shift() ?? '')
    const prefix = await prefixes.of(attributes)
    const extra = Object.entries(attributes).filter(([key]) => !key.startsWith(swarmLabel))
    const shown = details && extra.length > 0 ? `${extra.map(([key, value]) => `${key}=${value}`).join(',')} ` : ''
    context[stream].write(`${time}${prefix}    | ${shown}${words.join(' ')}`)
  }
  for await (const { stream, data } of output) {
    for (const line of splitters[stream].push(data)) await print(stream, line)
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const rest = splitters[stream].rest()
    if (rest !== '') await print(stream, rest)
  }
}

/** `a=b,c=d`, each side encoded as in a URL. */
function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split(',')
      .filter((pair) => pair.includes('='))
      .map((pair) => {
        const at = pair.indexOf('=')
        return [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))]
      }),
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `web.1.abcdefghijkl@host`, each task asked for once. */
class Prefixes {
  private readonly known = new Map<string, Promise<string>>()
  private readonly names: Names

  constructor(
    private readonly context: Context,
    private readonly digits: number,
    private readonly show: { resolve: boolean; taskIds: boolean; trunc: boolean },
  ) {
    this.names = new Names(context.api, show.resolve)
  }

  of(attributes: Readonly<Record<string, string>>): Promise<string> {
    const task = attributes[`${swarmLabel}task.id`] ?? ''
    let prefix = this.known.get(task)
    if (!prefix) {
      prefix = this.make(task, attributes)
      this.known.set(task, prefix)
    }
    return prefix
  }

  private async make(id: string, attributes: Readonly<Record<string, string>>): Promise<string> {
    const { resolve, taskIds, trunc } = this.show
    const task = await this.task(id)
    const nodeId = attributes[`${swarmLabel}node.id`] ?? task?.NodeID ?? ''
    const service = await this.names.service(attributes[`${swarmLabel}service.id`] ?? task?.ServiceID ?? '')
    let name = `${service}.${task?.Slot ? String(task.Slot) : nodeId}`
    if (taskIds) name += `.${trunc ? shortId(id) : id}`
    const padding = ' '.repeat(Math.max(0, this.digits - String(task?.Slot ?? 0).length))
    const node = await this.names.node(nodeId)
    return `${name}@${resolve || !trunc ? node : shortId(node)}${padding}`
  }

  /** Undefined for a task that the history has dropped meanwhile. */
  private async task(id: string): Promise<SwarmTask | undefined> {
    try {
      return await this.context.api.tasks.inspect(id)
    } catch (thrown) {
      if (kindOf(thrown) !== ErrorKind.notFound) throw thrown
      return undefined
    }
  }
}
