import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { conflict, errnoOf } from '../base/errors.js'

/**
 * Writes this process's number to the file. Throws `conflict` when another daemon that lives has its
 * own there; a file that a crash left behind is replaced. Disposing removes it.
 */
export async function claimPidfile(path: string): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true })
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    if (errnoOf(thrown) === 'ENOENT') return ''
    throw thrown
  })
  const pid = Number.parseInt(text, 10)
  if (pid > 0 && pid !== process.pid && (await isDaemon(pid))) {
    throw conflict(`process with PID ${pid} is still running (its pidfile is ${path}): stop it first, or give another --pidfile, --data-root and --exec-root`)
  }
  await writeFile(path, String(process.pid), { mode: 0o644 })
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
}

/** The number may belong to anything after a reboot: only a skepd counts. */
async function isDaemon(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.includes('skepd')
}
