import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Engine } from '../../agent/engine/engine.js'
import { readHostFacts } from '../../agent/engine/host-facts.js'
import { networkStore } from '../../src/daemon/network-store.js'
import { EnginePaths } from '../../agent/engine/paths.js'
import type { ImageProvider } from '../../agent/engine/net/ports.js'
import { StateDb } from '../../agent/engine/state-db.js'
import { createNetns, deleteNetns } from '../../agent/kernel/netns.js'
import { mountsBelow, unmountAll } from '../../agent/kernel/mount.js'
import { identify, sendSignal } from '../../agent/kernel/process.js'
import { NetworkController } from '../../agent/network/controller.js'
import type { NetworkOptions } from '../../agent/network/types.js'
import { Cgroups } from '../../agent/runtime/cgroup/cgroup.js'
import { prepareCgroups } from '../../agent/runtime/cgroup/mode.js'
import type { RuntimeChoice } from '../../agent/runtime/oci-runtime.js'
import { findProgram, knownRuntimes } from '../../agent/runtime/programs.js'
import { OverlaySnapshotter } from '../../agent/snapshot/overlay.js'
import { VolumeStore } from '../../agent/volume/volume-store.js'
import { must } from '../../src/base/assert.js'
import { notFound } from '../../src/base/errors.js'
import { idSource } from '../../src/base/id.js'
import { nullLogger } from '../../src/base/log.js'
import { Scope } from '../../src/base/scope.js'
import type { OutputChunk } from '../../src/model/engine-api/attach.js'
import type { CreateRequest } from '../../src/model/engine-api/create.js'
import type { ImageConfig } from '../../src/model/engine-api/image.js'
import { createLogger } from '../../src/sys/logger.js'
import { systemClock } from '../../src/sys/system-clock.js'
import { systemRng } from '../../src/sys/system-rng.js'
import { CountedClock } from './counted-clock.js'

const chainId = `sha256:${'b'.repeat(64)}`
const applets = ['sh', 'true', 'false', 'sleep', 'echo', 'cat', 'ls', 'id', 'env', 'pwd', 'hostname', 'head', 'yes', 'touch', 'mkdir', 'mount', 'ps', 'stty', 'seq', 'dd', 'kill', 'test', 'wc', 'nproc', 'grep', 'date', 'tail', 'rm']

/** The image's settings; tests change a copy. */
export const busyboxConfig: ImageConfig = { Cmd: ['sh'], Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] }

/** An engine with everything real below it, in a folder and a network namespace of its own. */
export interface EngineHost {
  engine: Engine
  db: StateDb
  network: NetworkController
  /** Ends the engine, once; containers go on. Throws when it leaves a timer behind: then it would go on as well. */
  close(): Promise<void>
}

/** The folder of a new test host, with a network namespace. Give it to `endEngine` in the end. */
export function makeEngineFolder(): string {
  const folder = mkdtempSync('/tmp/skep-engine-')
  createNetns(join(folder, 'host.netns'))
  return folder
}

/** Those of the known runtimes that are installed. */
async function runtimesHere(): Promise<RuntimeChoice[]> {
  const found = await Promise.all(knownRuntimes.map(async (name) => ({ name, path: (await findProgram(name, process.env)) ?? '' })))
  return found.filter(({ path }) => path !== '')
}

/** Opens the engine of a folder; images are `busybox` with this configuration and what `images` adds. */
export async function openEngine(folder: string, images: Record<string, ImageConfig> = {}, networkOptions: NetworkOptions = {}): Promise<EngineHost> {
  const scope = new Scope()
  try {
    return await openIn(scope, folder, images, networkOptions)
  } catch (thrown) {
    await scope[Symbol.asyncDispose]()
    throw thrown
  }
}

async function openIn(scope: Scope, folder: string, images: Record<string, ImageConfig>, networkOptions: NetworkOptions): Promise<EngineHost> {
  const log = process.env['SKEP_TEST_LOG'] ? createLogger('debug') : nullLogger
  const ids = idSource(systemRng)
  const clock = new CountedClock()
  scope.defer(() => assert.deepEqual(clock.pending, [], 'timers are left of a closed engine'))
  const db = StateDb.open(join(folder, 'data/state.db'))
  scope.defer(() => db.close())
  const rootfs = new OverlaySnapshotter(join(folder, 'data/layers'), db, ids, log)
  await rootfs.recover()
  if (!rootfs.has(chainId)) await addBusyboxLayer(rootfs)
  const known: Record<string, ImageConfig> = { busybox: busyboxConfig, ...images }
  const provider: ImageProvider = {
    forRun: (ref) => {
      const config = known[ref]
      if (!config) throw notFound(`No such image: ${ref}:latest`)
      return { id: chainId, chainId, config, platform: 'linux/amd64' }
    },
    ofPlatform: (ref, platform) => {
      if (platform !== 'linux/amd64') throw notFound(`image with reference ${ref} was found but its platform (linux/amd64) does not match the specified platform (${platform})`)
    },
    bytesOf: () => 0,
    commit: () => Promise.reject(notFound('no images are made here')),
  }
  const cgroupMode = prepareCgroups()
  const network = await NetworkController.open({
    store: networkStore(db.bucket('network')),
    netnsDir: join(folder, 'run/netns'),
    hostNetns: join(folder, 'host.netns'),
    options: networkOptions,
    log,
    clock,
    rng: systemRng,
    ids,
  })
  scope.use(network)
  const holder: { engine?: Engine } = {}
  const volumes = new VolumeStore(join(folder, 'data/volumes'), db, ids, clock, {
    users: () => {
      const users = new Map<string, string[]>()
      for (const { id, record } of holder.engine?.all() ?? []) {
        for (const { name } of record.mounts) if (name !== undefined) users.set(name, [...(users.get(name) ?? []), id])
      }
      return users
    },
  })
  const engine = await Engine.open({
    db, log, ids, clock, network, volumes, rootfs, cgroupMode,
    rng: systemRng,
    images: provider,
    host: readHostFacts(),
    paths: new EnginePaths(join(folder, 'run'), join(folder, 'data')),
    runtimes: await runtimesHere(),
    conmonProgram: must(await findProgram('conmon', process.env), 'conmon is installed'),
  })
  scope.use(engine)
  holder.engine = engine
  return { engine, db, network, close: () => scope[Symbol.asyncDispose]() }
}

/** Closes the engine of a folder, if there is one, ends every container and removes all its traces, whatever state a failed test left. */
export async function endEngine(folder: string, host: EngineHost | undefined): Promise<void> {
  try {
    await host?.close()
  } finally {
    await destroyEngineFolder(folder)
  }
}

async function destroyEngineFolder(folder: string): Promise<void> {
  const paths = new EnginePaths(join(folder, 'run'), join(folder, 'data'))
  const cgroups = new Cgroups(prepareCgroups(), systemClock)
  for (const id of existsSync(paths.bundlesDir) ? readdirSync(paths.bundlesDir) : []) {
    for (const file of ['conmon.pid', 'pid']) killIn(join(paths.bundle(id), file), id)
  }
  for (const id of cgroups.children(paths.cgroupParent)) await cgroups.remove(`${paths.cgroupParent}/${id}`)
  await cgroups.remove(paths.cgroupParent)
  for (const { target } of mountsBelow(folder)) if (!target.endsWith('host.netns')) unmountAll(target)
  deleteNetns(join(folder, 'host.netns'))
  for (const { target } of mountsBelow(folder)) unmountAll(target)
  rmSync(folder, { recursive: true, force: true })
}

function killIn(file: string, id: string): void {
  if (!existsSync(file)) return
  const pid = Number(readOf(file))
  if (!Number.isInteger(pid) || pid <= 0) return
  const found = identify(pid)
  if (found && ['cmdline', 'cgroup'].some((name) => readOf(`/proc/${pid}/${name}`).includes(id))) sendSignal(found, 9)
}

/** Empty when the process has ended by now. */
function readOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** An engine for all tests of the suite that calls this: handed over before the first, gone with its folder after the last. */
export function engineForSuite(handOver: (opened: { folder: string; host: EngineHost }) => void): void {
  let folder: string
  let host: EngineHost | undefined
  before(async () => {
    folder = makeEngineFolder()
    host = await openEngine(folder)
    handOver({ folder, host })
  })
  after(() => endEngine(folder, host))
}

/** Everything of an output, by stream. */
export async function collect(chunks: AsyncIterable<OutputChunk>): Promise<{ stdout: string; stderr: string }> {
  const out = { stdout: '', stderr: '' }
  for await (const { stream, data } of chunks) out[stream] += Buffer.from(data).toString('utf8')
  return out
}

/** What a container's program wrote, and how it ended. */
export interface Ended {
  stdout: string
  stderr: string
  exitCode: number
}

/** Runs a container of busybox to its end, attached, as `docker run --rm --network none` does. */
export async function runToEnd({ engine }: EngineHost, command: string[], more: CreateRequest = {}): Promise<Ended> {
  const { Id: id = '' } = await engine.create(undefined, { Image: 'busybox', Cmd: command, ...more, HostConfig: { AutoRemove: true, NetworkMode: 'none', ...more.HostConfig } })
  const session = await engine.attach(id, { stdin: false, stdout: true, stderr: true, logs: false, stream: true })
  const output = collect(session.output)
  const gone = engine.wait(id, 'removed', () => undefined, new AbortController().signal)
  await engine.start(id)
  const { exitCode } = await gone
  return { ...(await output), exitCode }
}

/** Debian's busybox with its libraries, as one layer. */
async function addBusyboxLayer(snapshots: OverlaySnapshotter): Promise<void> {
  const draft = await snapshots.draft()
  const root = draft.folder
  for (const name of ['bin', 'dev', 'etc', 'proc', 'root', 'sys', 'tmp', 'var/www']) mkdirSync(join(root, name), { recursive: true })
  const libraries = [...execFileSync('ldd', ['/bin/busybox'], { encoding: 'utf8' }).matchAll(/(\/\S+)/g)].map((match) => match[1] as string)
  for (const file of [...libraries, '/bin/busybox']) {
    mkdirSync(join(root, dirname(file)), { recursive: true })
    cpSync(file, join(root, file), { dereference: true })
  }
  for (const applet of applets) symlinkSync('busybox', join(root, 'bin', applet))
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nwww:x:33:44:www:/var/www:/bin/sh\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nwww:x:44:\nextra:x:55:www\n')
  writeFileSync(join(root, 'var/www/index.html'), 'hello from the image\n')
  writeFileSync(join(root, 'etc/plain'), 'not a program\n')
  await snapshots.commit([{ draft, chainId, diffId: chainId, sizeBytes: 1 }])
}
