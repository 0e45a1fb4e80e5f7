import { mkdirSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { ErrorKind, invalid, StatusError } from '../../base/errors.js'
import type { Context } from '../context.js'
import { csvFields } from '../options/csv.js'
import { refuseIrregular, writeArchiveFile } from '../streams/archive-file.js'
import { writeAll } from '../streams/write-all.js'

/** Where the result goes beside the daemon's images. */
export interface BuildOutput {
  type: 'local' | 'tar' | 'docker' | 'oci'
  /** A path, or `-` for standard output. */
  dest: string
  /** Of `docker` and `oci`: tags beside those of `--tag`. */
  names: readonly string[]
  /** Of `docker` and `oci`: an archive, else a folder with what would be in it. */
  archive: boolean
}

const exporters = ['local', 'tar', 'docker', 'oci'] as const

/** `DIR`, `-`, or `type=local|tar|docker|oci|image,dest=PATH[,name=NAME][,tar=false]`. Throws `invalid`, and `unsupported` for what this daemon cannot write. */
export function parseOutput(items: readonly string[]): BuildOutput | undefined {
  if (items.length > 1) throw invalid('multiple outputs are not supported: build again for each, the steps are found in the cache')
  const item = items[0]
  if (item === undefined) return undefined
  const fields = csvFields(item)
  if (fields.length === 1 && !item.includes('=')) return { type: item === '-' ? 'tar' : 'local', dest: item, names: [], archive: true }
  const values = new Map(fields.map(({ key, value = '' }) => [key, value] as const))
  const type = values.get('type') ?? ''
  const dest = values.get('dest') ?? ''
  const ofImage = type === 'docker' || type === 'oci'
  for (const key of values.keys()) if (!['type', 'dest', ...(ofImage ? ['name', 'tar'] : [])].includes(key)) throw invalid(`unexpected key '${key}' for output type ${type}`)
  if (type === '') throw invalid('type is required for output')
  if (type === 'image' || (type === 'docker' && dest === '')) return undefined
  if (type === 'local' && (dest === '' || dest === '-')) throw invalid('dest is required for local output')
  const known = exporters.find((one) => one === type)
  if (!known) throw new StatusError(ErrorKind.unsupported, `output type ${type} is not supported: use ${exporters.join(', ')} or image; "skep push" sends an image to a registry`)
  const tar = values.get('tar') ?? 'true'
  if (!['true', 'false'].includes(tar)) throw invalid(`invalid value for tar: ${tar}: true or false expected`)
  if (tar === 'false' && (dest === '' || dest === '-')) throw invalid(`dest is required for ${type} output without tar`)
  // Names in one field are parted by commas, which the field's quotes hold together.
  return { type: known, dest: dest === '' ? '-' : dest, names: (values.get('name') ?? '').split(',').filter((name) => name !== ''), archive: tar === 'true' }
}

/** Writes the files of an image, or the image under its tags, to where they were wanted. */
export async function writeOutput(context: Context, { type, dest, archive }: BuildOutput, imageId: string, tags: readonly string[]): Promise<void> {
  const { api, stdout } = context
  if (dest === '-' && stdout.isTTY) throw invalid(`dest file is required for ${type} exporter. refusing to write to console`)
  if (type === 'docker' || type === 'oci') {
    // What the daemon saves is a layout of OCI's, with what older engines need beside it.
    const image = await api.images.save(tags.length === 0 ? [imageId] : tags)
    return archive ? toFile(context, image, dest) : toFolder(image, dest)
  }
  // It never runs: an image without a command needs one to become a container.
  const { Id: id = '' } = await api.containers.create({ Image: imageId, Entrypoint: [''], Cmd: ['none'], HostConfig: { NetworkMode: 'none' } })
  try {
    const files = await api.containers.export(id)
    if (type === 'tar') return await toFile(context, files, dest)
    await toFolder(files, dest)
  } finally {
    await api.containers.remove(id, { force: true, volumes: true })
  }
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
