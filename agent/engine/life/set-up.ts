import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from '../../../src/base/assert.js'
import { conflict, errnoOf, internal, invalid, kindOf } from '../../../src/base/errors.js'
import { mount, MountFlag, unmountAll } from '../../kernel/mount.js'
import { identify, sendSignal } from '../../kernel/process.js'
import { buildBundle } from '../../runtime/bundle/build.js'
import { defaultShmBytes, type BundleMount, type SharedMemory } from '../../runtime/bundle/mounts.js'
import type { NamespaceChoice } from '../../runtime/bundle/namespaces.js'
import { commandLine } from '../../runtime/bundle/process.js'
import { kernelAtLeast } from '../../runtime/bundle/seccomp.js'
import type { OciSpec } from '../../runtime/bundle/spec.js'
import { resolveUser } from '../../runtime/bundle/user.js'
import { removeFolder } from '../../runtime/remove-folder.js'
import { completeRoot } from '../files/complete-root.js'
import type { Container } from '../container.js'
import type { EngineContext } from '../context.js'
import { writeEtcFiles, writeHosts } from '../files/etc-files.js'
import { blockDeviceNumbers, hostDevices } from '../host-devices.js'
import { initProgramPath } from '../init-program.js'
import { linkEnvironment, linkParents } from '../net/links.js'
import { planNetwork } from '../net/network-plan.js'
import { readInRoot, resolveInRoot } from '../files/rootfs-path.js'
import { signalNumber } from '../signals.js'
import { checkParts, partOf, type VolumePart } from './volume-parts.js'

/** The first kernel with mount_setattr(2), which makes whole trees read-only. */
const mountSetattrKernel = '5.12'

/** What the steps of one start hand on. */
export interface StartDraft {
  rootfs: string
  mounts: BundleMount[]
  network: NamespaceChoice
  spec?: OciSpec
  /** Parts of volumes by where they are mounted, held until they are. */
  parts: VolumePart[]
}

/**
 * One thing that a running container needs. `down` undoes `up`, also when `up` went only half-way or was
 * done by an earlier daemon, and may be repeated.
 */
export interface SetUpStep {
  name: string
  up(context: EngineContext, container: Container, draft: StartDraft): Promise<void> | void
  down(context: EngineContext, container: Container): Promise<void> | void
  /** `down` has done its work when it returns; its promise resolves when the store has it too. */
  downAtOnce?: true
}

const bundleFolder: SetUpStep = {
  name: 'bundle folder',
  up: (context, { id }) => {
    context.exitWatch.forget(id)
    removeFolder(context.paths.bundle(id))
    mkdirSync(context.paths.bundle(id), { recursive: true, mode: 0o711 })
  },
  down: (context, { id }) => removeFolder(context.paths.bundle(id)),
}

const rootfs: SetUpStep = {
  name: 'root file system',
  up: async (context, { id }, draft) => {
    draft.rootfs = await context.rootfs.mount(id)
    completeRoot(draft.rootfs)
  },
  down: (context, { id }) => context.rootfs.unmount(id),
}

const mounts: SetUpStep = {
  name: 'volumes',
  up: async (context, container, draft) => {
    for (const mount of container.record.mounts) {
      if (mount.type === 'tmpfs') {
        draft.mounts.push({ kind: 'tmpfs', target: mount.destination, options: mount.tmpfsOptions ?? [] })
        continue
      }
      let source = mount.source
      if (mount.image) source = resolveInRoot(await context.rootfs.mount(mount.image.layer), mount.subpath ?? '/')
      if (mount.type === 'volume' && mount.name !== undefined) {
        source = await context.volumes.acquire(mount.name, container.id, mount)
        if (mount.copyUp) {
          await context.volumes.copyUp(mount.name, resolveInRoot(draft.rootfs, mount.destination))
          // Once, as Docker has it: what is there on a later start may be the mount point that the runtime made.
          mount.copyUp = false
        }
        // Other containers on the volume may put a link in its place before the runtime mounts it.
        if (mount.subpath !== undefined) source = partOf(draft.parts, source, mount.subpath, mount.destination)
      }
      const present = statSync(source, { throwIfNoEntry: false })
      if (!present) throw invalid(`invalid mount config for type "${mount.type}": bind source path does not exist: ${source}`)
      const { readWrite, propagation, recursive } = mount
      // crun refuses it for a file, which has nothing below.
      const recursiveReadOnly = mount.recursiveReadOnly && present.isDirectory() && kernelAtLeast(context.host.kernel, mountSetattrKernel)
      draft.mounts.push({ kind: 'bind', source, target: mount.destination, readOnly: !readWrite, propagation, recursive, recursiveReadOnly })
    }
  },
  down: async (context, container) => {
    for (const mount of container.record.mounts) {
      if (mount.type === 'volume' && mount.name !== undefined) await context.volumes.release(mount.name, container.id)
      if (mount.image) context.rootfs.unmount(mount.image.layer)
    }
  },
}

/** Mounted here rather than in the container: a mount cannot be taken from another mount namespace. */
const sharedMemory: SetUpStep = {
  name: 'shared memory',
  up: ({ paths }, { id, record: { hostConfig } }) => {
    if (hostConfig.IpcMode !== 'shareable') return
    const target = paths.sharedMemory(id)
    unmountAll(target)
    mkdirSync(target, { recursive: true, mode: 0o700 })
    const flags = MountFlag.noSuid | MountFlag.noExec | MountFlag.noDev
    mount({ source: 'shm', target, type: 'tmpfs', flags, data: `mode=1777,size=${hostConfig.ShmSize || defaultShmBytes}` })
  },
  down: ({ paths }, { id, record: { hostConfig } }) => {
    if (hostConfig.IpcMode === 'shareable') unmountAll(paths.sharedMemory(id))
  },
}

const network: SetUpStep = {
  name: 'network',
  up: async (context, container, draft) => {
    const plan = planNetwork(container.record, (ref) => context.store.find(ref).id)
    const made = context.network.createSandbox(container.id, plan.mode)
    // The sandbox is there at once: only the store is waited for, for both together.
    const [first, ...others] = plan.connections
    const connected = first && context.network.connect(container.id, first.network, first.settings)
    connected?.catch(() => undefined)
    const sandbox = await made
    draft.network = sandbox.path === undefined ? 'host' : { path: sandbox.path }
    await connected
    for (const { network: name, settings } of others) await context.network.connect(container.id, name, settings)
    if (plan.bindings.length > 0) await context.network.publish(container.id, plan.bindings)
    container.record.endpoints = context.network.endpointsOf(container.id)
    tellNetworks(context, container, 'connect')
  },
  down: (context, container) => {
    if (context.network.sandbox(container.id)) tellNetworks(context, container, 'disconnect')
    return context.network.removeSandbox(container.id)
  },
  downAtOnce: true,
}

function tellNetworks(context: EngineContext, container: Container, action: 'connect' | 'disconnect'): void {
  for (const { networkId, networkName } of container.record.endpoints) {
    context.events.publish('network', action, networkId, { container: container.id, name: networkName, type: driverOf(context, networkId) })
  }
}

/** Empty for a network that is gone. */
function driverOf(context: EngineContext, networkId: string): string {
  try {
    return context.network.inspect(networkId).driver
  } catch (thrown) {
    if (kindOf(thrown) === 'notFound') return ''
    throw thrown
  }
}

const etcFiles: SetUpStep = {
  name: 'files in /etc',
  up: async (context, container, draft) => {
    mkdirSync(context.paths.container(container.id), { recursive: true, mode: 0o700 })
    draft.mounts.push(...await writeEtcFiles(context, container, container.record.endpoints))
    // It may have another address than before.
    for (const parent of linkParents(context, container)) writeHosts(context, parent, parent.record.endpoints)
  },
  down: () => undefined,
}

const bundle: SetUpStep = {
  name: 'bundle',
  up: (context, container, draft) => {
    const { record } = container
    const { config, hostConfig } = record
    makeWorkingFolder(draft, config.WorkingDir)
    draft.spec = buildBundle({
      config: { ...config, Env: [...linkEnvironment(context, container), ...(config.Env ?? []), ...container.secretEnv] },
      hostConfig,
      user: resolveUser(config.User ?? '', readInRoot(draft.rootfs, '/etc/passwd'), readInRoot(draft.rootfs, '/etc/group'), hostConfig.GroupAdd ?? []),
      rootfs: draft.rootfs,
      hostname: config.Hostname ?? '',
      cgroupPath: cgroupPath(context, container),
      namespaces: {
        network: draft.network,
        pid: namespaceOf(context, 'pid', hostConfig.PidMode),
        ipc: namespaceOf(context, 'ipc', hostConfig.IpcMode),
        uts: namespaceOf(context, 'uts', hostConfig.UTSMode),
        cgroup: hostConfig.CgroupnsMode === 'host' ? 'host' : 'own',
      },
      shm: sharedMemoryOf(context, container),
      mounts: draft.mounts,
      devices: hostDevices(hostConfig),
      initProgram: (hostConfig.Init ?? context.settings.init) ? initProgramPath(context.settings.initPath) : undefined,
      host: context.host,
      deviceNumbers: blockDeviceNumbers,
    })
  },
  down: () => undefined,
}

const cgroup: SetUpStep = {
  name: 'control group',
  // The runtime makes it.
  up: () => undefined,
  down: (context, container) => context.cgroups.remove(cgroupPath(context, container)),
}

const supervisor: SetUpStep = {
  name: 'supervisor',
  up: async (context, container, draft) => {
    const { id, record } = container
    const { config } = record
    const folder = context.paths.bundle(id)
    const runtime = context.runtimes.of(record.hostConfig.Runtime)
    const made = await context.seccomp.createWith(runtime, id, must(draft.spec, 'the bundle is built before it is used'), (spec) => {
      writeFileSync(join(folder, 'config.json'), JSON.stringify(spec), { mode: 0o600 })
      return context.conmon.create({
        id,
        name: record.name,
        runtime,
        program: commandLine(config)[0] ?? '',
        bundle: folder,
        exitDir: context.paths.exitDir,
        log: context.logs.supervisorLog(container),
        terminal: config.Tty ?? false,
        stdin: config.OpenStdin ?? false,
        leaveStdinOpen: !config.StdinOnce,
      })
    })
    const process = identify(made.pid)
    const conmon = identify(made.conmonPid)
    if (!process || !conmon) throw internal(`container ${id} ended before it was started`)
    Object.assign(record.state, { process, conmon })
    checkParts(draft.parts, process.pid)
  },
  down: (context, container) => {
    endProcesses(context, container)
    context.runtimes.forget(container.id)
  },
}

/** What a container needs, in order; taking it down is the reverse. */
export const setUpSteps: readonly SetUpStep[] = [bundleFolder, rootfs, mounts, sharedMemory, network, etcFiles, bundle, cgroup, supervisor]

/**
 * Takes everything down that `setUpSteps` made, unless that is known to be done; goes on after a failure and logs
 * it. `written` resolves when the store has it, so that the caller's own writes go to disk together with these.
 */
export async function tearDown(context: EngineContext, container: Container): Promise<{ written: Promise<void> }> {
  if (container.isTakenDown) return { written: Promise.resolve() }
  const done: Promise<boolean>[] = []
  for (const step of [...setUpSteps].reverse()) {
    const down = takeDown(context, container, step)
    done.push(down)
    if (!step.downAtOnce) await down
  }
  const written = Promise.all(done).then((each) => {
    container.isTakenDown = each.every(Boolean)
  })
  return { written }
}

/** False when it failed: then it has to be done again. */
async function takeDown(context: EngineContext, container: Container, step: SetUpStep): Promise<boolean> {
  try {
    await step.down(context, container)
    return true
  } catch (err) {
    context.log.warn(`cannot take down: ${step.name}`, { container: container.id, err })
    return false
  }
}

/** Where the container's processes are accounted. */
export function cgroupPath(context: EngineContext, container: Container): string {
  const parent = container.record.hostConfig.CgroupParent || context.settings.cgroupParent || context.paths.cgroupParent
  return `/${parent.replace(/^\/+|\/+$/g, '')}/${container.id}`
}

/** Kills what an unfinished start left: the files in the bundle tell, for the record may not. */
function endProcesses(context: EngineContext, container: Container): void {
  const kill = signalNumber('KILL')
  const { process, conmon } = container.record.state
  for (const known of [process, conmon]) if (known) sendSignal(known, kill)
  const folder = context.paths.bundle(container.id)
  if (process || !existsSync(folder)) return
  for (const file of ['pid', 'conmon.pid']) {
    const pid = readPid(join(folder, file))
    const found = pid === undefined ? undefined : identify(pid)
    if (found && belongsTo(found.pid, container.id)) sendSignal(found, kill)
  }
}

/** True when the process's command line or control group names the container: its number may be another's by now. */
export function belongsTo(pid: number, containerId: string): boolean {
  return ['cmdline', 'cgroup'].some((file) => readOrEmpty(`/proc/${pid}/${file}`).includes(containerId))
}

/** The process id in a file; undefined when there is none. */
export function readPid(path: string): number | undefined {
  const text = readOrEmpty(path).trim()
  return /^\d+$/.test(text) ? Number(text) : undefined
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT' || errnoOf(thrown) === 'ESRCH') return ''
    throw thrown
  }
}

function namespaceOf(context: EngineContext, kind: 'pid' | 'ipc' | 'uts', mode = ''): NamespaceChoice {
  if (mode === 'host') return 'host'
  if (!mode.startsWith('container:')) return 'own'
  const other = context.store.find(mode.slice('container:'.length))
  const process = other.record.state.process
  if (!other.isUp || !process) throw conflict(`cannot join ${kind.toUpperCase()} of a non running container: ${other.id}`)
  return { path: `/proc/${process.pid}/ns/${kind}` }
}

/** Containers that share System V memory share /dev/shm too, which programs use for the same purpose. */
function sharedMemoryOf(context: EngineContext, container: Container): SharedMemory {
  const mode = container.record.hostConfig.IpcMode ?? ''
  if (mode === 'none') return 'none'
  if (mode === 'host') return { path: '/dev/shm' }
  if (mode === 'shareable') return { path: context.paths.sharedMemory(container.id) }
  if (!mode.startsWith('container:')) return 'own'
  const donor = context.store.find(mode.slice('container:'.length))
  const shares = sharedMemoryOf(context, donor)
  if (shares !== 'own' && shares !== 'none') return shares
  throw conflict(`can't join IPC of container ${donor.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`)
}

/** The working folder is made when the image does not have it, unless a mount covers it. */
function makeWorkingFolder(draft: StartDraft, folder: string | undefined): void {
  if (!folder || folder === '/') return
  if (draft.mounts.some((mount) => folder === mount.target || folder.startsWith(`${mount.target}/`))) return
  const path = resolveInRoot(draft.rootfs, folder)
  if (!existsSync(path)) mkdirSync(path, { recursive: true })
}
