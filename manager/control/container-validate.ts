import { invalid } from '../../src/base/errors.js'
import type { ContainerSpec, FileReference, HealthCheck, MountSpec } from '../../src/model/container-spec.js'
import { isImageReference } from './image-reference.js'
import { validateTemplates } from './template-validate.js'

const healthDurationNsMin = 1_000_000
const mountTypes = ['bind', 'volume', 'tmpfs', 'cluster', 'image', 'npipe']

/** Checks what a task's container asks for; sentences as SwarmKit's, which users find by searching. */
export function validateContainer(spec: ContainerSpec): void {
  if (spec.image === '') throw invalid('ContainerSpec: image reference must be provided')
  if (!isImageReference(spec.image)) throw invalid(`ContainerSpec: "${spec.image}" is not a valid repository/tag`)
  if (spec.stopGracePeriodNs !== undefined && !(spec.stopGracePeriodNs >= 0)) {
    throw invalid('ContainerSpec: stop-grace-period cannot be negative')
  }
  validateMounts(spec.mounts)
  if (spec.healthCheck) validateHealthCheck(spec.healthCheck)
  for (const line of spec.env) {
    if (line === '' || line.startsWith('=')) throw invalid(`ContainerSpec: invalid environment variable: "${line}": write NAME=value`)
  }
  for (const { name, soft, hard } of spec.ulimits) {
    if (hard !== -1 && (soft === -1 || soft > hard)) throw invalid(`ContainerSpec: ulimit ${name}: soft limit ${soft} must be at most the hard limit ${hard}`)
  }
  if (spec.oomScoreAdj < -1000 || spec.oomScoreAdj > 1000) {
    throw invalid(`Invalid value ${spec.oomScoreAdj}, range for oom score adj is [-1000, 1000]`)
  }
  if (spec.shmBytes !== undefined && spec.shmBytes < 0) throw invalid(`SHM size can not be less than 0`)
  validateReferences('secret', spec.secrets)
  validateReferences('config', spec.configs)
  validateTemplates(spec)
}

function validateMounts(mounts: readonly MountSpec[]): void {
  const targets = new Set<string>()
  for (const mount of mounts) {
    const refuse = (why: string) => invalid(`invalid mount config for type "${mount.type}": ${why}`)
    if (!mountTypes.includes(mount.type)) throw invalid(`mount type unknown: "${mount.type}": use ${mountTypes.join(', ')}`)
    if (mount.target === '') throw refuse('field Target must not be empty')
    const target = normalized(mount.target)
    if (!mount.target.startsWith('/') && !mount.target.startsWith('{{')) {
      throw refuse(`invalid mount path: '${mount.target}' mount path must be absolute`)
    }
    if (target === '/') throw refuse(`invalid specification: destination can't be '/'`)
    if ((mount.type === 'bind' || mount.type === 'image' || mount.type === 'cluster') && mount.source === '') {
      throw refuse('field Source must not be empty')
    }
    if (mount.type === 'bind' && !mount.source.startsWith('/') && !mount.source.startsWith('{{')) {
      throw refuse(`invalid mount path: '${mount.source}' mount path must be absolute`)
    }
    if (mount.type === 'tmpfs' && mount.source !== '') throw refuse('field Source must not be specified')
    if (mount.tmpfs && !(mount.tmpfs.sizeBytes >= 0)) throw refuse('the size of a tmpfs must not be negative')
    if (mount.bind && mount.type !== 'bind') throw refuse('field BindOptions must not be specified')
    if (mount.volume && mount.type !== 'volume' && mount.type !== 'cluster') throw refuse('field VolumeOptions must not be specified')
    if (mount.tmpfs && mount.type !== 'tmpfs') throw refuse('field TmpfsOptions must not be specified')
    if (targets.has(target)) throw invalid(`ContainerSpec: duplicate mount point: ${mount.target}`)
    targets.add(target)
  }
}

function normalized(path: string): string {
  return `/${path.split('/').filter((part) => part !== '' && part !== '.').join('/')}`
}

function validateHealthCheck(check: HealthCheck): void {
  const durations = {
    Interval: check.intervalNs,
    Timeout: check.timeoutNs,
    StartPeriod: check.startPeriodNs,
    StartInterval: check.startIntervalNs,
  }
  for (const [name, value] of Object.entries(durations)) {
    if (value !== 0 && !(value >= healthDurationNsMin)) throw invalid(`ContainerSpec: ${name} in HealthConfig cannot be less than 1ms`)
  }
  if (check.retries < 0) throw invalid('ContainerSpec: Retries in HealthConfig cannot be negative')
}

function validateReferences(kind: 'secret' | 'config', references: readonly FileReference[]): void {
  const targets = new Map<string, string>()
  for (const { id, name, file } of references) {
    if (id === '' || name === '') throw invalid(`malformed ${kind} reference`)
    if (!file) {
      if (kind === 'secret') throw invalid(`malformed file ${kind} reference, no target provided`)
      continue
    }
    if (file.name === '') throw invalid(`malformed file ${kind} reference, invalid target file name provided`)
    const other = targets.get(file.name)
    if (other !== undefined) throw invalid(`${kind} references '${other}' and '${name}' have a conflicting target: '${file.name}'`)
    targets.set(file.name, name)
  }
}
