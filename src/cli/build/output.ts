import { mkdirSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { ErrorKind, invalid, StatusError } from '../../base/errors.js'
import type { ImageProgress } from '../../client/images.js'
import type { Context, OutputStream } from '../context.js'
import { registryAuthOf } from '../credentials/store.js'
import { namedReference } from '../image-name.js'
import { csvFields } from '../options/csv.js'
import { showProgress } from '../progress/image-progress.js'
import { refuseIrregular, writeArchiveFile } from '../streams/archive-file.js'
import { writeAll } from '../streams/write-all.js'

/** Where the result goes. */
export interface BuildOutput {
  /** `image` is the daemon's store. */
  type: 'local' | 'tar' | 'docker' | 'oci' | 'image'
  /** A path, or `-` for standard output; '' for an image. */
  dest: string
  /** Of images: tags beside those of `--tag`. */
  names: readonly string[]
  /** Of `docker` and `oci`: an archive, else a folder with what would be in it. */
  archive: boolean
  /** Of `image`: its tags go to their registries. */
  push: boolean
}

const types = ['local', 'tar', 'docker', 'oci', 'image', 'registry'] as const
const keys: Readonly<Record<(typeof types)[number], readonly string[]>> = {
  local: ['dest'],
  tar: ['dest'],
  docker: ['dest', 'name', 'tar'],
  oci: ['dest', 'name', 'tar'],
  image: ['name', 'push'],
  registry: ['name'],
}

/** `DIR`, `-`, or `type=local|tar|docker|oci|image|registry,dest=PATH[,name=NAME][,tar=false][,push=true]`. Throws `invalid`, and `unsupported` for what is not known. */
export function parseOutputs(items: readonly string[]): BuildOutput[] {
  const outputs = items.map(parseOutput)
  if (outputs.filter(({ dest }) => dest === '-').length > 1) throw invalid('multiple outputs configured to write to stdout')
  return outputs
}

function parseOutput(item: string): BuildOutput {
  const fields = csvFields(item)
  const plain = { names: [], archive: true, push: false }
  if (fields.length === 1 && !item.includes('=')) return { ...plain, type: item === '-' ? 'tar' : 'local', dest: item }
  const values = new Map(fields.map(({ key, value = '' }) => [key, value] as const))
  const type = values.get('type') ?? ''
  if (type === '') throw invalid('type is required for output')
  const known = types.find((one) => one === type)
  if (!known) throw new StatusError(ErrorKind.unsupported, `output type ${type} is not supported: use ${types.join(', ')}`)
  for (const key of values.keys()) if (key !== 'type' && !keys[known].includes(key)) throw invalid(`unexpected key '${key}' for output type ${type}`)
  const dest = values.get('dest') ?? ''
  // Names in one field are parted by commas, which the field's quotes hold together.
  const names = (values.get('name') ?? '').split(',').filter((name) => name !== '')
  if (known === 'registry') return { ...plain, type: 'image', dest: '', names, push: true }
  if (known === 'image' || (known === 'docker' && dest === '')) return { ...plain, type: 'image', dest: '', names, push: yesNo('push', values.get('push') ?? 'false') }
  if (known === 'local' && (dest === '' || dest === '-')) throw invalid('dest is required for local output')
  const archive = yesNo('tar', values.get('tar') ?? 'true')
  if (!archive && (dest === '' || dest === '-')) throw invalid(`dest is required for ${type} output without tar`)
  return { type: known, dest: dest === '' ? '-' : dest, names, archive, push: false }
}

function yesNo(key: string, value: string): boolean {
  if (value !== 'true' && value !== 'false') throw invalid(`invalid value for ${key}: ${value}: true or false expected`)
  return value === 'true'
}

/** What the daemon sends over the session of the build: the files that were built, as an archive. */
export function filesReceivers(context: Context, outputs: readonly BuildOutput[]): ((archive: Readable) => Promise<void>)[] {
  return outputs.filter(isOfFiles).map(({ type, dest }) => (archive) => (type === 'tar' ? toFile(context, archive, dest) : toFolder(archive, dest)))
}

/** Throws `invalid` when an archive would go to a terminal. */
export function refuseTerminal({ stdout }: Context, outputs: readonly BuildOutput[]): void {
  const shown = outputs.find(({ dest }) => dest === '-')
  if (shown && stdout.isTTY) throw invalid(`dest file is required for ${shown.type} exporter. refusing to write to console`)
}

export function isOfFiles({ type }: BuildOutput): boolean {
  return type === 'local' || type === 'tar'
}

/** Takes an image under its tags to where it is wanted; gives the digest that a registry has it by when it was pushed. */
export async function writeImage(context: Context, { type, dest, archive, push }: BuildOutput, imageId: string, tags: readonly string[], out: OutputStream | undefined): Promise<string | undefined> {
  if (push) return pushTags(context, tags, out)
  if (type === 'image') return undefined
  // What the daemon saves is a layout of OCI's, with what older engines need beside it.
  const image = await context.api.images.save(tags.length === 0 ? [imageId] : tags)
  await (archive ? toFile(context, image, dest) : toFolder(image, dest))
  return undefined
}

async function pushTags(context: Context, tags: readonly string[], out: OutputStream | undefined): Promise<string | undefined> {
  let digest: string | undefined
  const heard = async function* (lines: AsyncIterable<ImageProgress>): AsyncGenerator<ImageProgress, void, undefined> {
    for await (const line of lines) {
      const { aux } = line
      if (typeof aux === 'object' && aux !== null && 'Digest' in aux && typeof aux.Digest === 'string') digest = aux.Digest
      yield line
    }
  }
  for (const reference of tags) {
    const { name, tag } = namedReference(reference)
    const auth = await registryAuthOf(context, name)
    await showProgress(heard(await context.api.images.push(name, { tag: tag || 'latest', ...(auth !== undefined && { auth }) })), out)
  }
  return digest
}

async function toFolder(files: Readable, dest: string): Promise<void> {
  // Archives are unpacked by packages that no other command is to wait for.
  const { extractFiles } = await import('../archive/extract.js')
  mkdirSync(dest, { recursive: true })
  await extractFiles(files, dest, { keepOwners: true })
}

async function toFile({ stdout }: Context, source: Readable, dest: string): Promise<void> {
  if (dest === '-') return writeAll(stdout, source)
  refuseIrregular(dest, 'failed to write the output')
  await writeArchiveFile(dest, source, 0o644)
}
