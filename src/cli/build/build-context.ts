import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, relative, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { errnoOf, invalid } from '../../base/errors.js'
import type { BuildQuery } from '../../client/build.js'
import type { InputStream } from '../context.js'
import { contextArchive, type ContextPart } from './context-archive.js'

/** What goes to the daemon: an archive or none, and the parameters that belong to it. */
export interface PreparedContext {
  archive: Readable | undefined
  query: BuildQuery
}

export interface ContextOptions {
  /** The argument: a folder, `-`, or a URL. */
  context: string
  /** `--file`; '' when it was not given. */
  file: string
  /** `--build-context`: `name=value`. */
  named: readonly string[]
  stdin: InputStream
  /** Hears how many bytes of files were sent. */
  sent: (bytes: number) => void
}

const stdinDockerfileBytesMax = 8 * 1024 * 1024
const tarMagicAt = 257

/** Reads what a build is to be made of. Throws `invalid` in docker's words for what is not there. */
export async function prepareContext(options: ContextOptions): Promise<PreparedContext> {
  const { context, file, stdin, sent } = options
  if (context === '-' && file === '-') throw invalid('invalid argument: can\'t use stdin for both build context and dockerfile')
  const extra = randomBytes(8).toString('hex')
  const named = namedContexts(options.named, extra)
  if (isRemote(context)) {
    if (named.parts.length > 0) throw invalid('--build-context with a folder needs a context that is sent: a folder, not a URL')
    return { archive: undefined, query: { remote: context, ...(file !== '' && { dockerfile: file }), ...named.query } }
  }
  if (context === '-') {
    const { head, whole } = await peek(stdin)
    if (isArchive(head)) {
      if (named.parts.length > 0) throw invalid('--build-context with a folder needs a context that is sent: a folder, not an archive')
      return { archive: whole, query: { dockerfile: file === '' ? 'Dockerfile' : file, ...named.query } }
    }
    const files = new Map([['Dockerfile', await textOf(whole)]])
    return { archive: contextArchive(named.parts, files, sent), query: { dockerfile: 'Dockerfile', ...named.query } }
  }

  const folder = resolve(context)
  if (!existsSync(folder)) throw invalid(`unable to prepare context: path ${JSON.stringify(context)} not found`)
  if (!statSync(folder).isDirectory()) throw invalid(`unable to prepare context: context must be a directory: ${folder}`)
  const given = file === '-' ? undefined : resolve(file === '' ? defaultDockerfile(folder) : file)
  if (given !== undefined && !existsSync(given)) throw invalid(`unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat ${given}: no such file or directory`)
  const inside = given === undefined ? undefined : relative(folder, given)
  const rules = given === undefined ? undefined : textIfThere(`${given}.dockerignore`)
  const common = textIfThere(join(folder, '.dockerignore'))
  const ignore = rules ?? common ?? ''
  if (inside !== undefined && !inside.startsWith('..') && !isAbsolute(inside)) {
    const always = [inside, ...(rules === undefined ? ['.dockerignore'] : [`${inside}.dockerignore`])]
    const parts: ContextPart[] = [{ folder, prefix: '', ignore, always }, ...named.parts]
    return { archive: contextArchive(parts, new Map(), sent), query: { dockerfile: inside, ...named.query } }
  }
  // One from elsewhere goes into a folder that is no part of what COPY sees.
  const name = `${extra}/Dockerfile`
  const text = given === undefined ? await textOf((await peek(stdin)).whole) : readFileSync(given, 'utf8')
  const files = new Map([[name, text], [`${name}.dockerignore`, ignore]])
  return { archive: contextArchive([{ folder, prefix: '', ignore, always: [] }, ...named.parts], files, sent), query: { dockerfile: name, contextprefix: extra, ...named.query } }
}

/** True for what the daemon fetches itself. */
function isRemote(context: string): boolean {
  return /^(https?|git|ssh):\/\//.test(context) || /^git@/.test(context) || (/^(github|gitlab)\.com\//.test(context) && !existsSync(context))
}

function defaultDockerfile(folder: string): string {
  const usual = join(folder, 'Dockerfile')
  const lower = join(folder, 'dockerfile')
  return !existsSync(usual) && existsSync(lower) ? lower : usual
}

function namedContexts(items: readonly string[], extra: string): { parts: ContextPart[]; query: BuildQuery } {
  const parts: ContextPart[] = []
  const values: Record<string, string> = {}
  for (const item of items) {
    const at = item.indexOf('=')
    if (at <= 0 || at === item.length - 1) throw invalid(`invalid context value: ${item}, expected key=value`)
    const name = item.slice(0, at).toLowerCase()
    const value = item.slice(at + 1)
    if (value.startsWith('docker-image://') || isRemote(value)) {
      values[name] = value
      continue
    }
    if (value.startsWith('oci-layout://')) throw invalid(`invalid context ${item}: an OCI layout is loaded with "skep image load" and named by docker-image://`)
    if (!/^[a-z0-9][\w.-]*$/.test(name)) throw invalid(`invalid context name ${name}`)
    const folder = resolve(value)
    if (!existsSync(folder) || !statSync(folder).isDirectory()) throw invalid(`failed to get build context ${name}: ${value} is not a folder`)
    values[name] = 'context'
    parts.push({ folder, prefix: `${extra}/${name}`, ignore: textIfThere(join(folder, '.dockerignore')) ?? '', always: [] })
  }
  if (items.length === 0) return { parts, query: {} }
  return { parts, query: { namedcontexts: JSON.stringify(values), ...(parts.length > 0 && { contextprefix: extra }) } }
}

function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw invalid(`cannot read ${basename(path)}: ${String(thrown)}`, thrown)
  }
}

/** The first bytes of a stream, and all of it. */
async function peek(stream: Readable): Promise<{ head: Buffer; whole: Readable }> {
  const iterator = (stream as AsyncIterable<Buffer | string>)[Symbol.asyncIterator]()
  const pieces: Buffer[] = []
  let bytes = 0
  let ended = false
  while (bytes < tarMagicAt + 5 && !ended) {
    const { done, value } = await iterator.next()
    if (done) ended = true
    else {
      const piece = Buffer.from(value)
      pieces.push(piece)
      bytes += piece.length
    }
  }
  const head = Buffer.concat(pieces)
  const rest = async function* (): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head
    while (!ended) {
      const { done, value } = await iterator.next()
      if (done) return
      yield Buffer.from(value)
    }
  }
  return { head, whole: Readable.from(rest(), { objectMode: false }) }
}

function isArchive(head: Buffer): boolean {
  const magics = [[0x1f, 0x8b, 0x08], [0x28, 0xb5, 0x2f, 0xfd], [0x42, 0x5a, 0x68], [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]]
  return magics.some((magic) => magic.every((byte, n) => head[n] === byte)) || head.subarray(tarMagicAt, tarMagicAt + 5).toString('latin1') === 'ustar'
}

async function textOf(stream: Readable): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of stream as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > stdinDockerfileBytesMax) throw invalid(`the Dockerfile on standard input has more than ${stdinDockerfileBytesMax} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
