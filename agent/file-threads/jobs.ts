import { filesHere, type BuildFiles, type Described } from '../build/file-work.js'
import { unpackArchive, type ArchiveJob } from '../image/archive-unpacker.js'
import type { AppliedLayer } from '../image/layer-apply.js'
import { unpackHere, type LayerFile } from '../image/layer-unpacker.js'
import { mount, type MountRequest } from '../kernel/mount.js'

/** Work on very many files, as plain data: it is handed to a thread. */
export type FileJob = { kind: 'layer'; layer: LayerFile } | { kind: 'archive'; archive: ArchiveJob } | { kind: 'mount'; mount: MountRequest } | { [K in keyof BuildFiles]: { kind: K; build: Parameters<BuildFiles[K]>[0] } }[keyof BuildFiles]

/** What comes of a job. */
export type FileResult = AppliedLayer | Described | void

/** Does a job on the calling thread. `see` hears how many bytes of a layer's archive were read. */
export async function perform(job: FileJob, see: (bytes: number) => void, signal: AbortSignal): Promise<FileResult> {
  switch (job.kind) {
    case 'layer':
      return unpackHere.unpack(job.layer, see, signal)
    case 'archive':
      return unpackArchive(job.archive, signal)
    case 'mount':
      return mount(job.mount)
    case 'unpackContext':
      return filesHere.unpackContext(job.build, signal)
    case 'copy':
      return filesHere.copy(job.build, signal)
    case 'describe':
      return filesHere.describe(job.build, signal)
    case 'layOver':
      return filesHere.layOver(job.build, signal)
  }
}
