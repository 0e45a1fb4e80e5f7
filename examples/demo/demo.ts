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

/** How wide the terminal is; wide enough for every table where there is none. */
const columns = process.stdout.isTTY ? process.stdout.columns : Infinity

/** A command as one would type it, with its lines continued where the terminal ends. */
function typed(prompt: string, words: readonly string[]): string {
  // An option stays together with its value.
  const units = words.join('\0').replace(/(?<=(?:^|\0)--[\w-]+)\0(?!-)/g, ' ').split('\0')
  const lines: string[] = [prompt]
  for (const unit of units) {
    const line = lines.at(-1) ?? ''
    const fits = line.length + unit.length + ' \\'.length < columns || unit.length > columns
    if (fits) lines[lines.length - 1] = `${line} ${unit}`
    else lines.push(`    ${unit}`)
  }
  return lines.join(' \\\n').replace(prompt, bold(prompt))
}

/** Runs a skep command on a host and shows both. */
async function run(host: LabHost, ...args: string[]): Promise<string> {
  const words = args.map((arg) => (/[^\w.,:=/-]/.test(arg) ? `'${arg}'` : arg))
  console.log(typed(`${host.name}#`, ['skep', ...words]))
  const output = await host.skep(...args)
  if (output !== '') console.log(output)
  return output
}

/** The option for a listing with these columns alone, where the terminal has no room for the usual ones. */
const listing = (...fields: string[]): string[] => (columns < 110 ? ['--format', `table ${fields.map((field) => `{{.${field}}}`).join('\\t')}`] : [])
const nodeListing = listing('Hostname', 'Status', 'Availability', 'ManagerStatus')
const taskListing = listing('Name', 'Image', 'Node', 'CurrentState')

/** How many of the service's tasks run, by the API of a manager. */
async function runningTasks(manager: LabHost): Promise<number> {
  const filters = encodeURIComponent(JSON.stringify({ service: ['web'], 'desired-state': ['running'] }))
  const tasks = JSON.parse((await manager.api('GET', `/v1.51/tasks?filters=${filters}`)).body) as { Status: { State: string } }[]
  return tasks.filter((task) => task.Status.State === 'running').length
}

/** The host that runs the client, and its container. */
async function clientContainer(lab: Lab): Promise<{ host: LabHost; id: string }> {
  return eventually('the client runs', async () => {
    for (const host of lab.hosts) {
      const id = await host.skep('ps', '-q', '-f', 'name=client.1')
      if (id !== '') return { host, id }
    }
    return undefined
  })
}

/** How requests ended, by what answered. */
class Counts {
  failed = 0
  private readonly versions = new Map<string, number>()

  add(answer: string): void {
    const version = /^version (\S+)/.exec(answer)?.[1]
    if (version === undefined) this.failed++
    else this.versions.set(version, (this.versions.get(version) ?? 0) + 1)
  }

  toString(): string {
    const answers = [...this.versions].sort(([a], [b]) => (a < b ? -1 : 1))
    const sent = answers.reduce((sum, [, count]) => sum + count, this.failed)
    return `${sent} requests, ${this.failed} failed (${answers.map(([version, count]) => `version ${version}: ${count}`).join(', ')})`
  }
}

/** Asks the published port of one host after another from a machine outside. Ends when it is called. */
function askFromOutside(lab: Lab): () => Promise<Counts> {
  const counts = new Counts()
  let stopping = false
  const work = (async () => {
    for (let n = 0; !stopping; n++) {
      const host = lab.hosts[n % lab.hosts.length]
      const answer = await lab.outside.http(urlOf(host as LabHost)).catch(() => undefined)
      counts.add(answer?.body ?? '')
    }
  })()
  return async () => {
    stopping = true
    await work
    return counts
  }
}

/** Asks the service by its name from a container. Ends when it is called. */
function askFromInside({ host, id }: { host: LabHost; id: string }): () => Promise<Counts> {
  const loop = 'rm -f /tmp/stop; while [ ! -e /tmp/stop ]; do wget -q -O - http://web/ 2>/dev/null || echo failed; done'
  const work = host.skep('exec', id, 'sh', '-c', loop)
  work.catch(() => undefined)
  return async () => {
    await host.skep('exec', id, 'touch', '/tmp/stop')
    const counts = new Counts()
    for (const line of (await work).split('\n')) if (line !== '') counts.add(line)
    return counts
  }
}

const urlOf = (host: LabHost): string => `http://${host.ipv4}:8080/`

async function up(): Promise<void> {
  // What a demo left that was killed half-way; below, what a restart of the machine ended.
  await Lab.sweep()
  const before = current()
  if (before !== undefined) {
    if (Lab.runs(before)) throw new Error(`the demo is up already (${before}); take it down with: npm run demo -- down`)
    await Lab.remove(before)
  }

  step('Three hosts on this machine, each a network namespace with a skepd of its own')
  const lab = await Lab.create({ hosts: 3 })
  const sockets = Object.fromEntries(lab.hosts.map((host) => [host.name, host.socketPath]))
  const interrupted = takeDownAtSignals(lab)
  try {
    mkdirSync(dirname(stateFile), { recursive: true })
    writeFileSync(stateFile, JSON.stringify({ lab: lab.name, sockets }))
    await Promise.all(lab.hosts.map((host) => host.startDaemon()))
    for (const host of lab.hosts) console.log(`${host.name}  ${host.ipv4}  unix://${host.socketPath}`)
    const [h1, h2, h3] = [lab.host(1), lab.host(2), lab.host(3)]

    step('A swarm: one command on the first host, one on each other')
    await run(h1, 'swarm', 'init')
    const address = `${h1.ipv4}:2377`
    const token = await h1.skep('swarm', 'join-token', '-q', 'manager')
    await run(h2, 'swarm', 'join', '--token', token, address)
    await run(h3, 'swarm', 'join', '--token', token, address)
    await eventually('all hosts are ready', async () => (await h1.skep('node', 'ls', '--format', '{{.Status}}')).split('\n').every((status) => status === 'Ready'))
    console.log('All three are managers: the swarm goes on when any one of them fails.')
    await run(h1, 'node', 'ls', ...nodeListing)

    step('Two versions of a web server, packed from files at hand, on each host')
    const archive = join(lab.folder, 'web.tar')
    writeFileSync(archive, await busyboxArchive([webImage('web:1', '1'), webImage('web:2', '2')]))
    for (const host of lab.hosts) await run(host, 'load', '-q', '-i', archive)

    step(`A network over the hosts, a service on it with ${replicas} replicas, and a client`)
    await run(h1, 'network', 'create', '-d', 'overlay', 'front')
    await run(
      h1, 'service', 'create', '-d', '--name', 'web', '--replicas', String(replicas), '--network', 'front', '--publish', '8080:80',
      '--health-cmd', 'wget -q -O /dev/null http://127.0.0.1/', '--health-interval', '200ms',
      '--update-order', 'start-first', '--update-parallelism', '2', '--update-monitor', '1s', 'web:1',
    )
    await run(h1, 'service', 'create', '-d', '--name', 'client', '--network', 'front', 'web:1', 'sleep', '1000000')
    await eventually('all replicas run', async () => (await runningTasks(h1)) === replicas, { timeoutMs: 60_000 })
    await run(h1, 'service', 'ps', ...taskListing, 'web')

    step('The published port answers on every host, whichever runs a task')
    for (const host of lab.hosts) console.log(`${host.name}  ${urlOf(host)}  ${(await lab.outside.http(urlOf(host))).body.trim()}`)

    step('Containers on the network find the service by its name, at one address')
    const client = await clientContainer(lab)
    await run(client.host, 'exec', client.id, 'nslookup', '-type=a', 'web')
    for (let i = 0; i < 2; i++) await run(client.host, 'exec', client.id, 'wget', '-q', '-O', '-', 'http://web/')

    step('A rolling update to version two while requests flow')
    const [outside, inside] = [askFromOutside(lab), askFromInside(client)]
    await run(h1, 'service', 'update', '-d', '--image', 'web:2', 'web')
    await eventually(
      'the update is complete',
      async () => (await h1.skep('service', 'inspect', '--format', '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}', 'web')) === 'completed',
      { timeoutMs: 120_000 },
    )
    const [byPort, byName] = await Promise.all([outside(), inside()])
    await run(h1, 'service', 'ps', ...taskListing, 'web')
    console.log(`\nDuring the update, from outside by the published port of every host:\n  ${bold(String(byPort))}`)
    console.log(`During the update, from a container by the name of the service:\n  ${bold(String(byName))}`)

    step('Look around')
    console.log(`  eval "$(npm run -s demo -- env h1)"  # look from h1, or from h2 or h3
  dist/skep node ls
  dist/skep service scale web=9
  dist/skep service logs web
  dist/skep network trace web
  docker service ls                    # the real docker client works as well
  nsenter --net=${lab.outside.netns} curl ${urlOf(h1)}

Take it down with:  npm run demo -- down`)
    lab.keep()
    // The daemons live on; this process has no more to do with them.
    process.exit(0)
  } catch (thrown) {
    // What was under way fails when its host goes.
    if (interrupted()) return
    await Lab.remove(lab.name)
    rmSync(stateFile, { force: true })
    throw thrown
  }
}

/** Takes the lab down when a signal ends the demo half-way. Gives whether one did. */
function takeDownAtSignals(lab: Lab): () => boolean {
  let ended = false
  for (const [name, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) {
    process.on(name, () => {
      if (ended) return
      ended = true
      console.error(`\ndemo: ended by ${name}, taking it down`)
      void Lab.remove(lab.name).then(
        () => {
          rmSync(stateFile, { force: true })
          process.exit(code)
        },
        (thrown: unknown) => {
          console.error(`demo: ${String(thrown)}\nTry again with: npm run demo -- down`)
          process.exit(1)
        },
      )
    })
  }
  return () => ended
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
  if (current() === undefined) throw new Error('the demo is not up; start it with: npm run demo')
  const socket = state()?.sockets[host]
  if (socket === undefined) throw new Error(`no host ${host}: the hosts of the demo are h1, h2 and h3`)
  console.log(`export DOCKER_HOST=unix://${socket}`)
}

const commands: Record<string, (argument?: string) => Promise<void> | void> = { up, down, env }
try {
  await commands[process.argv[2] ?? 'up']?.(process.argv[3])
} catch (thrown) {
  console.error(`demo: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  process.exit(1)
}
