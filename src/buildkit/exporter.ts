import { ErrorKind, StatusError } from '../base/errors.js'
import type { BuildKitBackend } from './backend.js'
import type { Job } from './job.js'

/** Where a client wants the result of its build. */
export interface Export {
  type: string
  attributes: Readonly<Record<string, string>>
}

/** The image store, as clients call it: `moby` is the engine's own, the others mean it when the client takes no file. */
const storeExporters = new Set(['moby', 'image'])

/** Names of an image that are given at most. */
const namesMax = 256

/** Throws `unsupported` for an exporter that is not there, before anything is built. */
export function requireExporters(wanted: readonly Export[]): void {
  if (wanted.length > 1) throw new StatusError(ErrorKind.unsupported, 'this daemon exports to one place at a time: give a single --output')
  for (const { type, attributes } of wanted) {
    if (!storeExporters.has(type)) throw new StatusError(ErrorKind.unsupported, `the exporter ${type} is not supported: this daemon keeps what it builds in its image store; "docker save" and "docker cp" take it from there`)
    if (attributes['push'] === 'true' && attributes['name'] === undefined) throw new StatusError(ErrorKind.invalid, 'an image needs a name to be pushed')
    const annotation = Object.keys(attributes).find((name) => name.startsWith('annotation'))
    if (annotation !== undefined) throw new StatusError(ErrorKind.unsupported, `annotations of images are not supported: ${annotation}`)
  }
}

/** Gives an image its names; gives what the client is told about it. */
export async function exportImage(backend: Pick<BuildKitBackend, 'tag'>, job: Job, wanted: readonly Export[], image: string): Promise<Record<string, string>> {
  const store = wanted[0]
  if (!store) return {}
  const names = (store.attributes['name'] ?? '').split(',').filter((name) => name !== '')
  if (names.length > namesMax) throw new StatusError(ErrorKind.invalid, `an image is given at most ${namesMax} names`)
  await job.tell(job.progress.begin('exporting to image'))
  try {
    await job.tell(job.progress.translate({ id: `writing image ${image}`, status: 'export complete', progressDetail: {} }))
    for (const name of names) {
      await backend.tag(image, name)
      await job.tell(job.progress.translate({ id: `naming to ${name}`, status: 'export complete', progressDetail: {} }))
    }
  } finally {
    await job.tell(job.progress.end())
  }
  // Without manifests of its own the store knows an image by its configuration.
  return { 'containerimage.digest': image, 'containerimage.config.digest': image, ...(names.length > 0 && { 'image.name': names.join(',') }) }
}
