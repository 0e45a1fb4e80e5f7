import type { Clock } from '../../base/clock.js'
import { BuildProgress } from '../../buildkit/progress.js'
import type { BuildMessage } from '../../model/engine-api/build.js'

/** One line of the answer to a build that asked for BuildKit's progress. */
export interface TraceMessage {
  id: 'moby.buildkit.trace' | 'moby.image.id'
  aux: string | { ID: string }
}

/** BuildKit's progress as lines of `POST /build`: each is a `moby.buildkit.v1.StatusResponse` in base 64, or tells the image. */
export class BuildTrace {
  private readonly progress: BuildProgress

  constructor(clock: Clock) {
    this.progress = new BuildProgress(clock)
  }

  /** What one line of progress is in BuildKit's form: nothing when BuildKit has no such line. */
  translate(message: BuildMessage): TraceMessage[] {
    const { aux } = message
    if (aux !== undefined) return isImage(aux) ? [{ id: 'moby.image.id', aux }] : []
    return this.progress.translate(message).map(line)
  }

  /** The build is over; `error` is what the last step failed with. */
  end(error?: string): TraceMessage[] {
    return this.progress.end(error).map(line)
  }
}

function line(response: Buffer): TraceMessage {
  return { id: 'moby.buildkit.trace', aux: response.toString('base64') }
}

function isImage(aux: unknown): aux is { ID: string } {
  return typeof aux === 'object' && aux !== null && 'ID' in aux && typeof aux.ID === 'string'
}
