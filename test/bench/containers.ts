import { must } from '../../src/base/assert.js'
import { paired, repetitions, type Bench } from './bench.js'
import { LeanClient, type LeanAnswer } from './lean-client.js'
import { timedDocker, type MeasuredEngine } from './measured-engine.js'
import type { Figure } from './report.js'
import { rounded, summarise } from './statistics.js'

const usualRuns = 30
const usualAtOnce = 100

/** What is done to one container, in this order; the first is what any request takes: the client's time and the way there and back. */
const steps = ['ping', 'create', 'start', 'exec', 'stop', 'rm'] as const
type Step = (typeof steps)[number]

/**
 * The steps of a container's life one by one, as requests to the API on a connection that is kept, the engines taking
 * turns; `exec` by the docker client too; then many containers at once.
 */
export const benchContainers: Bench = async (context) => {
  for (const engine of context.engines) await engine.start()
  const runs = repetitions(context, usualRuns, 5)
  context.say(`containers: ${runs} times ${steps.join(', ')}`)
  const took = new Map<string, Map<string, number[]>>()
  const clients = new Map(context.engines.map((engine) => [engine, new LeanClient(engine.host.socketPath)]))
  const note = (what: string, engine: MeasuredEngine, ms: number): void => {
    const perEngine = took.get(what) ?? new Map<string, number[]>()
    took.set(what, perEngine.set(engine.name, [...(perEngine.get(engine.name) ?? []), ms]))
  }
  for (let n = -2; n < runs; n++) {
    for (const engine of context.engines) {
      const times = await lifeOf(engine, must(clients.get(engine), 'every engine has a client'), `life-${n + 2}`)
      if (n >= 0) for (const step of steps) note(`${step}, by the API`, engine, times[step])
    }
  }
  for (const client of clients.values()) client[Symbol.dispose]()
  for (const engine of context.engines) await engine.host.docker('run', '-d', '--name', 'executes', '--network', 'none', '--stop-signal', 'KILL', 'busybox', 'sleep', '3600')
  for (let n = -2; n < runs; n++) {
    for (const engine of context.engines) {
      const { tookMs } = await timedDocker(engine, ['exec', 'executes', 'true'])
      if (n >= 0) note('docker exec true', engine, tookMs)
    }
  }
  for (const engine of context.engines) await engine.host.docker('rm', '-f', 'executes')
  const figures: Figure[] = []
  for (const [subject, perEngine] of took) {
    const samples = [...perEngine].map(([name, values]) => [name, summarise(values)] as const)
    for (const figure of ['median', 'p95'] as const) {
      figures.push({ bench: 'containers', subject, figure, unit: 'ms', ...paired(new Map(samples.map(([name, sample]) => [name, sample[figure]]))) })
    }
  }
  const atOnce = repetitions(context, usualAtOnce, 10)
  context.say(`containers: ${atOnce} at once`)
  const started = new Map<string, number>()
  const removed = new Map<string, number>()
  for (const engine of context.engines) {
    const times = await manyAtOnce(engine, atOnce)
    started.set(engine.name, rounded(times.startedMs))
    removed.set(engine.name, rounded(times.removedMs))
  }
  figures.push({ bench: 'containers', subject: `${atOnce} created and started at once, on the bridge`, figure: 'all', unit: 'ms', ...paired(started) })
  figures.push({ bench: 'containers', subject: `${atOnce} removed at once by force`, figure: 'all', unit: 'ms', ...paired(removed) })
  for (const engine of context.engines) await engine.stop()
  return figures
}

async function lifeOf(engine: MeasuredEngine, client: LeanClient, name: string): Promise<Record<Step, number>> {
  const took: Partial<Record<Step, number>> = {}
  const timed = async <T>(step: Step, method: string, path: string, body?: unknown): Promise<T> => {
    await client.ready()
    const startMs = performance.now()
    const answer = await client.request(method, path, body)
    took[step] = (took[step] ?? 0) + performance.now() - startMs
    return checked(engine, `${method} ${path}`, answer)
  }
  await timed('ping', 'GET', '/_ping')
  const { Id: id } = await timed<{ Id: string }>('create', 'POST', `/containers/create?name=${name}`, containerOn('none'))
  await timed('start', 'POST', `/containers/${id}/start`)
  const exec = await timed<{ Id: string }>('exec', 'POST', `/containers/${id}/exec`, { Cmd: ['true'], AttachStdout: true })
  await timed('exec', 'POST', `/exec/${exec.Id}/start`, { Detach: false })
  await timed('stop', 'POST', `/containers/${id}/stop`)
  await timed('rm', 'DELETE', `/containers/${id}`)
  return took as Record<Step, number>
}

/** All must run: one that does not fails the bench. */
async function manyAtOnce(engine: MeasuredEngine, count: number): Promise<{ startedMs: number; removedMs: number }> {
  const beginMs = performance.now()
  const ids = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const id = await create(engine, `many-${n}`, 'bridge')
      await request(engine, 'POST', `/containers/${id}/start`)
      return id
    }),
  )
  const startedMs = performance.now() - beginMs
  const running = await request<unknown[]>(engine, 'GET', `/containers/json?filters=${encodeURIComponent('{"status":["running"]}')}`)
  if (running.length !== count) throw new Error(`${engine.name}: ${running.length} of ${count} containers run`)
  const removeMs = performance.now()
  await Promise.all(ids.map((id) => request(engine, 'DELETE', `/containers/${id}?force=1`)))
  return { startedMs, removedMs: performance.now() - removeMs }
}

async function create(engine: MeasuredEngine, name: string, network: string): Promise<string> {
  return (await request<{ Id: string }>(engine, 'POST', `/containers/create?name=${name}`, containerOn(network))).Id
}

const containerOn = (network: string) => ({ Image: 'busybox', Cmd: ['sleep', '3600'], StopSignal: 'SIGKILL', HostConfig: { NetworkMode: network } })

async function request<T>(engine: MeasuredEngine, method: string, path: string, body?: unknown): Promise<T> {
  return checked(engine, `${method} ${path}`, await engine.host.api(method, path, body))
}

function checked<T>(engine: MeasuredEngine, what: string, { status, body }: LeanAnswer): T {
  if (status >= 300 && status !== 304) throw new Error(`${engine.name}: ${what}: ${status} ${body}`)
  return (body.startsWith('{') || body.startsWith('[') ? JSON.parse(body) : undefined) as T
}
