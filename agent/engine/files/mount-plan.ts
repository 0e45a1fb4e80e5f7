import { normalize } from 'node:path'
import { invalid } from '../../../src/base/errors.js'
import type { ContainerConfig, HostConfig, Mount } from '../../../src/model/engine-api/container.js'
import type { MountRecord } from '../container-record.js'

const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']

/** A mount as wanted: a volume without a name gets one when it is made. */
export interface PlannedMount extends MountRecord {
  volume?: { name?: string; driver?: string; options?: Record<string, string>; labels?: Record<string, string> }
  /** The source of a bind by `--volume` is made when it is not there; one by `--mount` has to be there. */
  createSource: boolean
}

/**
 * All mounts of a container: `Mounts`, `Binds`, `Tmpfs`, what other containers have (`VolumesFrom`), and the
 * volumes that image or client declare and nothing covers. Later ones of the same target win over
 * inherited ones; two of the client's own are refused. Throws `invalid`.
 */
export function planMounts(config: ContainerConfig, hostConfig: HostConfig, inherited: readonly MountRecord[]): PlannedMount[] {
  const own: PlannedMount[] = [
    ...(hostConfig.Binds ?? []).map((bind) => parseBind(bind, hostConfig.VolumeDriver)),
    ...(hostConfig.Mounts ?? []).map(planMount),
    ...Object.entries(hostConfig.Tmpfs ?? {}).map(([target, options]) =>
      plan({ type: 'tmpfs', destination: target, tmpfsOptions: tmpfsOptions(options.split(',').filter((option) => option !== '')) }),
    ),
  ]
  const byTarget = new Map<string, PlannedMount>()
  for (const mount of inherited) byTarget.set(mount.destination, { ...mount, anonymous: false, createSource: false })
  const seen = new Set<string>()
  for (const mount of own) {
    if (!mount.destination.startsWith('/')) throw invalid(`invalid mount config for type "${mount.type}": invalid mount path: '${mount.destination}' mount path must be absolute`)
    if (mount.destination === '/') throw invalid(`invalid mount config for type "${mount.type}": invalid specification: destination can't be '/'`)
    if (seen.has(mount.destination)) throw invalid(`Duplicate mount point: ${mount.destination}`)
    seen.add(mount.destination)
    byTarget.set(mount.destination, mount)
  }
  for (const target of Object.keys(config.Volumes ?? {})) {
    const destination = cleanPath(target)
    if (!byTarget.has(destination)) {
      byTarget.set(destination, plan({ type: 'volume', destination, anonymous: true, copyUp: true, volume: { ...(hostConfig.VolumeDriver && { driver: hostConfig.VolumeDriver }) } }))
    }
  }
  return [...byTarget.values()]
}

function plan(given: Partial<PlannedMount> & Pick<PlannedMount, 'type' | 'destination'>): PlannedMount {
  return {
    source: '',
    mode: '',
    readWrite: true,
    recursiveReadOnly: false,
    recursive: true,
    propagation: 'rprivate',
    anonymous: false,
    copyUp: false,
    createSource: false,
    ...given,
    destination: cleanPath(given.destination),
  }
}

/** `source:target[:options]`; the source is a path or a volume's name, and missing for an anonymous volume. */
export function parseBind(bind: string, volumeDriver?: string): PlannedMount {
  const parts = bind.split(':')
  const [source, target, modes = ''] = parts.length === 1 ? [undefined, parts[0]] : parts
  if (parts.length > 3 || !target || source === '') throw invalid(`invalid volume specification: '${bind}'`)
  if (!target.startsWith('/')) {
    throw invalid(`invalid volume specification: '${bind}': invalid mount path: '${target}' mount path must be absolute`)
  }
  const options = modes.split(',').filter((option) => option !== '')
  let readWrite = true
  let propagation = 'rprivate'
  let copyUp = true
  for (const option of options) {
    if (option === 'ro' || option === 'readonly') readWrite = false
    else if (option === 'nocopy') copyUp = false
    else if (propagations.includes(option)) propagation = option
    // Labels are SELinux's; consistency is for virtual machines: both change nothing here.
    else if (!['rw', 'z', 'Z', 'cached', 'delegated', 'consistent', 'copy'].includes(option)) {
      throw invalid(`invalid mode: ${modes}`)
    }
  }
  const common = { destination: target, mode: modes, readWrite, propagation, recursiveReadOnly: !readWrite }
  if (source?.startsWith('/')) return plan({ ...common, type: 'bind', source: cleanPath(source), createSource: true })
  if (source !== undefined) checkVolumeName(source)
  const driver = volumeDriver ? { driver: volumeDriver } : {}
  const mode = modes || defaultMode(volumeDriver)
  return plan({ ...common, mode, type: 'volume', anonymous: source === undefined, copyUp, volume: { ...(source !== undefined && { name: source }), ...driver } })
}

/** What inspection shows of a volume that was asked for without a mode: those of the local driver are labelled for all. */
function defaultMode(driver: string | undefined): string {
  return driver === undefined || driver === '' || driver === 'local' ? 'z' : ''
}

function planMount(mount: Mount): PlannedMount {
  const { Type: type, Target: target = '', Source: source = '', ReadOnly: readOnly = false } = mount
  const refuse = (reason: string): Error => invalid(`invalid mount config for type "${type ?? ''}": ${reason}`)
  if (target === '') throw refuse('field Target must not be empty')
  const common = { destination: target, readWrite: !readOnly }
  if (type === 'bind') {
    if (source === '') throw refuse('field Source must not be empty')
    if (!source.startsWith('/')) throw refuse(`invalid mount path: '${source}' mount path must be absolute`)
    const bind = mount.BindOptions
    const propagation = bind?.Propagation || 'rprivate'
    if (!propagations.includes(propagation)) throw refuse(`invalid propagation mode: ${propagation}`)
    return plan({
      ...common,
      type,
      source: cleanPath(source),
      propagation,
      recursive: !bind?.NonRecursive,
      recursiveReadOnly: readOnly && !bind?.NonRecursive && !bind?.ReadOnlyNonRecursive,
      createSource: bind?.CreateMountpoint ?? false,
    })
  }
  if (type === 'volume') {
    if (source !== '') checkVolumeName(source)
    const { NoCopy, Labels, DriverConfig, Subpath } = mount.VolumeOptions ?? {}
    if (Subpath && !staysBelow(Subpath)) throw refuse('subpath must be a relative path within the volume')
    return plan({
      ...common,
      type,
      mode: defaultMode(DriverConfig?.Name),
      anonymous: source === '',
      copyUp: !NoCopy,
      ...(Subpath && { subpath: Subpath }),
      volume: {
        ...(source !== '' && { name: source }),
        ...(DriverConfig?.Name && { driver: DriverConfig.Name }),
        ...(DriverConfig?.Options && { options: DriverConfig.Options }),
        ...(Labels && { labels: Labels }),
      },
    })
  }
  if (type === 'tmpfs') {
    if (source !== '') throw refuse('field Source must not be specified')
    const { SizeBytes, Mode, Options } = mount.TmpfsOptions ?? {}
    return plan({
      ...common,
      type,
      tmpfsOptions: [
        ...(SizeBytes ? [`size=${SizeBytes}`] : []),
        ...(Mode ? [`mode=${Mode.toString(8)}`] : []),
        ...(readOnly ? ['ro'] : []),
        ...tmpfsOptions((Options ?? []).map((option) => option.join('='))),
      ],
    })
  }
  if (type === 'image') {
    if (source === '') throw refuse('field Source must not be empty')
    const subpath = mount.ImageOptions?.Subpath
    if (subpath && !staysBelow(subpath)) throw refuse('subpath must be a relative path within the image')
    // Read-only whatever was asked for: its layers are other containers' too.
    return plan({ ...common, type, source, readWrite: false, recursiveReadOnly: true, ...(subpath && { subpath }) })
  }
  throw refuse('mount type unknown; use bind, volume, tmpfs or image')
}

/** By its words alone: links are followed when it is mounted. */
function staysBelow(path: string): boolean {
  return !path.startsWith('/') && normalize(path).split('/', 1)[0] !== '..'
}

const tmpfsFlags = [
  'ro', 'rw', 'suid', 'nosuid', 'dev', 'nodev', 'exec', 'noexec', 'sync', 'async', 'dirsync', 'remount', 'mand', 'nomand', 'atime', 'noatime', 'diratime',
  'nodiratime', 'bind', 'rbind', 'unbindable', 'runbindable', 'private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave', 'relatime', 'norelatime',
  'strictatime', 'nostrictatime',
]
const tmpfsValues = ['size', 'mode', 'uid', 'gid', 'nr_inodes', 'nr_blocks', 'mpol']

/** Throws `invalid` for options that no tmpfs has: the kernel would only say so at every start. */
function tmpfsOptions(options: string[]): string[] {
  for (const option of options) {
    const [name = '', ...value] = option.split('=')
    if (value.length > 0 ? tmpfsValues.includes(name) : option === 'defaults' || tmpfsFlags.includes(option)) continue
    throw invalid(`Invalid tmpfs option [${[name, ...(value.length > 0 ? [value.join('=')] : [])].map((part) => JSON.stringify(part)).join(' ')}]`)
  }
  return options.filter((option) => option !== 'defaults')
}

function checkVolumeName(name: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    throw invalid(
      `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
    )
  }
}

/** Without `.`, `..`, doubled and trailing slashes. */
function cleanPath(path: string): string {
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') kept.pop()
    else if (part !== '' && part !== '.') kept.push(part)
  }
  return path.startsWith('/') ? `/${kept.join('/')}` : kept.join('/')
}
