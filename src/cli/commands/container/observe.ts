import { StatusError, ErrorKind, invalid } from '../../../base/errors.js'
import { verb } from '../../command.js'
import { renderTable } from '../../table.js'

export const top = verb({
  name: 'top',
  topLevel: 'top',
  summary: 'Display the running processes of a container',
  usage: 'CONTAINER [ps OPTIONS]',
  minArgs: 1,
  maxArgs: Infinity,
  interspersed: false,
  flags: {},
  async run({ context, args: [ref = '', ...words] }) {
    const { Titles: titles = [], Processes: processes = [] } = await context.api.containers.top(ref, words.length > 0 ? words.join(' ') : undefined)
    context.stdout.write(renderTable([titles, ...processes], 20))
  },
})

const changeLetters = ['C', 'A', 'D']

export const diff = verb({
  name: 'diff',
  topLevel: 'diff',
  summary: "Inspect changes to files or directories on a container's filesystem",
  usage: 'CONTAINER',
  minArgs: 1,
  flags: {},
  async run({ context, args: [ref = ''] }) {
    if (ref === '') throw invalid('Container name cannot be empty')
    for (const { Kind: kind = 0, Path: path = '' } of await context.api.containers.changes(ref)) {
      context.stdout.write(`${changeLetters[kind] ?? '?'} ${path}\n`)
    }
  },
})

export const port = verb({
  name: 'port',
  topLevel: 'port',
  summary: 'List port mappings or a specific mapping for the container',
  usage: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
  minArgs: 1,
  maxArgs: 2,
  flags: {},
  async run({ context, args: [ref = '', wanted] }) {
    const { NetworkSettings: settings = {} } = await context.api.containers.inspect(ref)
    const ports = settings.Ports ?? {}
    const where = ({ HostIp: ip = '', HostPort: number = '' }): string => `${ip.includes(':') ? `[${ip}]` : ip}:${number}`
    if (wanted !== undefined) {
      const key = wanted.includes('/') ? wanted : `${wanted}/tcp`
      if (!/^\d{1,5}\/[a-z]+$/.test(key)) throw invalid(`invalid port: ${wanted}`)
      const bindings = ports[key]
      if (!bindings) throw new StatusError(ErrorKind.notFound, `no public port '${key}' published for ${ref}`)
      context.stdout.write(bindings.map((binding) => `${where(binding)}\n`).join(''))
      return
    }
    const rows = Object.entries(ports).flatMap(([key, bindings]) => (bindings ?? []).map((binding) => ({ key, text: `${key} -> ${where(binding)}` })))
    rows.sort((a, b) => Number.parseInt(a.key, 10) - Number.parseInt(b.key, 10) || (a.text < b.text ? -1 : 1))
    context.stdout.write(rows.map(({ text }) => `${text}\n`).join(''))
  },
})
