import { conflict, invalid } from '../../../src/base/errors.js'
import type { ContainerTopResponse } from '../../../src/model/engine-api/container.js'
import { exec } from '../../../src/sys/exec.js'
import type { Container } from '../container.js'
import type { EngineContext } from '../context.js'
import { cgroupPath } from '../life/set-up.js'

/**
 * The container's processes as the host's `ps` shows them with these options, which must include the PID.
 * Throws `conflict` when it does not run, `invalid` for options that could do more than show.
 */
export async function topContainer(context: EngineContext, container: Container, psArgs: string): Promise<ContainerTopResponse> {
  if (!container.isUp) throw conflict(`container ${container.id} is not running`)
  const args = (psArgs || '-ef').trim().split(/\s+/)
  // Selecting by process would show the host's processes; the environment may hold secrets of others.
  if (args.some((arg) => !/^[-a-zA-Z0-9_,.:=%]+$/.test(arg))) throw invalid(`invalid ps arguments: ${psArgs}`)
  const pids = new Set(context.cgroups.processes(cgroupPath(context, container)))
  const result = await exec('ps', args)
  if (result.code !== 0) throw invalid(`ps: ${result.stderr.trim()}`)
  return selectProcesses(result.stdout, pids)
}

/** The rows of `ps` that belong to these processes. Throws `invalid` without a PID column. Pure. */
export function selectProcesses(text: string, pids: ReadonlySet<number>): Required<ContainerTopResponse> {
  const [header = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '')
  const Titles = header.trim().split(/\s+/)
  const pidColumn = Titles.indexOf('PID')
  if (pidColumn < 0) throw invalid("Couldn't find PID field in ps output; add it to the options: -o pid,...")
  const rows = lines.map((line) => {
    const fields = line.trim().split(/\s+/)
    // The last column is the command, which holds spaces.
    return [...fields.slice(0, Titles.length - 1), fields.slice(Titles.length - 1).join(' ')]
  })
  return { Titles, Processes: rows.filter((fields) => pids.has(Number(fields[pidColumn]))) }
}
