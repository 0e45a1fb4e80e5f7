import { ErrorKind, StatusError } from '../../base/errors.js'
import type { ImageProgress } from '../../client/images.js'
import type { Context, OutputStream } from '../context.js'
import { registryAuthOf } from '../credentials/store.js'
import { familiarName, splitReference } from '../image-name.js'
import { ProgressLines } from './lines.js'
import { humanSize } from '../units.js'

export interface PullShown {
  platform?: string | undefined
  quiet?: boolean
  /** All tags of the repository. */
  all?: boolean
  out: OutputStream
}

/** Asks the daemon to pull an image and shows how it goes. Throws what the daemon reports. */
export async function pullImage(context: Context, image: string, options: PullShown): Promise<void> {
  const { name, tag, digest } = splitReference(image)
  const auth = await registryAuthOf(context, name)
  const progress = await context.api.images.pull(name, {
    ...(!options.all && { tag: digest || tag || 'latest' }),
    ...(options.platform && { platform: options.platform }),
    ...(auth !== undefined && { auth }),
  })
  await showProgress(progress, options.quiet ? undefined : options.out)
}

/** Shows the lines of a pull, load or import. Throws the error that one of them is. */
export async function showProgress(progress: AsyncIterable<ImageProgress>, out: OutputStream | undefined): Promise<void> {
  const lines = new ProgressLines(out)
  for await (const { id, status = '', stream, progressDetail, error } of progress) {
    if (error !== undefined) throw new StatusError(ErrorKind.internal, error)
    const { current = 0, total = 0 } = progressDetail ?? {}
    if (stream !== undefined) out?.write(stream)
    else if (id !== undefined && total > 0) {
      lines.show({ id, text: status, bar: { current, total, counts: `${humanSize(current).padStart(8)}/${humanSize(total)}` } })
    } else if (id !== undefined) lines.show({ id, text: status })
    else if (status !== '') lines.show({ text: status })
  }
}

/** As `docker run` says that an image is not here. */
export function unableToFind(image: string): string {
  return `Unable to find image '${familiarName(image)}' locally`
}
