import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Lab } from '../../test/lab/lab.js'
import type { LabHost } from '../../test/lab/lab-host.js'
import { busyboxArchive } from '../../test/support/busybox-image.js'
import { eventually } from '../../test/support/eventually.js'
import { webImage } from '../../test/support/web-image.js'

/** Where the name of the running demo is kept. */
const stateFile = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), '.cache/demo.json')
const replicas = 6

const bold = (text: string): string => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text)
const step = (title: string): void => console.log(`\n${bold(`== ${title}`)}`)

/** Runs a skep command on a host and shows both. */
async function run(host: LabHost, ...args: string[]): Promise<string> {
  console.log(`${bold(`${host.name}#`)} skep ${args.map((arg) => (/[^\w.,:=/{}-]/.test(arg) ? `'${arg}'` : arg)).join(' ')}`)
  const output = await host.skep(...args)
  if (output !== '') console.log(output)
  return output
}

interface Endpoint {
  host: string
  url: string
}

/** Where the service's running tasks answer, by the API of a manager. */
async function endpoints(lab: Lab, manager: LabHost): Promise<Endpoint[]> {
  const ask = async <T>(path: string): Promise<T> => JSON.parse((await manager.api('GET', path)).body) as T
  const filters = encodeURIComponent(JSON.stringify({ service: ['web'], 'desired-state': ['running'] }))
  const [tasks, nodes] = await Promise.all([
    ask<{ NodeID: string; Status: { State: string; PortStatus?: { Ports?: { PublishedPort: number }[] } } }[]>(`/v1.51/tasks?filters=${filters}`),
    ask<{ ID: string; Description: { Hostname: string } }[]>('/v1.51/nodes'),
  ])
  return tasks.flatMap((task) => {
    const name = nodes.find((node) => node.ID === task.NodeID)?.Description.Hostname
    const host = lab.hosts.find((one) => one.name === name)
    const port = task.Status.PortStatus?.Ports?.[0]?.PublishedPort
    return task.Status.State === 'running' && host && port ? [{ host: host.name, url: `http://${host.ipv4}:${port}/` }] : []
  })
}

/** Asks the running tasks one after another from a machine outside until stopped. */
function startRequests(lab: Lab, manager: LabHost) {
  let stopping = false
  let sent = 0
  let failed = 0
  const versions = new Map<string, number>()
  let known: Endpoint[] = []
  const follow = async (): Promise<void> => {
    while (!stopping) known = await endpoints(lab, manager)
  }
  const ask = async (): Promise<void> => {
    known = await endpoints(lab, manager)
    while (!stopping) {
      const endpoint = known[sent % Math.max(1, known.length)]
      if (!endpoint) continue
      sent++
      try {
        const { body } = await lab.outside.http(endpoint.url)
        const version = /^version (\S+)/.exec(body)?.[1] ?? '?'
        versions.set(version, (versions.get(version) ?? 0) + 1)
      } catch {
        failed++
      }
    }
  }
  const work = Promise.all([follow(), ask()])
  return async () => {
    stopping = true
    await work
    return { sent, failed, versions }
  }
}

async function up(): Promise<void> {
  const running = current()
  if (running !== undefined) throw new Error(`the demo is up already (${running}); take it down with: npm run demo -- down`)

  step('Three hosts on this machine, each a network namespace with a skepd of its own')
  const lab = await Lab.create({ hosts: 3, keep: true })
  try {
    mkdirSync(dirname(stateFile), { recursive: true })
    writeFileSync(stateFile, JSON.stringify({ lab: lab.name, sockets: Object.fromEntries(lab.hosts.map((host) => [host.name, host.socketPath])) }))
    await Promise.all(lab.hosts.map((host) => host.startDaemon()))
    for (const host of lab.hosts) console.log(`${host.name}  ${host.ipv4}  unix://${host.socketPath}`)
    const [h1, h2, h3] = [lab.host(1), lab.host(2), lab.host(3)]

    step('A swarm: one command on the first host, one on each other')
    await run(h1, 'swarm', 'init')
    const address = `${h1.ipv4}:2377`
    // Three managers: any one of the hosts may fail.
    const token = await h1.skep('swarm', 'join-token', '-q', 'manager')
    await run(h2, 'swarm', 'join', '--token', token, address)
    await run(h3, 'swarm', 'join', '--token', token, address)
    await eventually('all hosts are ready', async () => (await h1.skep('node', 'ls', '--format', '{{.Status}}')).split('\n').every((status) => status === 'Ready'))
    await run(h1, 'node', 'ls')

    step('Two versions of a web server, packed from files at hand and loaded on each host')
    const archive = join(lab.folder, 'web.tar')
    writeFileSync(archive, await busyboxArchive([webImage('web:1', '1'), webImage('web:2', '2')]))
    for (const host of lab.hosts) await run(host, 'load', '-q', '-i', archive)

    step(`A service with ${replicas} replicas`)
    await run(
      h1, 'service', 'create', '-d', '--name', 'web', '--replicas', String(replicas), '--publish', 'mode=host,target=80',
      '--env', 'DRAIN_SECONDS=2', '--update-order', 'start-first', '--update-parallelism', '2', '--update-monitor', '1s', 'web:1',
    )
    await eventually('all replicas run', async () => (await endpoints(lab, h1)).length === replicas)
    await run(h1, 'service', 'ps', 'web')

    step('Every published port, asked from outside')
    for (const { host, url } of await endpoints(lab, h1)) console.log(`${host}  ${url}  ${(await lab.outside.http(url)).body.trim()}`)

    step('A rolling update to version two while requests flow')
    const stop = startRequests(lab, h1)
    await run(h1, 'service', 'update', '-d', '--image', 'web:2', 'web')
    await eventually(
      'the update is complete',
      async () => (await h1.skep('service', 'inspect', '--format', '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}', 'web')) === 'completed',
      { timeoutMs: 120_000 },
    )
    const { sent, failed, versions } = await stop()
    await run(h1, 'service', 'ps', 'web')
    const answers = [...versions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([version, count]) => `version ${version}: ${count}`)
    console.log(bold(`\n${sent} requests during the update, ${failed} failed (${answers.join(', ')})`))

    step('Look around')
    console.log(`  eval "$(npm run -s demo -- env h1)"     # points skep and docker at the first host; h2 and h3 likewise
  dist/skep node ls
  dist/skep service ps web
  dist/skep service scale web=9
  dist/skep service logs web
  docker service ls                         # the real docker client works against the same socket

Take it down with:  npm run demo -- down`)
    // The daemons live on; this process has no more to do with them.
    process.exit(0)
  } catch (thrown) {
    await Lab.remove(lab.name)
    rmSync(stateFile, { force: true })
    throw thrown
  }
}

function state(): { lab: string; sockets: Record<string, string> } | undefined {
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8')) as { lab: string; sockets: Record<string, string> }
  } catch {
    return undefined
  }
}

/** The name of the demo's lab when it is there. */
function current(): string | undefined {
  const known = state()
  return known && Lab.names().includes(known.lab) ? known.lab : undefined
}

async function down(): Promise<void> {
  const name = current()
  if (name === undefined) {
    console.log('the demo is not up')
    return
  }
  await Lab.remove(name)
  rmSync(stateFile, { force: true })
  console.log('the demo is taken down: hosts, containers and files are gone')
}

function env(host = 'h1'): void {
  const socket = current() === undefined ? undefined : state()?.sockets[host]
  if (socket === undefined) throw new Error(`no host ${host}: start the demo with "npm run demo" (its hosts are h1, h2 and h3)`)
  console.log(`export DOCKER_HOST=unix://${socket}`)
}

const commands: Record<string, (argument?: string) => Promise<void> | void> = { up, down, env }
try {
  await commands[process.argv[2] ?? 'up']?.(process.argv[3])
} catch (thrown) {
  console.error(`demo: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  process.exit(1)
}
