import { eventually } from '../support/eventually.js'
import { paired, type Bench, type BenchContext } from './bench.js'
import { getJson, memoryOf, supervisorPids, timedDocker, type Memory, type MeasuredEngine } from './measured-engine.js'
import type { Figure } from './report.js'
import { rounded } from './statistics.js'

const fewContainers = 20
const manyContainers = 50
const kinds = ['residentMb', 'proportionalMb', 'anonymousMb'] as const
/** Collectors of garbage and caches come to rest in this time. */
const settleMs = 5_000

/** What the daemon's processes hold: idle, as the manager of a swarm, and more with each container. */
export const benchMemory: Bench = async (context) => {
  const measured = new Map<string, Map<string, Memory>>()
  for (const engine of context.engines) measured.set(engine.name, await measure(context, engine))
  const subjects = [...(measured.get('skep')?.keys() ?? [])]
  return subjects.flatMap((subject) =>
    kinds.map((kind): Figure => {
      const values = new Map([...measured].map(([name, memories]) => [name, rounded(memories.get(subject)?.[kind] ?? Number.NaN)]))
      return { bench: 'memory', subject, figure: kind.replace(/Mb$/, ''), unit: 'MB', ...paired(values) }
    }),
  )
}

async function measure(context: BenchContext, engine: MeasuredEngine): Promise<Map<string, Memory>> {
  const memories = new Map<string, Memory>()
  const settled = async (): Promise<Memory> => {
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    return memoryOf(engine.daemonPids())
  }
  // The image is there already: this is a daemon as it comes up after a reboot.
  await engine.start()
  context.say(`memory: ${engine.name} idle`)
  memories.set('daemon, idle after its start', await settled())

  context.say(`memory: ${engine.name} with ${manyContainers} containers`)
  await runContainers(engine, 0, fewContainers)
  const few = await settled()
  await runContainers(engine, fewContainers, manyContainers)
  const many = await settled()
  memories.set(`daemon, ${manyContainers} containers`, many)
  const added = perContainer(few, many)
  memories.set(`daemon, per container (${fewContainers} to ${manyContainers})`, added)
  const supervisors = supervisorPids(engine)
  if (supervisors.length === 0) throw new Error(`${engine.name}: no process that looks after a container was found`)
  const all = memoryOf(supervisors)
  memories.set('supervisor process of a container', each((kind) => all[kind] / supervisors.length))
  await removeContainers(engine)
  await engine.stop()

  await engine.start()
  context.say(`memory: ${engine.name} as the manager of a swarm`)
  await timedDocker(engine, ['swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1:2377'])
  memories.set('daemon, manager of a swarm of one', await settled())
  await engine.stop()
  // As after a reboot of a manager.
  await engine.start()
  memories.set('daemon, manager after its start', await settled())
  await timedDocker(engine, ['swarm', 'leave', '--force'])
  await engine.stop()
  return memories
}

async function runContainers(engine: MeasuredEngine, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) await timedDocker(engine, ['run', '-d', '--name', `bench${n}`, '--network', 'bridge', 'busybox', 'sleep', '86400'])
}

async function removeContainers(engine: MeasuredEngine): Promise<void> {
  const ids = (await getJson<{ Id: string }[]>(engine, '/containers/json?all=true')).map(({ Id }) => Id)
  for (const id of ids) await engine.host.api('DELETE', `/containers/${id}?force=1`)
  await eventually(`${engine.name}: the containers are gone`, async () => (await getJson<unknown[]>(engine, '/containers/json?all=true')).length === 0)
}

function perContainer(few: Memory, many: Memory): Memory {
  return each((kind) => (many[kind] - few[kind]) / (manyContainers - fewContainers))
}

function each(figure: (kind: keyof Memory) => number): Memory {
  return { residentMb: figure('residentMb'), proportionalMb: figure('proportionalMb'), anonymousMb: figure('anonymousMb') }
}
