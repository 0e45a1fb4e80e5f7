import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { busyboxArchive, type ImageRecipe } from '../support/busybox-image.js'
import { eventually } from '../support/eventually.js'
import { webImage } from '../support/web-image.js'

/** The images of the end-to-end tests; loading them again changes nothing. */
export const recipes: ImageRecipe[] = [
  { name: 'busybox:latest', command: ['sh'] },
  webImage('web:1', '1'),
  webImage('web:2', '2'),
  // Ends at once.
  { name: 'web:broken', command: ['sh', '-c', 'echo cannot start >&2; exit 3'] },
  // Runs, and is never healthy.
  webImage('web:sick', 'sick', {
    healthcheck: { Test: ['CMD-SHELL', 'exit 1'], Interval: 200_000_000, Timeout: 1_000_000_000, Retries: 2 },
  }),
]

/** A lab whose daemons run and have the images. */
export async function startLab(hosts: number, flags: readonly string[] = []): Promise<Lab> {
  const lab = await Lab.create({ hosts })
  try {
    const archive = join(lab.folder, 'images.tar')
    writeFileSync(archive, await busyboxArchive(recipes))
    await Promise.all(lab.hosts.map((host) => host.startDaemon(flags)))
    await Promise.all(lab.hosts.map((host) => host.docker('load', '-q', '-i', archive)))
    return lab
  } catch (thrown) {
    await lab.close().catch(() => undefined)
    throw thrown
  }
}

/** Removes the containers of a host, with their anonymous volumes. One that goes by itself meanwhile is no error. */
export async function removeContainers(host: LabHost): Promise<void> {
  const ids = (await host.docker('ps', '-aq')).split('\n').filter((line) => line !== '')
  if (ids.length === 0) return
  await host.tryDocker('rm', '-f', '-v', ...ids)
  await eventually(`no container is left on ${host.name}`, async () => (await host.docker('ps', '-aq')) === '')
}

/**
 * A swarm on the lab: host 1 founds it, hosts up to `managers` join as managers, the rest as workers.
 * Heartbeats come every second, so that tests need not wait for the death of a node.
 */
export async function startSwarm({ hosts, managers }: { hosts: number; managers: number }): Promise<Lab> {
  const lab = await startLab(hosts)
  try {
    const first = lab.host(1)
    await first.docker('swarm', 'init', '--dispatcher-heartbeat', '1s')
    for (const host of lab.hosts.slice(1)) {
      const role = host.n <= managers ? 'manager' : 'worker'
      const token = await first.docker('swarm', 'join-token', '-q', role)
      await host.docker('swarm', 'join', '--token', token, `${first.ipv4}:2377`)
    }
    await eventually('all nodes are ready and all managers reachable', async () => {
      const lines = await nodes(first)
      return lines.filter(({ status }) => status === 'Ready').length === hosts && lines.filter(({ manager }) => manager === 'Leader' || manager === 'Reachable').length === managers
    })
    return lab
  } catch (thrown) {
    await lab.close().catch(() => undefined)
    throw thrown
  }
}

/** `docker node ls`. */
export async function nodes(host: LabHost): Promise<{ hostname: string; status: string; availability: string; manager: string }[]> {
  const text = await host.docker('node', 'ls', '--format', '{{.Hostname}}|{{.Status}}|{{.Availability}}|{{.ManagerStatus}}')
  return text.split('\n').map((line) => {
    const [hostname = '', status = '', availability = '', manager = ''] = line.split('|')
    return { hostname, status, availability, manager }
  })
}

export interface TaskJson {
  ID: string
  Slot?: number
  NodeID?: string
  DesiredState: string
  Status: {
    State: string
    Err?: string
    Message?: string
    ContainerStatus?: { ContainerID?: string; ExitCode?: number }
    PortStatus?: { Ports?: { PublishedPort: number; TargetPort: number }[] }
  }
  Spec: { ContainerSpec: { Image: string } }
}

/** Tasks of a service by the API of a manager. */
export async function tasks(host: LabHost, service: string, filters: Record<string, string[]> = {}): Promise<TaskJson[]> {
  const query = encodeURIComponent(JSON.stringify({ service: [service], ...filters }))
  const answer = await host.api('GET', `/v1.45/tasks?filters=${query}`)
  if (answer.status !== 200) throw new Error(`tasks of ${service}: ${answer.status} ${answer.body}`)
  return JSON.parse(answer.body) as TaskJson[]
}

/** Tasks that are wanted and run. */
export async function running(host: LabHost, service: string): Promise<TaskJson[]> {
  return (await tasks(host, service, { 'desired-state': ['running'] })).filter((task) => task.Status.State === 'running')
}

/** Waits until exactly `count` tasks run, and no other is wanted; gives them. */
export function converged(host: LabHost, service: string, count: number, timeoutMs = 30_000): Promise<TaskJson[]> {
  return eventually(
    `${service} has ${count} running tasks`,
    async () => {
      const wanted = await tasks(host, service, { 'desired-state': ['running'] })
      return wanted.length === count && wanted.every((task) => task.Status.State === 'running') && wanted
    },
    { timeoutMs },
  )
}

/** How many of the tasks are on each host, by host name. */
export async function spread(host: LabHost, some: readonly TaskJson[]): Promise<Record<string, number>> {
  const names = await hostnames(host)
  const counts: Record<string, number> = {}
  for (const task of some) {
    const name = names.get(task.NodeID ?? '') ?? '?'
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** Host names by node id. */
export async function hostnames(host: LabHost): Promise<Map<string, string>> {
  const answer = await host.api('GET', '/v1.45/nodes')
  if (answer.status !== 200) throw new Error(`nodes: ${answer.status} ${answer.body}`)
  const list = JSON.parse(answer.body) as { ID: string; Description: { Hostname: string } }[]
  return new Map(list.map((node) => [node.ID, node.Description.Hostname]))
}

/** The address at which a task with a port published in host mode answers. */
export async function endpointOf(lab: Lab, manager: LabHost, task: TaskJson): Promise<string> {
  const name = (await hostnames(manager)).get(task.NodeID ?? '')
  const host = lab.hosts.find((one) => one.name === name)
  const port = task.Status.PortStatus?.Ports?.[0]?.PublishedPort
  if (!host || !port) throw new Error(`task ${task.ID} has no published port yet`)
  return `http://${host.ipv4}:${port}/`
}

/** Waits for the update of a service to come to a state (`completed`, `paused`, ...). */
export function updateState(host: LabHost, service: string, state: string, timeoutMs = 60_000): Promise<string> {
  return eventually(
    `the update of ${service} is ${state}`,
    async () => {
      const text = await host.docker('service', 'inspect', '--format', '{{if .UpdateStatus}}{{.UpdateStatus.State}}: {{.UpdateStatus.Message}}{{end}}', service)
      return text.startsWith(`${state}:`) && text
    },
    { timeoutMs },
  )
}

/** The ends of the hosts' logs without the requests to the API and the calls that were refused, for a failed test. */
export async function printLogs(lab: Lab, lines = 60): Promise<void> {
  for (const host of lab.hosts) {
    const { stdout } = await host.run('sh', ['-c', 'grep -v -e \'"part":"api","status":\' -e \'"msg":"call refused"\' "$0" | tail -n "$1"', host.logPath, String(lines)])
    console.log(`---- ${host.name}\n${stdout.split('\n').map((line) => line.slice(0, 400)).join('\n')}`)
  }
}
