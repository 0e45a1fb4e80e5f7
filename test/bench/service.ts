import { eventually } from '../support/eventually.js'
import { paired, repetitions, type Bench } from './bench.js'
import { getJson, timedDocker, type MeasuredEngine } from './measured-engine.js'
import type { Figure } from './report.js'
import { summarise } from './statistics.js'

const replicas = 50
const usualRounds = 3
const everyMs = 40
const roundMsMax = 180_000

/** A service on a swarm of one node: from 0 replicas to all running, and back to no container. */
export const benchService: Bench = async (context) => {
  const upMs = new Map<string, number[]>()
  const downMs = new Map<string, number[]>()
  for (const engine of context.engines) {
    await engine.start()
    await timedDocker(engine, ['swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1:2377'])
    // Killed at once: `sleep` as the first process ignores the stop signal, and the wait would be measured.
    // By its id, and without resolving: a name would be looked up in a registry for every task.
    const { stdout: image } = await timedDocker(engine, ['image', 'inspect', '--format', '{{.Id}}', 'busybox'])
    const settings = ['--name', 'bench', '--replicas', '0', '--stop-signal', 'SIGKILL', '--no-resolve-image']
    await timedDocker(engine, ['service', 'create', '-d', ...settings, image, 'sleep', '86400'])
    upMs.set(engine.name, [])
    downMs.set(engine.name, [])
  }
  const rounds = repetitions(context, usualRounds)
  for (let round = 1; round <= rounds; round++) {
    for (const engine of context.engines) {
      context.say(`service: round ${round} of ${rounds}, ${engine.name}`)
      upMs.get(engine.name)?.push(await scaled(engine, replicas, async () => (await runningTasks(engine)) === replicas))
      downMs.get(engine.name)?.push(await scaled(engine, 0, async () => (await containers(engine)) === 0))
    }
  }
  for (const engine of context.engines) {
    await timedDocker(engine, ['swarm', 'leave', '--force'])
    await engine.stop()
  }
  return [
    figure(`0 to ${replicas} replicas, until all run`, upMs),
    figure(`${replicas} to 0 replicas, until no container is left`, downMs),
  ]
}

/** Milliseconds from the request to the condition. */
async function scaled(engine: MeasuredEngine, count: number, reached: () => Promise<boolean>): Promise<number> {
  const startMs = performance.now()
  await timedDocker(engine, ['service', 'scale', '-d', `bench=${count}`])
  await eventually(`${engine.name}: ${count} replicas`, reached, { timeoutMs: roundMsMax, everyMs })
  return performance.now() - startMs
}

async function runningTasks(engine: MeasuredEngine): Promise<number> {
  const services = await getJson<{ ServiceStatus?: { RunningTasks: number } }[]>(engine, '/v1.41/services?status=true')
  return services[0]?.ServiceStatus?.RunningTasks ?? 0
}

async function containers(engine: MeasuredEngine): Promise<number> {
  return (await getJson<unknown[]>(engine, '/v1.41/containers/json?all=true')).length
}

function figure(subject: string, tookMs: ReadonlyMap<string, number[]>): Figure {
  const medians = new Map([...tookMs].map(([name, values]) => [name, summarise(values).median]))
  return { bench: 'service', subject, figure: 'median', unit: 'ms', ...paired(medians) }
}
