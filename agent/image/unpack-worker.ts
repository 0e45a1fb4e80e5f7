import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
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

/** A new thread that unpacks layers. This file is its program; in the bundle, the program's one file is, which comes here. */
export function startUnpackWorker(): Worker {
  return new Worker(new URL(import.meta.url), {
    name: role,
    workerData: role,
    resourceLimits: { maxOldGenerationSizeMb: heapMbMax, maxYoungGenerationSizeMb: 8 },
  })
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

if (!isMainThread && workerData === role) serve()
