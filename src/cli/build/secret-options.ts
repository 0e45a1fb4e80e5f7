import { existsSync, readFileSync, statSync } from 'node:fs'
import { invalid } from '../../base/errors.js'
import { csvFields } from '../options/csv.js'

/** Where a secret's bytes are. */
export interface SecretSource {
  read(): Buffer
}

/** The socket of an ssh agent. */
export interface SshSource {
  socket: string
}

const secretBytesMax = 500 * 1024

/** `id=NAME[,src=FILE|,env=VARIABLE][,type=file|env]`. Throws `invalid` for what is not there. */
export function parseSecrets(items: readonly string[], environment: NodeJS.ProcessEnv): Map<string, SecretSource> {
  const secrets = new Map<string, SecretSource>()
  for (const item of items) {
    const fields = new Map(csvFields(item).map(({ key, value, field }) => {
      if (value === undefined) throw invalid(`invalid field '${field}' must be a key=value pair`)
      return [key, value] as const
    }))
    for (const key of fields.keys()) if (!['id', 'type', 'src', 'source', 'env'].includes(key)) throw invalid(`unexpected key '${key}' in '${item}'`)
    const id = fields.get('id') ?? ''
    const type = fields.get('type')
    if (id === '') throw invalid(`secret missing id: ${item}`)
    if (type !== undefined && type !== 'file' && type !== 'env') throw invalid(`unsupported secret type "${type}"`)
    let file = fields.get('src') ?? fields.get('source')
    let variable = fields.get('env')
    if (type === 'env' && variable === undefined) [variable, file] = [file ?? id, undefined]
    if (file === undefined && variable === undefined) {
      // As docker does: a variable of this name, or a file of it.
      if (type !== 'file' && environment[id] !== undefined) variable = id
      else file = id
    }
    secrets.set(id, file === undefined ? fromVariable(id, variable ?? id, environment) : fromFile(id, file))
  }
  return secrets
}

function fromFile(id: string, path: string): SecretSource {
  if (!existsSync(path)) throw invalid(`failed to stat ${path}: no such file or directory (secret ${id})`)
  const { size } = statSync(path)
  if (size > secretBytesMax) throw invalid(`secret ${id} too big. max size 500KB`)
  return { read: () => readFileSync(path) }
}

function fromVariable(id: string, name: string, environment: NodeJS.ProcessEnv): SecretSource {
  const value = environment[name]
  if (value === undefined) throw invalid(`secret ${id}: the variable ${name} is not set`)
  return { read: () => Buffer.from(value) }
}

/** `default` or `id=SOCKET`; a key's file needs an agent that holds it. Throws `invalid`. */
export function parseSsh(items: readonly string[], environment: NodeJS.ProcessEnv): Map<string, SshSource> {
  const agents = new Map<string, SshSource>()
  for (const item of items) {
    const at = item.indexOf('=')
    const id = at < 0 ? item : item.slice(0, at)
    const socket = at < 0 ? environment['SSH_AUTH_SOCK'] : item.slice(at + 1)
    if (id === '') throw invalid(`invalid value for --ssh: ${item}`)
    if (socket === undefined || socket === '') throw invalid('invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set')
    const stat = statSync(socket, { throwIfNoEntry: false })
    if (!stat) throw invalid(`failed to stat ${socket}: no such file or directory`)
    if (!stat.isSocket()) throw invalid(`--ssh ${item}: ${socket} is no socket of an agent: add the key to one with ssh-add and give its socket`)
    agents.set(id, { socket })
  }
  return agents
}
