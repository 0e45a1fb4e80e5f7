import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { invalid, errnoOf } from '../../src/base/errors.js'
import { reopenLog } from '../runtime/conmon.js'
import type { Container } from './container.js'
import type { EngineContext } from './context.js'

/** How often logs with a limit are looked at, in milliseconds. */
export const logRotationPeriodMs = 5_000

/** `10m`, `64k`, `1g`, `512`: bytes. Throws `invalid`. */
export function parseLogSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$/i.exec(text.trim())
  if (!match) throw invalid(`invalid value for max-size: ${text}; use a number with k, m or g`)
  const power = { '': 0, k: 1, m: 2, g: 3, t: 4 }[(match[2] ?? '').toLowerCase()] ?? 0
  return Math.floor(Number(match[1]) * 1024 ** power)
}

/** Files kept beside the current one: `max-file` less one. */
export function rotatedFilesMax(container: Container): number {
  const files = Number(container.record.hostConfig.LogConfig?.Config?.['max-file'] ?? '1')
  return Number.isInteger(files) && files > 1 ? files - 1 : 0
}

/** Starts a new log file when the current one is over `max-size`; the oldest over `max-file` goes. */
export async function rotateLog(context: EngineContext, container: Container): Promise<void> {
  const limit = container.record.hostConfig.LogConfig?.Config?.['max-size']
  if (limit === undefined || !container.isUp) return
  const path = context.paths.log(container.id)
  if (sizeOf(path) <= parseLogSize(limit)) return
  const kept = rotatedFilesMax(container)
  for (let index = kept; index >= 1; index--) {
    const from = index === 1 ? path : `${path}.${index - 1}`
    if (existsSync(from)) renameSync(from, `${path}.${index}`)
  }
  if (kept === 0) rmSync(path, { force: true })
  // Until conmon opens the new file it writes to the renamed one: nothing is lost.
  await reopenLog(context.paths.bundle(container.id))
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return 0
    throw thrown
  }
}
