import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { LinkBatch, Links } from '../../agent/kernel/link.js'
import { deleteNetns, inNetns } from '../../agent/kernel/netns.js'
import { cgroupsBelow, cgroupsOf, mountsOf, netnsFilesOf, processesOf, signal } from '../lab/belongings.js'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { nodes, tasks } from './support.js'

/** The processes in the containers of a host, by its cgroups. */
export function containerProcesses(lab: Lab, host: LabHost): number[] {
  const folders = cgroupsOf(lab.name).flatMap(cgroupsBelow).filter((path) => path.includes(`${host.cgroupParent}/`))
  return [...new Set(folders.flatMap((path) => readPids(join(path, 'cgroup.procs'))))]
}

/** As if the power went: the daemon, the monitors of its containers and the containers are gone at once. */
export async function powerOff(lab: Lab, host: LabHost): Promise<void> {
  // Monitors first: nobody writes down how the containers ended.
  for (const { pid } of processesOf(host.folder)) signal(pid, 'SIGKILL')
  await host.kill9()
  await eventually(`nothing runs on ${host.name}`, () => {
    const left = [...processesOf(host.folder).map(({ pid }) => pid), ...containerProcesses(lab, host)]
    for (const pid of left) signal(pid, 'SIGKILL')
    return left.length === 0
  })
}

/** After a power cut: what a start of the machine leaves of it, which is its disk. */
export async function powerCut(lab: Lab, host: LabHost): Promise<void> {
  await powerOff(lab, host)
  for (const path of netnsFilesOf(host.folder)) deleteNetns(path)
  for (const path of mountsOf(host.folder)) spawnSync('umount', ['-l', path])
  inNetns(host.netns, () => {
    using links = Links.open()
    for (const { name, index, kind } of links.list()) if (name !== 'eth0' && (kind === 'veth' || kind === 'bridge')) links.apply(new LinkBatch().deleteLink(index))
  })
  spawnSync('nsenter', [`--net=${host.netns}`, 'nft', 'flush', 'ruleset'])
  rmSync(host.execRoot, { recursive: true, force: true })
}

/** The host whose manager leads, as `asked` sees it. */
export function leaderOf(lab: Lab, asked: LabHost): Promise<LabHost> {
  return eventually(`${asked.name} knows the leader`, async () => {
    const name = (await nodes(asked)).find(({ manager }) => manager === 'Leader')?.hostname
    return lab.hosts.find((host) => host.name === name)
  })
}

/** Waits until all nodes are ready and all managers are reachable. */
export async function allWell(asked: LabHost, timeoutMs = 30_000): Promise<void> {
  await eventually('every node is ready and every manager reachable', async () => {
    const list = await nodes(asked)
    return list.every(({ status, manager }) => status === 'Ready' && ['', 'Leader', 'Reachable'].includes(manager)) && list.some(({ manager }) => manager === 'Leader')
  }, { timeoutMs })
}

/** Waits until exactly the containers of the tasks that are wanted run on the hosts, and no other is kept of those that were. */
export async function noStrays(lab: Lab, asked: LabHost, service: string, count: number, timeoutMs = 30_000): Promise<void> {
  await eventually(`the containers of ${service} are those of its ${count} tasks`, async () => {
    const wanted = await tasks(asked, service, { 'desired-state': ['running'] })
    const ids = wanted.map((task) => task.Status.ContainerStatus?.ContainerID ?? '').sort()
    const found = await Promise.all(lab.hosts.filter((host) => host.running).map(runningContainers))
    return ids.length === count && JSON.stringify(found.flat().sort()) === JSON.stringify(ids)
  }, { timeoutMs, everyMs: 100 })
}

export async function runningContainers(host: LabHost): Promise<string[]> {
  return (await host.docker('ps', '-q', '--no-trunc')).split('\n').filter((id) => id !== '')
}

/** Measures for the reader of the test's output: how long it took is told, not judged. */
export function tell(what: string, sinceMs: number): void {
  console.log(`      ${what}: ${((performance.now() - sinceMs) / 1000).toFixed(2)} s`)
}

function readPids(path: string): number[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map(Number)
  } catch {
    return []
  }
}
