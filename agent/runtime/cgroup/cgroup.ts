import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { delay, type Clock } from '../../../src/base/clock.js'
import { errnoOf } from '../../../src/base/errors.js'
import { identify, sendSignal } from '../../kernel/process.js'
import { GroupFiles } from './group-files.js'
import { cgroupRoot, type CgroupMode } from './mode.js'
import { readStatsV1 } from './v1.js'
import { readStatsV2 } from './v2.js'
import type { CgroupStats } from './stats.js'

const sigkill = 9
/** A group is busy until the last of its dying processes is gone. */
const removalTriesMax = 100
const removalRetryMs = 20

/** The control groups of containers, by path (`/skep-1a2b3c4d/<id>`), for both versions alike. */
export class Cgroups {
  private ownProcs: string | undefined
  private isMoving = false

  constructor(
    readonly mode: CgroupMode,
    private readonly clock: Clock,
  ) {}

  /** The folders of a group: one on v2, one for each hierarchy on v1 (that without controllers last). */
  folders(path: string): string[] {
    if (this.mode.version === 2) return [join(cgroupRoot, path)]
    const { hierarchies, unified } = this.mode
    return [...new Set([...hierarchies.values(), ...(unified === undefined ? [] : [unified])])].map((folder) => join(folder, path))
  }

  /** Whether the kernel shares block devices by weight: on v1 only kernels before 5.0 do so for the file that runtimes write. */
  get weighsBlockDevices(): boolean {
    if (this.mode.version === 2) return this.mode.controllers.includes('io')
    return existsSync(join(this.mode.hierarchies.get('blkio') ?? '', 'blkio.weight'))
  }

  /** Stops or continues every process of the group. Resolves when the kernel has done it. */
  async setFrozen(path: string, frozen: boolean): Promise<void> {
    if (this.mode.version === 2) {
      const folder = join(cgroupRoot, path)
      writeFileSync(join(folder, 'cgroup.freeze'), frozen ? '1' : '0')
      await this.until(() => readFileSync(join(folder, 'cgroup.events'), 'utf8').includes(`frozen ${frozen ? 1 : 0}`))
      return
    }
    const state = join(this.hierarchy('freezer'), path, 'freezer.state')
    const wanted = frozen ? 'FROZEN' : 'THAWED'
    await this.until(() => {
      // A v1 group that got a new process while it froze stays FREEZING until it is told again.
      writeFileSync(state, wanted)
      return readFileSync(state, 'utf8').trim() === wanted
    })
  }

  /**
   * Tells the kernel that a process is about to be moved into a group. The first move after a pause waits for
   * an RCU grace period (10 to 20 ms), the next ones do not: moving ourselves to where we are takes that
   * wait now, on a thread of its own, while a container is being set up or an exec's runtime comes up. One wait is
   * enough for all that come meanwhile.
   */
  anticipateMove(): void {
    this.ownProcs ??= ownGroupFile(this.mode)
    if (this.isMoving || this.ownProcs === undefined) return
    this.isMoving = true
    void writeFile(this.ownProcs, '0').catch(() => undefined).finally(() => (this.isMoving = false))
  }

  /** What the group uses now; undefined when it is gone. */
  stats(path: string): CgroupStats | undefined {
    using reader = this.statsReader(path)
    return reader.read()
  }

  /** The same for who asks again and again: the group's files stay open. The caller disposes it. */
  statsReader(path: string): { read(): CgroupStats | undefined } & Disposable {
    const files = new GroupFiles()
    const { mode } = this
    const folder = join(cgroupRoot, path)
    const folders = new Map(mode.version === 1 ? [...mode.hierarchies].map(([name, root]): [string, string] => [name, join(root, path)]) : [])
    return {
      read: () => {
        const stats = mode.version === 2 ? readStatsV2(folder, files.read) : readStatsV1(folders, files.read)
        return files.isGone ? undefined : stats
      },
      [Symbol.dispose]: () => files[Symbol.dispose](),
    }
  }

  /** Process ids in the group, groups below it included. */
  processes(path: string): number[] {
    const root = this.mode.version === 2 ? join(cgroupRoot, path) : join(this.hierarchy('pids', 'memory', 'devices'), path)
    const found: number[] = []
    const walk = (folder: string): void => {
      const text = readOr(join(folder, 'cgroup.procs'), '')
      for (const line of text.split('\n')) if (line !== '') found.push(Number(line))
      for (const child of childGroups(folder)) walk(join(folder, child))
    }
    walk(root)
    return found
  }

  /** Kills what is left in the group and removes it; one that is not there is fine. */
  async remove(path: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      const busy = this.folders(path).filter((folder) => !removeTree(folder))
      if (busy.length === 0) return
      for (const pid of this.processes(path)) {
        const process = identify(pid)
        if (process) sendSignal(process, sigkill)
      }
      if (tries >= removalTriesMax) throw new Error(`control group ${path} stays busy: ${busy.join(', ')}`)
      await delay(this.clock, removalRetryMs)
    }
  }

  /** Removes a group that holds nothing; one that is in use stays. */
  removeIfEmpty(path: string): void {
    for (const folder of this.folders(path)) {
      try {
        rmdirSync(folder)
      } catch (thrown) {
        const code = errnoOf(thrown)
        if (code !== 'ENOENT' && code !== 'EBUSY' && code !== 'ENOTEMPTY') throw thrown
      }
    }
  }

  /** Names of the groups directly below a path, in any hierarchy. */
  children(path: string): string[] {
    return [...new Set(this.folders(path).flatMap((folder) => childGroups(folder)))]
  }

  private hierarchy(...controllers: string[]): string {
    if (this.mode.version === 1) {
      for (const name of controllers) {
        const folder = this.mode.hierarchies.get(name)
        if (folder !== undefined) return folder
      }
    }
    throw new Error(`this host has no control group hierarchy for ${controllers.join(' or ')}`)
  }

  private async until(condition: () => boolean): Promise<void> {
    for (let tries = 0; !condition(); tries++) {
      if (tries >= removalTriesMax) throw new Error('the kernel did not freeze or thaw the container in time')
      await delay(this.clock, removalRetryMs)
    }
  }
}

/** The `cgroup.procs` of the group that this process is in. */
function ownGroupFile(mode: CgroupMode): string | undefined {
  for (const line of readOr('/proc/self/cgroup', '').split('\n')) {
    const [number, controllers = '', path = ''] = line.split(':')
    if (mode.version === 2 && number === '0') return join(cgroupRoot, path, 'cgroup.procs')
    const hierarchy = mode.version === 1 ? mode.hierarchies.get(controllers.split(',')[0] ?? '') : undefined
    if (hierarchy !== undefined) return join(hierarchy, path, 'cgroup.procs')
  }
  return undefined
}

/** False while something in it is busy. Few groups have others below them: those are looked for when the kernel refuses. */
function removeTree(folder: string): boolean {
  if (removeOne(folder)) return true
  const children = childGroups(folder)
  return children.length > 0 && children.every((child) => removeTree(join(folder, child))) && removeOne(folder)
}

/** False while the group has processes or groups. */
function removeOne(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'ENOENT') return true
    if (code === 'EBUSY' || code === 'ENOTEMPTY') return false
    throw thrown
  }
}

function childGroups(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return []
    throw thrown
  }
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return fallback
  }
}
