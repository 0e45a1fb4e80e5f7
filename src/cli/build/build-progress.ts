import type { ImageProgress } from '../../client/images.js'
import type { OutputStream } from '../context.js'
import { ProgressLines } from '../progress/lines.js'
import { humanSize } from '../units.js'

export interface ShowOptions {
  out: OutputStream
  /** Shows nothing unless the build fails. */
  quiet: boolean
  /** The daemon's own lines. */
  rawJson: boolean
  /** How many bytes of files were sent, when there was something to send. */
  context: (() => number) | undefined
}

/** How a build ended. */
export interface BuildEnd {
  /** The image's id, '' when there is none. */
  id: string
  failure?: { code: number; message: string }
}

/** Shows the progress of a build as docker's classic builder does. */
export async function showBuild(progress: AsyncIterable<ImageProgress>, { out, quiet, rawJson, context }: ShowOptions): Promise<BuildEnd> {
  const lines = new ProgressLines(quiet ? undefined : out)
  let id = ''
  let kept = ''
  if (context && !quiet && !rawJson) out.write(`Sending build context to skep daemon  ${humanSize(context())}\n`)
  for await (const message of progress) {
    const { stream, status = '', progressDetail, error, errorDetail, aux } = message
    if (typeof aux === 'object' && aux !== null && 'ID' in aux && typeof aux.ID === 'string') id = aux.ID
    if (rawJson && !quiet) out.write(`${JSON.stringify(message)}\n`)
    if (error !== undefined) return { id, failure: { code: errorDetail?.code || 1, message: `${kept}${error}` } }
    if (rawJson) continue
    const { current = 0, total = 0 } = progressDetail ?? {}
    if (stream !== undefined) {
      if (quiet) kept = `${kept}${stream}`.slice(-keptCharactersMax)
      else out.write(stream)
    } else if (message.id !== undefined && status !== '') {
      lines.show({ id: message.id, text: status, ...(total > 0 && { bar: { current, total, counts: `${humanSize(current).padStart(8)}/${humanSize(total)}` } }) })
    } else if (status !== '') lines.show({ text: status })
  }
  return { id }
}

/** What a quiet build said last is shown when it fails. */
const keptCharactersMax = 64 * 1024
