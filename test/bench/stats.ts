import { spawn } from 'node:child_process'
import { environment } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { paired, repetitions, type Bench, type BenchContext } from './bench.js'
import { cpuMs, getJson, timedDocker, type MeasuredEngine } from './measured-engine.js'
import type { Figure } from './report.js'
import { rounded } from './statistics.js'

const usualContainers = 200
const startedAtOnce = 20
const measuredMs = 20_000
const settleMs = 5_000

/** What the daemon uses of one CPU while `docker stats` watches many containers, and without. */
export const benchStats: Bench = async (context) => {
  const measured = new Map<string, ReadonlyMap<string, number>>()
  for (const engine of context.engines) measured.set(engine.name, await measure(context, engine))
  return [...(measured.get('skep')?.keys() ?? [])].map((subject): Figure => {
    const values = new Map([...measured].map(([name, one]) => [name, rounded(one.get(subject) ?? Number.NaN)]))
    return { bench: 'stats', subject, figure: 'of one CPU', unit: '%', ...paired(values) }
  })
}

async function measure(context: BenchContext, engine: MeasuredEngine): Promise<ReadonlyMap<string, number>> {
  const count = repetitions(context, usualContainers, 5)
  const values = new Map<string, number>()
  await engine.start()
  context.say(`stats: ${engine.name} starts ${count} containers`)
  for (let from = 0; from < count; from += startedAtOnce) {
    const names = Array.from({ length: Math.min(startedAtOnce, count - from) }, (_, index) => `stats${from + index}`)
    await Promise.all(names.map((name) => timedDocker(engine, ['run', '-d', '--name', name, '--network', 'none', 'busybox', 'sleep', '86400'])))
  }
  await wait(settleMs)
  context.say(`stats: ${engine.name}, nobody watches`)
  values.set(`${count} containers, nobody watches`, await cpuPercent(engine))
  context.say(`stats: ${engine.name}, docker stats of all`)
  let screens = 0
  const client = spawn('docker', ['-H', `unix://${engine.host.socketPath}`, 'stats', '--format', '{{.Name}} {{.MemUsage}}'], { env: environment(engine.host.folder), stdio: ['ignore', 'pipe', 'ignore'] })
  client.stdout.setEncoding('utf8').on('data', (text: string) => (screens += text.split('stats0 ').length - 1))
  try {
    await eventually('figures come', () => screens > 3, { timeoutMs: 60_000 })
    values.set(`docker stats of ${count} containers`, await cpuPercent(engine))
  } finally {
    client.kill()
  }
  const ids = (await getJson<{ Id: string }[]>(engine, '/containers/json?all=true')).map(({ Id }) => Id)
  for (let from = 0; from < ids.length; from += startedAtOnce) await timedDocker(engine, ['rm', '-f', ...ids.slice(from, from + startedAtOnce)])
  await engine.stop()
  return values
}

async function cpuPercent(engine: MeasuredEngine): Promise<number> {
  const startMs = performance.now()
  const before = cpuMs(engine.daemonPids())
  await wait(measuredMs)
  return ((cpuMs(engine.daemonPids()) - before) / (performance.now() - startMs)) * 100
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
