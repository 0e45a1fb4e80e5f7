import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { internal } from '../../src/base/errors.js'
import { exec } from '../../src/sys/exec.js'
import type { CgroupMode } from './cgroup/mode.js'

/** The runtimes that are tried, the best first. */
const knownRuntimes = ['crun', 'runc']
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The OCI runtime to use: the one asked for (a path or a name), else the first that is there and answers.
 * Throws `internal` naming the packages to install.
 */
export async function chooseRuntime(asked: string | undefined, mode: CgroupMode): Promise<string> {
  const refused: string[] = []
  for (const name of asked === undefined ? knownRuntimes : [asked]) {
    const program = findProgram(name)
    if (program === undefined) {
      refused.push(`${name} is not installed`)
      continue
    }
    const answer = await exec(program, ['--version'], { env: { PATH: searchPath } })
    if (answer.code === 0) return program
    refused.push(`${program} --version failed: ${answer.stderr.trim()}`)
  }
  throw internal(`no OCI runtime works here (cgroup v${mode.version}): ${refused.join('; ')}; install one: apt-get install crun`)
}

/** The path of conmon. Throws `internal` with the remedy. */
export function findConmon(asked?: string): string {
  const program = findProgram(asked ?? 'conmon') ?? (asked === undefined ? findProgram('/usr/libexec/podman/conmon') : undefined)
  if (program === undefined) throw internal(`${asked ?? 'conmon'} is not installed; install it: apt-get install conmon`)
  return program
}

/** A program by path, or by name in the usual folders. */
function findProgram(name: string): string | undefined {
  const candidates = isAbsolute(name) ? [name] : searchPath.split(delimiter).map((folder) => join(folder, name))
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
