import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { environment } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { paired, repetitions, type Bench, type BenchContext } from './bench.js'
import { beginPeak, cpuMs, getJson, peakMemory, timedDocker, type MeasuredEngine } from './measured-engine.js'
import type { Figure } from './report.js'
import { rounded, summarise } from './statistics.js'

const usualBytes = 1e9
const lineBytes = 100
const usualReads = 3
const floodMs = 10_000
const floodLimit = '10m'
const floodFiles = 3

type Values = Map<string, number>

/** `docker logs` of a large log: how fast it comes and what it costs the daemon; a look at its end; a container that floods its log. */
export const benchLogs: Bench = async (context) => {
  const measured = new Map<string, Values>()
  for (const engine of context.engines) measured.set(engine.name, await measure(context, engine))
  const names = [...(measured.get('skep')?.keys() ?? [])]
  return names.map((name): Figure => {
    const [subject = '', figure = '', unit = ''] = name.split('|')
    const values = new Map([...measured].flatMap(([engine, one]): [string, number][] => (one.has(name) ? [[engine, rounded(one.get(name) as number)]] : [])))
    return { bench: 'logs', subject, figure, unit: unit as Figure['unit'], ...paired(values) }
  })
}

async function measure(context: BenchContext, engine: MeasuredEngine): Promise<Values> {
  const values: Values = new Map()
  const bytes = repetitions(context, usualBytes / lineBytes, 1000) * lineBytes
  const subject = `logs of ${Math.round(bytes / 1e6)} MB`
  await engine.start()
  context.say(`logs: ${engine.name} writes ${Math.round(bytes / 1e6)} MB`)
  const program = `yes '${'x'.repeat(lineBytes - 1)}' | head -c ${bytes}`
  await timedDocker(engine, ['run', '-d', '--name', 'large', '--network', 'none', 'busybox', 'sh', '-c', program])
  await timedDocker(engine, ['wait', 'large'])
  const ways: readonly [string, string, string[]][] = [
    ['by curl', 'curl', ['-sS', '-o', '/dev/null', '--unix-socket', engine.host.socketPath, 'http://d/v1.41/containers/large/logs?stdout=1&stderr=1']],
    ['by docker logs', 'docker', ['-H', `unix://${engine.host.socketPath}`, 'logs', 'large']],
  ]
  for (const [way, command, args] of ways) {
    context.say(`logs: ${engine.name}, read ${way}`)
    await engine.loopStall?.()
    beginPeak(engine.daemonPids())
    const took: number[] = []
    const cpuBeforeMs = cpuMs(engine.daemonPids())
    for (let n = 0; n < repetitions(context, usualReads); n++) took.push(await timed(engine, command, args))
    values.set(`${subject}, ${way}|median|MB/s`, bytes / 1e3 / summarise(took).median)
    values.set(`${subject}, ${way}|CPU of the daemon, per GB|ms`, (cpuMs(engine.daemonPids()) - cpuBeforeMs) / took.length / (bytes / 1e9))
    values.set(`${subject}, ${way}|peak memory|MB`, peakMemory(engine.daemonPids()))
    const stall = await engine.loopStall?.()
    if (stall) values.set(`${subject}, ${way}|event loop, longest|ms`, stall.ownMs)
  }
  const tails: number[] = []
  for (let n = 0; n < repetitions(context, usualReads); n++) tails.push(await timed(engine, 'docker', ['-H', `unix://${engine.host.socketPath}`, 'logs', '--tail', '10', 'large']))
  values.set(`logs --tail 10 of ${Math.round(bytes / 1e6)} MB|median|ms`, summarise(tails).median)
  await timedDocker(engine, ['rm', '-f', 'large'])

  context.say(`logs: ${engine.name}, a container floods its log`)
  await engine.loopStall?.()
  beginPeak(engine.daemonPids())
  const limits = ['--log-opt', `max-size=${floodLimit}`, '--log-opt', `max-file=${floodFiles}`, '--cpus', '1', '--memory', '64m']
  await timedDocker(engine, ['run', '-d', '--name', 'flood', '--network', 'none', ...limits, 'busybox', 'yes'])
  const { LogPath } = await getJson<{ LogPath: string }>(engine, '/containers/flood/json')
  let mostBytes = 0
  const untilMs = performance.now() + floodMs * Math.min(1, context.scale)
  await eventually('the flood went on for a while', () => {
    mostBytes = Math.max(mostBytes, bytesIn(join(LogPath, '..')))
    return performance.now() > untilMs
  })
  values.set(`yes for ${floodMs / 1000} s, ${floodFiles} files of ${floodLimit}|largest on disk|MB`, mostBytes / 1e6)
  values.set(`yes for ${floodMs / 1000} s, ${floodFiles} files of ${floodLimit}|peak memory|MB`, peakMemory(engine.daemonPids()))
  const stall = await engine.loopStall?.()
  if (stall) values.set(`yes for ${floodMs / 1000} s, ${floodFiles} files of ${floodLimit}|event loop, longest|ms`, stall.ownMs)
  await timedDocker(engine, ['rm', '-f', 'flood'])
  await engine.stop()
  return values
}

/** How long a program took whose output goes nowhere, in milliseconds. */
function timed(engine: MeasuredEngine, command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now()
    const child = spawn(command, args, { env: environment(engine.host.folder), stdio: 'ignore' })
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(performance.now() - startMs) : reject(new Error(`${command} ${args.join(' ')}: exit code ${String(code)}`))))
  })
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0)
}
