import { posix } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import { parseBool, parseBytes } from '../../src/base/values.js'

/** How a `RUN --mount` is read. Sizes are bytes. */
export interface RunMount {
  type: 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh'
  /** Absolute within the container; '' where the type has a place of its own. */
  target: string
  source: string
  /** The stage, image or named context that `source` is in. */
  from?: string
  id: string
  readOnly: boolean
  sharing: 'shared' | 'private' | 'locked'
  uid: number
  gid: number
  mode?: number
  required: boolean
  /** The environment variable that a secret becomes. */
  env?: string
  sizeBytes?: number
}

const types = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const
/** What each type takes beside `type` (reference of the Dockerfile, "RUN --mount"). */
const keysOf: Record<RunMount['type'], readonly string[]> = {
  bind: ['target', 'source', 'from', 'readonly', 'readwrite'],
  cache: ['target', 'id', 'readonly', 'readwrite', 'sharing', 'from', 'source', 'mode', 'uid', 'gid'],
  tmpfs: ['target', 'size'],
  secret: ['id', 'target', 'required', 'mode', 'uid', 'gid', 'env'],
  ssh: ['id', 'target', 'required', 'mode', 'uid', 'gid'],
}
const aliases: Record<string, string> = { dst: 'target', destination: 'target', src: 'source', ro: 'readonly', rw: 'readwrite' }
const secretsFolder = '/run/secrets'
export const sshTarget = '/run/buildkit/ssh_agent.'

/** Reads the value of `--mount`, with variables resolved by `expand`; `workingFolder` is for relative targets. Throws `invalid`. */
export function parseRunMount(text: string, expand: (value: string) => string, workingFolder: string): RunMount {
  const fields = fieldsOf(text)
  const type = types.find((one) => one === (fields.get('type') ?? 'bind').toLowerCase())
  if (!type) throw invalid(`unsupported mount type ${JSON.stringify(fields.get('type'))}; use ${types.join(', ')}`)
  for (const key of fields.keys()) if (key !== 'type' && !keysOf[type].includes(key)) throw invalid(`unexpected key '${key}' for mount type '${type}' in '${text}'`)
  const value = (key: string): string | undefined => {
    const given = fields.get(key)
    return given === undefined ? undefined : expand(given)
  }
  const target = absolute(value('target') ?? '', workingFolder)
  const from = value('from')
  const size = value('size')
  const env = value('env')
  const sharing = value('sharing') ?? 'shared'
  if (sharing !== 'shared' && sharing !== 'private' && sharing !== 'locked') throw invalid(`unsupported sharing value ${JSON.stringify(sharing)}; use shared, private or locked`)
  if (target === '' && type !== 'secret' && type !== 'ssh') throw invalid(`target mount point is required for mount type '${type}'`)
  if (target === '/') throw invalid(`invalid mount target "/" in '${text}'`)
  const readOnly = fields.has('readonly') ? flag(fields, 'readonly') : !(fields.has('readwrite') && flag(fields, 'readwrite'))
  const id = value('id') ?? (type === 'ssh' ? 'default' : type === 'cache' ? target : (target.split('/').at(-1) ?? ''))
  if (type === 'secret' && id === '') throw invalid('secret mounts require an id or a target')
  const mode = value('mode')
  if (mode !== undefined && !/^[0-7]{1,4}$/.test(mode)) throw invalid(`invalid value '${mode}' for mode: octal digits expected`)
  return {
    type, sharing, id,
    source: value('source') ?? '',
    target: target === '' && type === 'secret' && env === undefined ? `${secretsFolder}/${id}` : target,
    readOnly: type === 'bind' ? readOnly : type === 'cache' ? fields.has('readonly') && flag(fields, 'readonly') : false,
    uid: whole(value('uid'), 'uid'),
    gid: whole(value('gid'), 'gid'),
    required: fields.has('required') && flag(fields, 'required'),
    ...(from !== undefined && { from }),
    ...(mode !== undefined && { mode: parseInt(mode, 8) }),
    ...(env !== undefined && { env: variable(env) }),
    ...(size !== undefined && { sizeBytes: bytes(size) }),
  }
}

/** The stage that a mount names, for finding out what a build needs; what is wrong there is told later. */
export function mountSource(text: string): string | undefined {
  return /(?:^|,)\s*"?from=([^,"]*)/i.exec(text)?.[1]
}

function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const field of text.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const plain = field.trim().replace(/^"(.*)"$/, '$1')
    const equals = plain.indexOf('=')
    const name = (equals < 0 ? plain : plain.slice(0, equals)).toLowerCase()
    const key = aliases[name] ?? name
    if (!['type', ...Object.values(keysOf).flat()].includes(key)) throw invalid(`unexpected key '${name}' in '${text}'`)
    if (equals < 0 && key !== 'readonly' && key !== 'readwrite' && key !== 'required') throw invalid(`invalid field '${plain}' must be a key=value pair`)
    fields.set(key, equals < 0 ? 'true' : plain.slice(equals + 1))
  }
  return fields
}

function flag(fields: ReadonlyMap<string, string>, key: string): boolean {
  const value = fields.get(key) ?? ''
  const given = parseBool(value)
  if (given === undefined) throw invalid(`invalid value for ${key}: ${value}: true or false expected`)
  return given
}

function absolute(path: string, workingFolder: string): string {
  return path === '' ? '' : posix.resolve('/', workingFolder, path)
}

function whole(text: string | undefined, key: string): number {
  if (text === undefined) return 0
  if (!/^\d{1,10}$/.test(text)) throw invalid(`invalid value '${text}' for ${key}: a number expected`)
  return Number(text)
}

function variable(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw invalid(`invalid value '${name}' for env: the name of a variable expected`)
  return name
}

function bytes(text: string): number {
  const size = parseBytes(text)
  if (size === undefined) throw invalid(`invalid value '${text}' for size`)
  return size
}
