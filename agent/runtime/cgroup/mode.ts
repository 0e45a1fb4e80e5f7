import { mkdirSync, readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { mount } from '../../kernel/mount.js'
import { errnoOf, internal, messageOf } from '../../../src/base/errors.js'

/** Where the hierarchies are mounted on every distribution. */
export const cgroupRoot = '/sys/fs/cgroup'

/** How control groups are set up on this host. */
export type CgroupMode =
  | { version: 2; controllers: readonly string[] }
  /**
   * `hierarchies`: a controller's name and the folder of its hierarchy. `unified`: a hierarchy without
   * controllers beside them, in which runtimes make groups too.
   */
  | { version: 1; hierarchies: ReadonlyMap<string, string>; unified?: string }

interface CgroupMount {
  folder: string
  type: 'cgroup' | 'cgroup2'
  options: string[]
}

/** What the kernel says, for `planCgroups`. */
export interface CgroupFacts {
  /** The text of /proc/self/mountinfo. */
  mountInfo: string
  /** The text of /proc/cgroups. */
  controllers: string
  /** `cgroup.controllers` of a cgroup2 mount that stands beside v1 hierarchies; empty when there is none. */
  unifiedControllers: string
}

/**
 * The mode, and the v1 hierarchies that have to be mounted first: where a `unified` mount stands beside v1
 * hierarchies and still holds controllers, crun refuses to work until those have hierarchies of their own.
 * Pure. Throws `internal` when no control groups are mounted.
 */
export function planCgroups(facts: CgroupFacts): { mode: CgroupMode; toMount: string[] } {
  const mounts = parseCgroupMounts(facts.mountInfo)
  const v2 = mounts.find((one) => one.type === 'cgroup2' && one.folder === cgroupRoot)
  if (v2) return { mode: { version: 2, controllers: facts.unifiedControllers.split(/\s+/).filter((name) => name !== '') }, toMount: [] }
  const names = new Set(
    facts.controllers
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(/\s+/)[0] ?? ''),
  )
  const hierarchies = new Map<string, string>()
  for (const one of mounts) {
    if (one.type !== 'cgroup') continue
    for (const option of one.options) if (names.has(option) || option.startsWith('name=')) hierarchies.set(option, one.folder)
  }
  if (hierarchies.size === 0) {
    throw internal(`no control groups are mounted on ${cgroupRoot}; mount them: mount -t cgroup2 cgroup2 ${cgroupRoot}`)
  }
  const toMount = facts.unifiedControllers.split(/\s+/).filter((name) => name !== '' && !hierarchies.has(name))
  for (const name of toMount) hierarchies.set(name, join(cgroupRoot, name))
  const unified = mounts.find((one) => one.type === 'cgroup2')?.folder
  return { mode: { version: 1, hierarchies, ...(unified !== undefined && { unified }) }, toMount }
}

function parseCgroupMounts(mountInfo: string): CgroupMount[] {
  const mounts: CgroupMount[] = []
  for (const line of mountInfo.split('\n')) {
    const [before = '', after] = line.split(' - ')
    const [type = '', , superOptions = ''] = (after ?? '').split(' ')
    const folder = before.split(' ')[4] ?? ''
    if (type === 'cgroup' || type === 'cgroup2') mounts.push({ folder, type, options: superOptions.split(',') })
  }
  return mounts
}

/**
 * Detects the mode and completes a v1 set-up so that an OCI runtime can work; doing it again changes
 * nothing. Throws `internal` with the remedy.
 */
export function prepareCgroups(): CgroupMode {
  const plan = planCgroups(readFacts())
  for (const name of plan.toMount) {
    const target = join(cgroupRoot, name)
    try {
      mkdirSync(target, { recursive: true })
      mount({ source: 'cgroup', target, type: 'cgroup', data: name })
    } catch (thrown) {
      // Another daemon on this kernel may have been quicker.
      if (errnoOf(thrown) === 'EBUSY') continue
      throw internal(`cannot mount the control group hierarchy ${name}: ${messageOf(thrown)}; run as root, or: mount -t cgroup -o ${name} cgroup ${target}`, thrown)
    }
  }
  return plan.mode
}

function readFacts(): CgroupFacts {
  const unified = [join(cgroupRoot, 'cgroup.controllers'), join(cgroupRoot, 'unified/cgroup.controllers')].find((path) => existsSync(path))
  return {
    mountInfo: readFileSync('/proc/self/mountinfo', 'utf8'),
    controllers: readFileSync('/proc/cgroups', 'utf8'),
    unifiedControllers: unified === undefined ? '' : readFileSync(unified, 'utf8').trim(),
  }
}
