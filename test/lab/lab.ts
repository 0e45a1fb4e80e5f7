import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { Links } from '../../agent/kernel/link.js'
import { inNetns } from '../../agent/kernel/netns.js'
import { anotherDaemonRuns, cgroupsBelow, cgroupsOf, isAlive, killAll, mountsOf, processesOf, programsFolder, removeAll, startTicksOf } from './belongings.js'
import { eventually } from '../support/eventually.js'
import { LabHost } from './lab-host.js'
import { Underlay } from './underlay.js'

const namePattern = /^sklab-(\d+)-[0-9a-f]{6}$/
/** The number on the underlay of the machine that is no host: a client from outside. */
const outsideNumber = 200

export interface LabOptions {
  hosts: number
  /** Program and first arguments of the daemon; `node dist/skepd` when left out. */
  daemon?: readonly string[]
}

/**
 * Hosts for tests on one kernel: each a network namespace on a common underlay, with its own folders
 * and daemon. Everything lies in one folder named after the process that made it, and under one cgroup
 * of the same name, so that it is found and removed whatever happened.
 */
export class Lab implements AsyncDisposable {
  readonly hosts: LabHost[] = []
  /** A machine on the underlay without a daemon. */
  readonly outside: LabHost
  private readonly before: MachineState

  private constructor(
    readonly name: string,
    readonly folder: string,
    options: LabOptions,
  ) {
    this.before = machineState()
    const underlay = Underlay.create(folder)
    const daemon = options.daemon ?? [process.execPath, join(programsFolder, 'skepd')]
    const plug = (n: number): LabHost => new LabHost({ n, labFolder: folder, cgroupName: name, underlay, daemon })
    for (let n = 1; n <= options.hosts; n++) this.hosts.push(plug(n))
    this.outside = plug(outsideNumber)
  }

  /** Makes a lab, after removing those that crashed tests left. Needs root. */
  static async create(options: LabOptions): Promise<Lab> {
    await Lab.sweep()
    const name = `sklab-${process.pid}-${randomBytes(3).toString('hex')}`
    const folder = join(labsFolder(), name)
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    writeFileSync(join(folder, 'owner'), startTicksOf(process.pid) ?? '')
    try {
      return new Lab(name, folder, options)
    } catch (thrown) {
      await Lab.remove(name)
      throw thrown
    }
  }

  /** Lets the lab outlive this process, for looking around; `Lab.remove` takes it down by its name. */
  keep(): void {
    writeFileSync(join(this.folder, 'owner'), 'kept')
  }

  /** The n-th host, from 1: its address is 10.77.0.n. */
  host(n: number): LabHost {
    const host = this.hosts[n - 1]
    if (!host) throw new Error(`the lab has hosts 1 to ${this.hosts.length}, not ${n}`)
    return host
  }

  /**
   * Takes everything down: containers and daemons in an orderly way, then by force. Throws with a list
   * when orderly running daemons left something behind.
   */
  async close(): Promise<void> {
    const leaks: string[] = []
    const orderly = this.hosts.filter((host) => host.running)
    for (const host of this.hosts) {
      host.heal()
      host.thaw()
    }
    try {
      // Every member leaves before any container is removed: a manager would start the tasks elsewhere.
      await Promise.all(orderly.map((host) => host.api('POST', '/swarm/leave?force=1').catch(() => undefined)))
      await Promise.all(orderly.map((host) => removeContainers(host).catch((thrown: unknown) => leaks.push(`${host.name}: ${String(thrown)}`))))
      await Promise.all(orderly.map((host) => host.stop().catch((thrown: unknown) => leaks.push(`${host.name}: ${String(thrown)}`))))
      const left = (): string[] => orderly.flatMap((host) => this.leaksOf(host))
      await eventually('the hosts are clean', () => left().length === 0, { timeoutMs: 5_000 }).catch(() => undefined)
      // A container's interfaces go with its namespace, in the kernel's own time.
      await eventually('interfaces are gone', () => left().filter((one) => one.includes(': interface ')).length === 0, { timeoutMs: 20_000 }).catch(() => undefined)
      leaks.push(...left())
    } finally {
      await Lab.remove(this.name)
    }
    leaks.push(...this.leaksOnMachine())
    if (leaks.length > 0) throw new Error(`the lab leaked:\n  ${leaks.join('\n  ')}`)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The names of all labs on this machine, also of those that are kept. */
  static names(): string[] {
    return readdirSync(labsFolder()).filter((name) => namePattern.test(name))
  }

  /** Whether anything runs in a lab: after a restart of the machine only files may be left of a kept one. */
  static runs(name: string): boolean {
    return processesOf(join(labsFolder(), name)).length > 0
  }

  /** Removes the labs of processes that are gone. Gives their names. */
  static async sweep(): Promise<string[]> {
    const dead = Lab.names().filter((name) => {
      const pid = Number(namePattern.exec(name)?.[1])
      const owner = join(labsFolder(), name, 'owner')
      const text = existsSync(owner) ? readFileSync(owner, 'utf8') : ''
      // One that is being made has no owner written down yet.
      if (text === '') return startTicksOf(pid) === undefined
      return text !== 'kept' && !isAlive(pid, text)
    })
    for (const name of dead) await Lab.remove(name)
    return dead
  }

  /** Removes a lab by its name and by force; one that is not there is fine. */
  static async remove(name: string): Promise<void> {
    if (!namePattern.test(name)) throw new Error(`not the name of a lab: ${name}`)
    const folder = join(labsFolder(), name)
    await killAll(folder, name)
    await removeAll(folder, name)
  }

  /** What a host's daemon left behind after its containers were removed and it ended. */
  private leaksOf(host: LabHost): string[] {
    using links = inNetns(host.netns, () => Links.open())
    const cgroups = cgroupsOf(this.name).flatMap(cgroupsBelow).filter((path) => path.includes(`${host.cgroupParent}/`))
    // Other machines of the lab have their own folders, and what runs in this one's namespace is its own.
    const processes = processesOf(host.folder)
    return [
      ...processes.map(({ pid, command }) => `${host.name}: process ${pid}: ${command}`),
      ...mountsOf(host.folder).map((path) => `${host.name}: mount ${path}`),
      ...links.list().filter((link) => link.kind === 'veth' && link.name !== 'eth0').map((link) => `${host.name}: interface ${link.name}`),
      ...cgroups.map((path) => `${host.name}: cgroup ${path}`),
    ]
  }

  private leaksOnMachine(): string[] {
    const after = machineState()
    return [
      ...processesOf(this.folder).map(({ pid, command }) => `process ${pid}: ${command}`),
      ...mountsOf(this.folder).map((path) => `mount ${path}`),
      ...cgroupsOf(this.name).map((path) => `cgroup ${path}`),
      // What another daemon on this machine makes meanwhile is no leak of ours.
      ...(anotherDaemonRuns(this.folder) ? [] : added(this.before, after)),
    ]
  }
}

/** What the machine's own network namespace has that a lab must not add to. */
interface MachineState {
  links: string[]
  tables: string[]
}

function added(before: MachineState, after: MachineState): string[] {
  return [
    ...after.links.filter((one) => !before.links.includes(one)).map((one) => `interface ${one} in the machine's namespace`),
    ...after.tables.filter((one) => !before.tables.includes(one)).map((one) => `nftables ${one} in the machine's namespace`),
  ]
}

function machineState(): MachineState {
  using links = Links.open()
  const tables = spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' }).stdout ?? ''
  // Only what a daemon or a lab would name so: other programs may be at work on the machine.
  return {
    links: links.list().map((link) => link.name).filter((name) => /^(skv|skep|br-|vx)/.test(name)),
    tables: tables.split('\n').filter((line) => line.includes('skep')),
  }
}

function labsFolder(): string {
  return process.env['SKEP_LAB_DIR'] ?? tmpdir()
}

async function removeContainers(host: LabHost): Promise<void> {
  const { status, body } = await host.api('GET', '/containers/json?all=1')
  if (status !== 200) return
  const ids = (JSON.parse(body) as { Id: string }[]).map((container) => container.Id)
  await Promise.all(ids.map((id) => host.api('DELETE', `/containers/${id}?force=1`)))
}
