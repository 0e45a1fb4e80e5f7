import { ErrorKind, invalid, messageOf, StatusError } from '../base/errors.js'
import type { BuildKitBackend } from './backend.js'
import { clientCredentials } from './credentials.js'
import { isTrue, told, type ExportJob } from './exporter.js'
import type { buildkit } from './gen/buildkit.js'

const cachesMax = 16

type Caches = readonly buildkit.control.ICacheOptionsEntry[]

/** Throws `unsupported` for a cache that cannot be written (`--cache-to`). */
export function requireCaches(caches: Caches): void {
  if (caches.length > cachesMax) throw invalid(`a build writes at most ${cachesMax} caches`)
  for (const { type, attrs } of caches) {
    if (type === 'inline') continue
    if (type !== 'registry') throw new StatusError(ErrorKind.unsupported, `--cache-to type=${type ?? ''} is not supported: the steps of builds are cached on this host, and go to registries with their image (type=registry, type=inline)`)
    const { ref = '', mode = 'min' } = attrs ?? {}
    if (ref === '') throw invalid('--cache-to type=registry needs a ref')
    if (mode !== 'min') throw new StatusError(ErrorKind.unsupported, `--cache-to mode=${mode} is not supported: a cache in a registry has the steps of the result (mode=min)`)
  }
}

/** Writes the caches of a build: an image has its steps in itself, so a cache in a registry is the image under another name. */
export async function exportCaches(backend: Pick<BuildKitBackend, 'pushAs' | 'findSession'>, job: ExportJob, caches: Caches, image: string, signal: AbortSignal): Promise<void> {
  for (const { type, attrs } of caches) {
    if (type !== 'registry') continue
    const { ref = '' } = attrs ?? {}
    await job.tell(job.progress.begin(`exporting cache to ${ref}`))
    try {
      await told(job, (progress) => backend.pushAs(image, ref, (domain) => clientCredentials(backend, job.session, domain, signal), progress, signal))
      await job.tell(job.progress.end())
    } catch (thrown) {
      await job.tell(job.progress.end(messageOf(thrown)))
      if (!isTrue(attrs?.['ignore-error'] ?? 'false')) throw thrown
    }
  }
}
