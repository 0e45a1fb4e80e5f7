import { filesHere, type ContextJob, type CopyJob } from '../build/file-work.js'
import type { AppliedLayer } from '../image/layer-apply.js'
import { unpackHere, type LayerFile } from '../image/layer-unpacker.js'

/** Work on very many files, as plain data: it is handed to a thread. */
export type FileJob = { kind: 'layer'; layer: LayerFile } | { kind: 'context'; context: ContextJob } | { kind: 'copy'; copy: CopyJob }

/** What comes of a job, by its kind. */
export interface FileResults {
  layer: AppliedLayer
  context: undefined
  copy: undefined
}

/** Does a job on the calling thread. `see` hears how many bytes of a layer's archive were read. */
export async function perform(job: FileJob, see: (bytes: number) => void, signal: AbortSignal): Promise<FileResults[FileJob['kind']]> {
  switch (job.kind) {
    case 'layer':
      return unpackHere.unpack(job.layer, see, signal)
    case 'context':
      await filesHere.unpackContext(job.context, signal)
      return undefined
    case 'copy':
      await filesHere.copy(job.copy, signal)
      return undefined
  }
}
