import { existsSync, rmSync, writeFileSync } from 'node:fs'
import type { Container } from './container.js'
import type { EngineContext } from './context.js'

/** How often it is tried again to write a record that could not be written. */
const retryMs = 2_000

/**
 * Writes the record of a container to whom something has happened that nothing can undo: it ended, or was told to. One that cannot be
 * written, as on a full disk, is told of in the log and tried again until it is. A daemon that starts meanwhile has the exit code, and
 * that it was told to end, from the exec root: an engine that closes tries it no more. True when the record is on disk.
 */
export async function saveAnyway(context: EngineContext, container: Container): Promise<boolean> {
  const { store, log, clock, exitWatch, ending } = context
  try {
    await store.save(container)
    return true
  } catch (err) {
    if (!container.lateSave) log.error('the record of a container cannot be written: it is tried again', { container: container.id, err })
    if (container.record.state.stoppedByHand) mark(context, container.id)
    container.lateSave?.cancel()
    container.lateSave = undefined
    if (ending.aborted) return false
    container.lateSave = clock.setTimer(retryMs, () => {
      void container
        .exclusive(async () => {
          if (!(await saveAnyway(context, container))) return
          container.lateSave = undefined
          log.info('the record of a container is written now', { container: container.id })
          dropStoppedMark(context, container.id)
          if (!container.isUp && !container.record.state.starting) exitWatch.forget(container.id)
        })
        .catch((thrown: unknown) => log.error('the record of a container cannot be written', { container: container.id, err: thrown }))
    })
    return false
  }
}

/** The engine ends: records that wait are tried a last time. */
export async function endLateSave({ store }: Pick<EngineContext, 'store'>, container: Container): Promise<void> {
  if (!container.lateSave) return
  container.lateSave.cancel()
  container.lateSave = undefined
  await store.save(container).catch(() => undefined)
}

/** Its record goes. */
export function dropLateSave(context: Pick<EngineContext, 'paths'>, container: Container): void {
  container.lateSave?.cancel()
  container.lateSave = undefined
  dropStoppedMark(context, container.id)
}

/** Takes up that a container was told to end where its record could not say so. The mark goes with `dropStoppedMark`. */
export function readStoppedMark({ paths }: Pick<EngineContext, 'paths'>, { id, record }: Container): void {
  if (existsSync(paths.stoppedMark(id))) record.state.stoppedByHand = true
}

/** The record says so itself now. */
export function dropStoppedMark({ paths }: Pick<EngineContext, 'paths'>, id: string): void {
  rmSync(paths.stoppedMark(id), { force: true })
}

function mark({ paths, log }: EngineContext, id: string): void {
  try {
    writeFileSync(paths.stoppedMark(id), '')
  } catch (err) {
    log.warn('that a container was told to end cannot be kept: it may be started again by its restart policy with the daemon', { container: id, err })
  }
}
