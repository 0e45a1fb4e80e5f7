import { mkdirSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { ErrorKind, invalid, StatusError } from '../../base/errors.js'
import { extractFiles } from '../archive/extract.js'
import type { Context } from '../context.js'
import { csvFields } from '../options/csv.js'
import { refuseFolder, writeArchiveFile } from '../streams/archive-file.js'
import { writeAll } from '../streams/write-all.js'

/** Where the result goes beside the daemon's images. */
export interface BuildOutput {
  type: 'image' | 'local' | 'tar' | 'docker'
  /** A path, or `-` for standard output. */
  dest: string
}

/** `DIR`, `-`, or `type=local|tar|docker|image,dest=PATH`. Throws `invalid`, and `unsupported` for what this daemon cannot write. */
export function parseOutput(items: readonly string[]): BuildOutput | undefined {
  if (items.length > 1) throw invalid('multiple outputs are not supported: build again for each, the steps are found in the cache')
  const item = items[0]
  if (item === undefined) return undefined
  const fields = csvFields(item)
  if (fields.length === 1 && !item.includes('=')) return item === '-' ? { type: 'tar', dest: '-' } : { type: 'local', dest: item }
  const values = new Map(fields.map(({ key, value = '' }) => [key, value] as const))
  const type = values.get('type') ?? ''
  const dest = values.get('dest') ?? ''
  for (const key of values.keys()) if (!['type', 'dest'].includes(key)) throw invalid(`unexpected key '${key}' for output type ${type}`)
  if (type === '') throw invalid('type is required for output')
  if (type === 'image' || (type === 'docker' && dest === '')) return undefined
  if (type === 'local' && (dest === '' || dest === '-')) throw invalid('dest is required for local output')
  if (type === 'local' || type === 'tar' || type === 'docker') return { type, dest: dest === '' ? '-' : dest }
  throw new StatusError(ErrorKind.unsupported, `output type ${type} is not supported: use local, tar or docker; "skep push" sends an image to a registry`)
}

/** Writes the files of an image, or the image, to where they were wanted. */
export async function writeOutput(context: Context, { type, dest }: BuildOutput, imageId: string): Promise<void> {
  const { api, stdout } = context
  if (dest === '-' && stdout.isTTY) throw invalid(`dest file is required for ${type} exporter. refusing to write to console`)
  if (type === 'docker') return toFile(context, await api.images.save([imageId]), dest)
  // It never runs: an image without a command needs one to become a container.
  const { Id: id = '' } = await api.containers.create({ Image: imageId, Entrypoint: [''], Cmd: ['none'], HostConfig: { NetworkMode: 'none' } })
  try {
    const files = await api.containers.export(id)
    if (type === 'tar') return await toFile(context, files, dest)
    mkdirSync(dest, { recursive: true })
    await extractFiles(files, dest, { keepOwners: true })
  } finally {
    await api.containers.remove(id, { force: true, volumes: true })
  }
}

async function toFile({ stdout }: Context, source: Readable, dest: string): Promise<void> {
  if (dest === '-') return writeAll(stdout, source)
  refuseFolder(dest, 'failed to write the output')
  await writeArchiveFile(dest, source, 0o644)
}
