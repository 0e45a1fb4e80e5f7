import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs'
import { basename, dirname, posix, resolve } from 'node:path'
import { pipeline, Transform, type Readable } from 'node:stream'
import { ErrorKind, invalid, kindOf, notFound } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import type { ContainerPathStat } from '../../../model/engine-api/container.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { writeAll } from '../../streams/write-all.js'
import { humanSize } from '../../units.js'

/** Bits of a mode as the API gives it: those of Go's `os.FileMode`. */
const goDirectory = 2 ** 31
const goSymlink = 2 ** 27
const linksMax = 40

interface Choice {
  archive: boolean
  followLink: boolean
  quiet: boolean
}

export const cp = verb({
  name: 'cp',
  topLevel: 'cp',
  summary: 'Copy files/folders between a container and the local filesystem',
  details:
    "Use '-' as the source to read a tar archive from stdin\nand extract it to a directory destination in a container.\nUse '-' as the destination to stream a tar archive of a\ncontainer source to stdout.",
  usage: 'CONTAINER:SRC_PATH DEST_PATH|-\n\tskep cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH',
  minArgs: 2,
  flags: {
    archive: flag.bool('Archive mode (copy all uid/gid information)', { short: 'a' }),
    'follow-link': flag.bool('Always follow symbol link in SRC_PATH', { short: 'L' }),
    quiet: flag.bool('Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached', { short: 'q' }),
  },
  async run({ context, args: [source = '', destination = ''], flags, given }) {
    const choice: Choice = { archive: flags.archive, followLink: flags['follow-link'], quiet: given.has('quiet') ? flags.quiet : context.stderr.isTTY !== true }
    if (source === '') throw invalid('source can not be empty')
    if (destination === '') throw invalid('destination can not be empty')
    const [from, to] = [splitArgument(source), splitArgument(destination)]
    if (from.container !== undefined && to.container !== undefined) throw invalid('copying between containers is not supported')
    if (from.container === undefined && to.container === undefined) throw invalid('must specify at least one container source')
    if (from.container !== undefined) await fromContainer(context, from.container, from.path, destination, choice)
    else await toContainer(context, source, to.container ?? '', to.path, choice)
  },
})

/** `CONTAINER:PATH`, or a local path: absolute, beginning with a dot, or without a colon. */
function splitArgument(argument: string): { container: string | undefined; path: string } {
  const colon = argument.indexOf(':')
  if (argument.startsWith('/') || argument.startsWith('.') || colon <= 0) return { container: undefined, path: argument }
  return { container: argument.slice(0, colon), path: argument.slice(colon + 1) }
}

async function fromContainer(context: Context, container: string, sourcePath: string, destination: string, choice: Choice): Promise<void> {
  const { containers } = context.api
  let path = sourcePath
  let followed = false
  if (choice.followLink) {
    const stat = await containers.statPath(container, path)
    if (isLink(stat)) {
      path = posix.isAbsolute(stat.linkTarget) ? stat.linkTarget : posix.join(posix.dirname(path), stat.linkTarget)
      followed = true
    }
  }
  const { stat, archive } = await containers.readArchive(container, path)
  if (destination === '-') return writeAll(context.stdout, archive)
  const { extractFiles } = await import('../../archive/extract.js')
  const base = posix.basename(path)
  const asked = posix.basename(sourcePath)
  const place = localDestination(destination, { isFolder: isFolder(stat), name: base === '/' || base === '' ? '.' : base, ...(followed && { newName: asked }) })
  const counted = countedStream(archive)
  await extractFiles(counted.stream, place.folder, { keepOwners: choice.archive, ...(place.rename && { rename: place.rename }) })
  succeeded(context, choice, counted.bytes(), destination)
}

interface Source {
  isFolder: boolean
  /** The first part of the names in the archive; `.` for the content of a folder. */
  name: string
  /** What it is to be called where the destination is a folder: the name of the link that was followed. */
  newName?: string
}

/** Where an archive goes on this host, and under which name; as docker tells it (`cp` of its manual). Throws `invalid` and `notFound`. */
function localDestination(destination: string, source: Source): { folder: string; rename?: { from: string; to: string } } {
  const path = resolve(destination)
  const asserted = /(?:^|\/)\.?$/.test(destination)
  const present = statSync(path, { throwIfNoEntry: false })
  if (present?.isDirectory()) {
    return { folder: path, ...(source.newName !== undefined && source.newName !== source.name && { rename: { from: source.name, to: source.newName } }) }
  }
  if (present && source.isFolder) throw invalid('cannot copy directory')
  if (present && asserted) throw invalid('not a directory')
  if (!present && !source.isFolder && asserted) throw notFound('no such directory')
  const folder = dirname(path)
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw invalid(`invalid output path: directory ${JSON.stringify(folder)} does not exist`)
  return { folder, rename: { from: source.name, to: basename(path) } }
}

async function toContainer(context: Context, source: string, container: string, destination: string, choice: Choice): Promise<void> {
  const { containers } = context.api
  let path = destination
  let stat = await pathStat(context, container, path)
  for (let links = 0; stat && isLink(stat); links++) {
    if (links >= linksMax) throw invalid(`too many symbolic links in ${JSON.stringify(destination)}`)
    path = posix.isAbsolute(stat.linkTarget) ? stat.linkTarget : posix.join(posix.dirname(path), stat.linkTarget)
    stat = await pathStat(context, container, path)
  }
  const options = { noOverwriteDirNonDir: true, copyUIDGID: choice.archive }
  if (source === '-') {
    if (!stat || !isFolder(stat)) throw invalid(`destination "${container}:${destination}" must be a directory`)
    await containers.writeArchive(container, path, context.stdin, options)
    return
  }
  const local = localSource(source, choice.followLink)
  const place = remoteDestination(path, stat, local)
  const { packFiles } = await import('../../archive/pack.js')
  const counted = countedStream(packFiles({ path: local.path, name: place.name }))
  await containers.writeArchive(container, place.folder, counted.stream, options)
  succeeded(context, choice, counted.bytes(), `${container}:${destination}`)
}

interface LocalSource {
  path: string
  /** What it is called in the archive unless the destination names it anew. */
  name: string
  isFolder: boolean
}

/** Throws `notFound` and `invalid`. */
function localSource(source: string, followLink: boolean): LocalSource {
  const content = /(?:^|\/)\.$/.test(source)
  const asserted = content || source.endsWith('/')
  const path = resolve(source)
  const link = lstatOf(path)
  if (!link) throw notFound(`lstat ${path}: no such file or directory`)
  const follow = (followLink || asserted) && link.isSymbolicLink()
  const real = follow ? realpathSync(path) : path
  const isFolder = lstatSync(real).isDirectory()
  if (asserted && !isFolder) throw invalid('not a directory')
  return { path: real, name: content ? '.' : basename(path) || '.', isFolder }
}

function lstatOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/** Throws `invalid` and `notFound`. */
function remoteDestination(path: string, stat: ContainerPathStat | undefined, source: LocalSource): { folder: string; name: string } {
  if (stat && isFolder(stat)) return { folder: path, name: source.name }
  if (stat && source.isFolder) throw invalid('cannot copy directory')
  const asserted = /(?:^|\/)\.?$/.test(path)
  if (!stat && !source.isFolder && asserted) throw notFound('no such directory')
  const clean = posix.resolve('/', path)
  return { folder: posix.dirname(clean), name: posix.basename(clean) }
}

/** Undefined where there is nothing. */
async function pathStat({ api }: Context, container: string, path: string): Promise<ContainerPathStat | undefined> {
  try {
    return await api.containers.statPath(container, path)
  } catch (thrown) {
    if (kindOf(thrown) === ErrorKind.notFound) return undefined
    throw thrown
  }
}

function countedStream(source: Readable): { stream: Readable; bytes: () => number } {
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(null, chunk)
    },
  })
  // Whoever reads the stream learns of a failure there.
  pipeline(source, stream, () => undefined)
  return { stream, bytes: () => bytes }
}

function succeeded({ stderr }: Context, { quiet }: Choice, bytes: number, destination: string): void {
  if (!quiet) stderr.write(`Successfully copied ${humanSize(bytes)} to ${destination}\n`)
}

const isFolder = ({ mode }: ContainerPathStat): boolean => Math.floor(mode / goDirectory) % 2 === 1
const isLink = ({ mode }: ContainerPathStat): boolean => Math.floor(mode / goSymlink) % 2 === 1

