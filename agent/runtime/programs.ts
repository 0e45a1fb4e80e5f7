import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { exec } from '../../src/sys/exec.js'

/** OCI runtimes that are taken when none is named, the best first. */
export const knownRuntimes: readonly string[] = ['crun', 'runc']

/** Looked into besides PATH, which is short under init systems. */
const programFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/libexec/podman', '/usr/lib/podman']

/** The path of a program; undefined when it is not installed. */
export async function findProgram(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of [...(environment['PATH'] ?? '').split(delimiter), ...programFolders]) {
    if (folder === '') continue
    const path = join(folder, name)
    if (await isExecutable(path)) return path
  }
  return undefined
}

export function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** What a program says of itself with `--version`; undefined when it cannot be run. */
export async function versionOf(program: string): Promise<string | undefined> {
  try {
    const { code, stdout } = await exec(program, ['--version'])
    return code === 0 ? /version:?\s+(\S+)/.exec(stdout)?.[1] ?? '' : undefined
  } catch {
    return undefined
  }
}
