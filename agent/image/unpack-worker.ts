import { isMainThread, parentPort, Worker, workerData, type WorkerOptions } from 'node:worker_threads'
import { errnoOf, messageOf } from '../../src/base/errors.js'
import { TarError } from '../snapshot/tar/header.js'
import type { AppliedLayer } from './layer-apply.js'
import { unpackHere, type LayerFile } from './layer-unpacker.js'

/** To a worker: the layer to unpack, or that the one it unpacks is not wanted any more. One layer at a time. */
export type ToWorker = { kind: 'unpack'; layer: LayerFile } | { kind: 'abort' }

/** From a worker. `done` and `failed` end a layer. */
export type FromWorker =
  | { kind: 'read'; bytes: number }
  | { kind: 'done'; applied: AppliedLayer }
  | { kind: 'failed'; message: string; code?: string; tar: boolean }

const role = 'skep: unpack layers'
/** A layer of a million folders has to fit; a worker that takes more ends, and its layer fails. */
const heapMbMax = 256

/** How the thread of a program at `program` (a URL) is made; the same for its text and for its file. */
export const unpackWorkerOptions = (program: string): WorkerOptions => ({
  name: role,
  workerData: { role, program },
  resourceLimits: { maxOldGenerationSizeMb: heapMbMax, maxYoungGenerationSizeMb: 4 },
})

/**
 * A new thread that unpacks layers. This file is its program; in the bundle the build has put the program's text
 * here, which finds packages from where the bundle lies. The bundle itself would take long to load in each thread.
 */
export function startUnpackWorker(): Worker {
  const text = process.env.SKEP_UNPACK_WORKER
  const options = unpackWorkerOptions(import.meta.url)
  return text === undefined ? new Worker(new URL(import.meta.url), options) : new Worker(text, { ...options, eval: true })
}

function serve(): void {
  const port = parentPort
  if (!port) return
  const tell = (message: FromWorker): void => port.postMessage(message)
  let controller = new AbortController()
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'abort') {
      controller.abort(new Error('not wanted any more'))
      return
    }
    controller = new AbortController()
    unpackHere.unpack(message.layer, (bytes) => tell({ kind: 'read', bytes }), controller.signal).then(
      (applied) => tell({ kind: 'done', applied }),
      (thrown: unknown) => {
        const code = errnoOf(thrown)
        tell({ kind: 'failed', message: messageOf(thrown), tar: thrown instanceof TarError, ...(code !== undefined && { code }) })
      },
    )
  })
}

if (!isMainThread && (workerData as { role?: unknown } | null)?.role === role) serve()
