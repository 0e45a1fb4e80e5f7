/**
 * Runs benches and prints their figures as a table, then as one line of JSON. See `scripts/bench.sh`.
 *
 *     npm run bench -- [run] [containers] [build] [service] [memory] [pull] [stalls] [logs] [stats] [network] [encrypted] [raft] [--peer docker|buildah|podman] [--scale 0.2] [--daemon PATH] [--json FILE]
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryRoot } from '../lab/belongings.js'
import { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { busyboxArchive } from '../support/busybox-image.js'
import type { Bench, BenchContext } from './bench.js'
import { benchBuild } from './build.js'
import { BuildahEngine } from './buildah-engine.js'
import { benchContainers } from './containers.js'
import { DockerEngine } from './docker-engine.js'
import { benchEncrypted } from './encrypted.js'
import { timedDocker, type MeasuredEngine } from './measured-engine.js'
import { benchLogs } from './logs.js'
import { benchMemory } from './memory.js'
import { benchNetwork } from './network.js'
import { PodmanEngine } from './podman-engine.js'
import { benchPull } from './pull.js'
import { benchRaft } from './raft.js'
import { formatTable, machineFacts, ratio, type Figure, type Report } from './report.js'
import { benchRun } from './run.js'
import { benchService } from './service.js'
import { probed, SkepEngine } from './skep-engine.js'
import { benchStalls } from './stalls.js'
import { benchStats } from './stats.js'

/** Those that measure daemons, and so have a peer. */
const engineBenches: Readonly<Record<string, Bench>> = { run: benchRun, containers: benchContainers, build: benchBuild, service: benchService, memory: benchMemory, pull: benchPull, stalls: benchStalls, logs: benchLogs, stats: benchStats }
/** Those that ask the daemon how long its event loop stood still. */
const probedBenches: ReadonlySet<string> = new Set(['pull', 'stalls', 'logs'])
const peers: Readonly<Record<string, (host: LabHost) => MeasuredEngine>> = {
  docker: (host) => new DockerEngine(host),
  buildah: (host) => new BuildahEngine(host),
  podman: (host) => new PodmanEngine(host),
}
const otherBenches: Readonly<Record<string, Bench>> = {
  network: (context) => benchNetwork(context, { daemon: resolve(values.daemon), peer: values.peer === 'docker' }),
  encrypted: (context) => benchEncrypted(context, resolve(values.daemon)),
  raft: benchRaft,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peer: { type: 'string' },
    scale: { type: 'string', default: '1' },
    daemon: { type: 'string', default: join(repositoryRoot, 'dist/skepd') },
    json: { type: 'string', default: join(repositoryRoot, '.cache/bench.json') },
  },
})

async function main(): Promise<void> {
  const all = { ...engineBenches, ...otherBenches }
  const unknown = positionals.find((name) => !(name in all))
  if (unknown !== undefined) throw new Error(`there is no bench '${unknown}' (known: ${Object.keys(all).join(', ')})`)
  if (values.peer !== undefined && !(values.peer in peers)) throw new Error(`there is no peer '${values.peer}' (known: ${Object.keys(peers).join(', ')})`)
  const scale = Number(values.scale)
  if (!(scale > 0)) throw new Error(`--scale takes a number above 0, not '${values.scale}'`)
  const wanted = positionals.length > 0 ? positionals : Object.keys(all)
  const context = { scale, say: (line: string) => void process.stderr.write(`-- ${line}\n`) }
  const machine = machineFacts()

  const figures: Figure[] = []
  const onEngines = wanted.filter((name) => name in engineBenches)
  // A daemon with a probe in it is not the daemon whose memory and speed are measured.
  const [watched, plain] = [onEngines.filter((name) => probedBenches.has(name)), onEngines.filter((name) => !probedBenches.has(name))]
  if (plain.length > 0) figures.push(...(await runOnEngines(plain, context, false)))
  if (watched.length > 0) figures.push(...(await runOnEngines(watched, context, true)))
  for (const name of wanted) figures.push(...((await otherBenches[name]?.({ ...context, engines: [] })) ?? []))

  const report: Report = {
    at: new Date().toISOString(),
    machine,
    skep: versionOf(values.daemon),
    ...(values.peer !== undefined && { peer: versionOf(values.peer === 'docker' ? 'dockerd' : values.peer) }),
    figures: figures.map((figure) => {
      const peerToSkep = ratio(figure)
      return { ...figure, ...(peerToSkep !== undefined && { peerToSkep }) }
    }),
  }
  mkdirSync(dirname(resolve(values.json)), { recursive: true })
  writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`)
  process.stdout.write(`${machine.system}, Linux ${machine.kernel}, ${machine.cores} x ${machine.cpu}, Node.js ${machine.node}, load ${machine.loadBefore}\n`)
  process.stdout.write(`${formatTable(figures, values.peer)}\n${JSON.stringify(report)}\n`)
}

/** Each engine on a machine of its own, with the image that the benches use. */
async function runOnEngines(names: readonly string[], context: Omit<BenchContext, 'engines'>, probe: boolean): Promise<Figure[]> {
  const probeFolder = probe ? mkdtempSync(join(tmpdir(), 'skep-bench-probe-')) : undefined
  const program = resolve(values.daemon)
  const lab = await Lab.create({ hosts: values.peer === undefined ? 1 : 2, daemon: probeFolder === undefined ? [program] : probed(program, probeFolder) })
  const engines: MeasuredEngine[] = [new SkepEngine(lab.host(1), probeFolder)]
  const peer = peers[values.peer ?? '']
  if (peer) engines.push(peer(lab.host(2)))
  try {
    const archive = join(lab.folder, 'busybox.tar')
    writeFileSync(archive, await busyboxArchive([{ name: 'busybox:latest', command: ['sh'] }]))
    for (const engine of engines) {
      await engine.start()
      await timedDocker(engine, ['load', '-i', archive])
      await engine.stop()
    }
    const figures: Figure[] = []
    for (const name of names) figures.push(...((await engineBenches[name]?.({ ...context, engines })) ?? []))
    return figures
  } finally {
    // After a failure a daemon may still run.
    for (const engine of engines) await engine.stop().catch((thrown: unknown) => context.say(`${engine.name} does not stop: ${String(thrown)}`))
    // Other work on the machine may look like a leak: tests judge leaks, not this.
    await lab.close().catch((thrown: unknown) => context.say(String(thrown)))
    if (probeFolder !== undefined) rmSync(probeFolder, { recursive: true, force: true })
  }
}

function versionOf(program: string): string {
  return (spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '').trim()
}

main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    process.stderr.write(`bench: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
    process.exit(1)
  },
)
