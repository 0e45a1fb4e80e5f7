import { existsSync, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { invalid, kindOf, messageOf } from '../../../src/base/errors.js'
import type { ContainerCreateResponse, HostConfig } from '../../../src/model/engine-api/container.js'
import type { CreateRequest } from '../../../src/model/engine-api/create.js'
import { mergeLogConfig, validateLogConfig } from '../../log-drivers/options.js'
import { commandLine } from '../../runtime/bundle/process.js'
import { mergeConfig } from '../config-merge.js'
import type { Container } from '../container.js'
import type { ContainerRecord, MountRecord } from '../container-record.js'
import type { EngineContext } from '../context.js'
import { initProgramPath } from '../init-program.js'
import { resolveLinks } from '../net/links.js'
import { planMounts, type PlannedMount } from '../files/mount-plan.js'
import { generateName } from '../names.js'
import { discardUnsupported } from '../unsupported.js'
import { validateConfig, validateNetworking } from '../validate.js'

/** What a caller within the daemon may ask for beside the request. */
export interface CreateOptions {
  /** What the container writes need not survive a crash of the host (see `PrepareOptions`). */
  ephemeral?: boolean
  /** `os[/arch[/variant]]` that the image must be of. */
  platform?: string
}

/**
 * Makes a container from an image. Throws `notFound` for the image, `conflict` for a taken name,
 * `invalid` for settings that cannot be; nothing is left behind then.
 */
export async function createContainer(context: EngineContext, name: string | undefined, request: CreateRequest, options: CreateOptions = {}): Promise<ContainerCreateResponse> {
  const { HostConfig: { Links, ...askedHost } = {}, NetworkingConfig: networking = {}, ...asked } = request
  if (!asked.Image) throw invalid('No image specified')
  const image = context.images.forRun(asked.Image)
  if (options.platform !== undefined) context.images.ofPlatform(asked.Image, options.platform)
  const config = mergeConfig(asked, image.config)
  const hostConfig = hostDefaults(context, askedHost)
  const discarded = discardUnsupported(hostConfig, context.cgroups)
  validateConfig(config, hostConfig, context.host)
  validateNetworking(asked, hostConfig, networking)
  commandLine(config)
  joinByIdentifier(context, hostConfig)
  const links = resolveLinks(context, { ...hostConfig, Links: Links ?? [] })
  if (hostConfig.Init ?? context.settings.init) initProgramPath(context.settings.initPath)

  // Most containers are started as soon as they are made.
  context.cgroups.anticipateMove()
  const id = context.ids.hexId()
  const chosen = name?.replace(/^\//, '') ?? generateName(context.rng, (one) => context.store.isNameTaken(one))
  config.Hostname ||= hostConfig.NetworkMode === 'host' || hostConfig.UTSMode === 'host' ? hostname() : id.slice(0, 12)
  const endpoints = networking.EndpointsConfig ?? {}
  const planned = planMounts(config, hostConfig, inheritedMounts(context, hostConfig))
  const record: ContainerRecord = {
    id,
    name: chosen,
    createdMs: context.clock.nowMs(),
    imageRef: asked.Image,
    imageId: image.id,
    platform: image.platform,
    ...(image.chainId !== undefined && { chainId: image.chainId }),
    config,
    hostConfig,
    networking: Object.keys(endpoints).length > 0 ? endpoints : {},
    mounts: planned.map(withoutPlan),
    ...(links.length > 0 && { links }),
    state: { status: 'created', starting: false, exitCode: 0, error: '', oomKilled: false, startedMs: 0, finishedMs: 0, stoppedByHand: false },
    restartCount: 0,
    endpoints: [],
  }
  context.store.checkName(chosen)
  // The name is taken at once; the records go to disk together. What a crash leaves without one belongs to nobody.
  const adding = context.store.add(record)
  adding.catch(() => undefined)
  const undo: (() => Promise<unknown>)[] = [async () => context.store.delete(await adding)]
  try {
    undo.push(() => rm(context.paths.container(id), { recursive: true, force: true }))
    mkdirSync(context.paths.container(id), { recursive: true, mode: 0o700 })
    undo.push(() => context.rootfs.removeWritable(id))
    await context.rootfs.prepare(id, image.chainId, { ephemeral: options.ephemeral ?? hostConfig.AutoRemove ?? false })
    const container = await adding
    for (const [index, mount] of planned.entries()) {
      const made = mount.type === 'image' ? await makeImageMount(context, mount, `${id}-image-${index}`) : await makeMount(context, mount)
      record.mounts[index] = made
      const { image: mounted } = made
      if (mounted) undo.push(() => context.rootfs.removeWritable(mounted.layer))
      if (made.anonymous && made.name !== undefined) {
        const volume = made.name
        undo.push(() => context.volumes.removeAnonymous(volume, id))
      }
    }
    if (planned.length > 0) await context.store.save(container)
  } catch (thrown) {
    for (const step of undo.reverse()) await step().catch((err: unknown) => context.log.warn('undoing a failed create', { container: id, err }))
    throw thrown
  }
  context.events.publish('container', 'create', id, context.store.find(id).eventAttributes())
  return { Id: id, Warnings: [...discarded, ...warnings(hostConfig)] }
}

function hostDefaults(context: EngineContext, asked: HostConfig): HostConfig {
  const ulimits = asked.Ulimits ?? []
  const named = new Set(ulimits.map((limit) => limit.Name))
  return {
    ...asked,
    NetworkMode: asked.NetworkMode || 'default',
    ShmSize: asked.ShmSize || context.settings.defaultShmBytes,
    IpcMode: asked.IpcMode || 'private',
    CgroupnsMode: asked.CgroupnsMode || (asked.Privileged && context.cgroups.mode.version === 1 ? 'host' : 'private'),
    RestartPolicy: { Name: asked.RestartPolicy?.Name || 'no', MaximumRetryCount: asked.RestartPolicy?.MaximumRetryCount ?? 0 },
    LogConfig: logConfig(context, asked),
    // By a name from now on: another default concerns only later containers.
    Runtime: runtimeName(context, asked),
    Ulimits: [...ulimits, ...context.settings.defaultUlimits.filter((limit) => !named.has(limit.Name))],
    PortBindings: asked.PortBindings ?? {},
  }
}

/** The name that was asked for, as inspections show it. Throws `invalid` for one that is not there. */
function runtimeName({ runtimes }: EngineContext, { Runtime: asked }: HostConfig): string {
  const found = runtimes.of(asked)
  return asked || found.name
}

/** Throws `invalid` for a driver or options that are not there. */
function logConfig({ settings }: EngineContext, asked: HostConfig): NonNullable<HostConfig['LogConfig']> {
  const { driver, options } = mergeLogConfig(asked.LogConfig ?? undefined, { driver: settings.logDriver, options: settings.logOptions })
  validateLogConfig(driver, options)
  return { Type: driver as NonNullable<NonNullable<HostConfig['LogConfig']>['Type']>, Config: options }
}

/** Containers to be joined are known by their identifier from now on: they may be renamed. Throws `invalid` for one that is not there. */
function joinByIdentifier(context: EngineContext, hostConfig: HostConfig): void {
  for (const kind of ['NetworkMode', 'PidMode', 'IpcMode'] as const) {
    const [, ref] = /^container:(.*)$/s.exec(hostConfig[kind] ?? '') ?? []
    if (ref !== undefined) hostConfig[kind] = `container:${named(context, ref).id}`
  }
}

/** Another container that the request names. Throws `invalid`: clients take what is not found for the image, and pull it. */
function named(context: EngineContext, ref: string): Container {
  try {
    return context.store.find(ref)
  } catch (thrown) {
    if (kindOf(thrown) === 'notFound') throw invalid(messageOf(thrown), thrown)
    throw thrown
  }
}

function inheritedMounts(context: EngineContext, hostConfig: HostConfig): MountRecord[] {
  return (hostConfig.VolumesFrom ?? []).flatMap((spec) => {
    const [ref = '', mode] = spec.split(':')
    if (mode !== undefined && mode !== 'ro' && mode !== 'rw' && mode !== 'z' && mode !== 'Z') throw invalid(`invalid mode: ${mode}`)
    const source = named(context, ref)
    return source.record.mounts
      .filter((mount) => mount.type !== 'tmpfs' && mount.type !== 'image')
      .map((mount) => ({ ...mount, readWrite: mount.readWrite && mode !== 'ro' }))
  })
}

function withoutPlan({ volume: _volume, createSource: _createSource, ...mount }: PlannedMount): MountRecord {
  return mount
}

async function makeMount(context: EngineContext, planned: PlannedMount): Promise<MountRecord> {
  const mount = withoutPlan(planned)
  if (mount.type === 'volume' && planned.volume) {
    const volume = await context.volumes.ensure(planned.volume)
    return { ...mount, name: volume.name, driver: volume.driver, source: volume.mountpoint }
  }
  if (mount.type === 'bind' && !existsSync(mount.source)) {
    if (!planned.createSource) {
      throw invalid(`invalid mount config for type "bind": bind source path does not exist: ${mount.source}`)
    }
    mkdirSync(mount.source, { recursive: true })
  }
  return mount
}

/** The image's file system at a place of its own, which the image's layers are kept for. Throws `notFound`. */
async function makeImageMount(context: EngineContext, planned: PlannedMount, layer: string): Promise<MountRecord> {
  const image = context.images.forRun(planned.source)
  await context.rootfs.prepare(layer, image.chainId)
  return { ...withoutPlan(planned), image: { id: image.id, layer } }
}

function warnings(hostConfig: HostConfig): string[] {
  const list: string[] = []
  if (hostConfig.OomKillDisable && !hostConfig.Memory) {
    list.push('OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.')
  }
  if (hostConfig.NetworkMode === 'host' && Object.keys(hostConfig.PortBindings ?? {}).length > 0) {
    list.push('Published ports are discarded when using host network mode')
  }
  return list
}
