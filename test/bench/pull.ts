import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../support/eventually.js'
import { registryProgram } from '../support/registry-process.js'
import { paired, repetitions, type Bench, type BenchContext } from './bench.js'
import { layeredImage, uploadImage } from './layered-image.js'
import { beginPeak, peakMemory, timedDocker, type LoopStall, type MeasuredEngine } from './measured-engine.js'
import type { Figure } from './report.js'
import { rounded, summarise } from './statistics.js'

const layers = 20
const usualBytes = 300e6
const usualRounds = 3
const port = 5000
const image = `127.0.0.1:${port}/bench/layers:1`

interface Measured {
  tookMs: number[]
  peakMb: number[]
  /** Where the engine has an event loop, one for each pull. */
  stalls: LoopStall[]
}

/** `docker pull` of an image of 20 layers from a registry on loopback, the engines taking turns. */
export const benchPull: Bench = async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'skep-bench-registry-'))
  try {
    await fillRegistry(context, folder)
    const measured = new Map<string, Measured>()
    const rounds = repetitions(context, usualRounds)
    for (let round = 0; round <= rounds; round++) {
      for (const engine of context.engines) {
        context.say(`pull: ${engine.name}, ${round === 0 ? 'to warm up' : `round ${round} of ${rounds}`}`)
        const one = await measure(engine, folder)
        const all = measured.get(engine.name)
        if (round === 0 || !all) measured.set(engine.name, { tookMs: [], peakMb: [], stalls: [] })
        else measured.set(engine.name, { tookMs: [...all.tookMs, ...one.tookMs], peakMb: [...all.peakMb, ...one.peakMb], stalls: [...all.stalls, ...one.stalls] })
      }
    }
    const subject = `pull of 300 MB in ${layers} layers`
    const figure = (name: string, unit: Figure['unit'], of: (one: Measured) => number | undefined): Figure => {
      const values = [...measured].flatMap(([engine, one]): [string, number][] => {
        const value = of(one)
        return value === undefined ? [] : [[engine, rounded(value)]]
      })
      return { bench: 'pull', subject, figure: name, unit, ...paired(new Map(values)) }
    }
    const longest = (stalls: readonly LoopStall[]): LoopStall | undefined => stalls.reduce<LoopStall | undefined>((one, other) => (one && one.wallMs > other.wallMs ? one : other), undefined)
    const largest = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : Math.max(...values))
    return [
      figure('median', 'ms', ({ tookMs }) => summarise(tookMs).median),
      figure('peak memory', 'MB', ({ peakMb }) => largest(peakMb)),
      figure('longest stall of the event loop', 'ms', ({ stalls }) => longest(stalls)?.wallMs),
      figure('CPU time within that stall', 'ms', ({ stalls }) => longest(stalls)?.wallRanMs),
      figure('longest stall, without waiting for a CPU', 'ms', ({ stalls }) => largest(stalls.map(({ ownMs }) => ownMs))),
      figure('longest run of the event loop', 'ms', ({ stalls }) => largest(stalls.map(({ ranMs }) => ranMs))),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(engine: MeasuredEngine, folder: string): Promise<Measured> {
  await engine.start()
  const registry = engine.host.spawn(registryProgram ?? '', ['serve', configFile(folder, port)], { stdio: 'ignore', cwd: engine.host.folder })
  try {
    const answers = (): Promise<boolean> => engine.host.http(`http://127.0.0.1:${port}/v2/`).then(({ status }) => status === 200, () => false)
    await eventually('the registry answers', answers)
    await engine.loopStall?.()
    beginPeak(engine.daemonPids())
    const { tookMs } = await timedDocker(engine, ['pull', image])
    const peakMb = peakMemory(engine.daemonPids())
    const stall = await engine.loopStall?.()
    await timedDocker(engine, ['rmi', image])
    return { tookMs: [tookMs], peakMb: [peakMb], stalls: stall ? [stall] : [] }
  } finally {
    await ended(registry)
    await engine.stop()
  }
}

async function fillRegistry({ say, engines }: BenchContext, folder: string): Promise<void> {
  const [first] = engines
  if (!first || registryProgram === undefined) throw new Error('docker-registry is missing: run scripts/setup.sh --bench')
  say(`pull: an image of ${layers} layers is made`)
  const made = await layeredImage(layers, usualBytes)
  say(`pull: ${made.files} files, ${Math.round(made.layers.reduce((sum, { data }) => sum + data.length, 0) / 1e6)} MB packed`)
  // Outside of the lab: only this process's own requests come here.
  const child = spawn(registryProgram, ['serve', configFile(folder, port + 1)], { stdio: 'ignore' })
  try {
    const origin = `http://127.0.0.1:${port + 1}`
    await eventually('the registry answers', () => fetch(`${origin}/v2/`).then(({ ok }) => ok, () => false))
    await uploadImage(origin, 'bench/layers:1', made)
  } finally {
    await ended(child)
  }
}

/** All registries of a bench serve the same folder. Gives the file's path. */
function configFile(folder: string, port: number): string {
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: `127.0.0.1:${port}`, secret: 'of a bench' },
  }
  const path = join(folder, `${port}.yml`)
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(config))
  return path
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  if (child.kill('SIGKILL')) await exit
}
