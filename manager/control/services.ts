import { invalid, StatusError } from '../../src/base/errors.js'
import { must } from '../../src/base/assert.js'
import type { ServiceTaskCounts } from '../../src/model/control.js'
import type { ServiceId } from '../../src/model/ids.js'
import type { Service, ServiceMode, ServiceSpec } from '../../src/model/service.js'
import { TaskState } from '../../src/model/task-state.js'
import { madeFrom, resolve } from '../store/resolve.js'
import type { ReadTx } from '../store/store.js'
import type { ControlDeps } from './deps.js'
import { checkFilesExist, checkIngress, checkPorts, withNetworks } from './service-conflicts.js'
import { validateService } from './service-validate.js'

/** How often an update waits for other writes of the same service before it competes with them. */
const settlingTriesMax = 20

/** The control API's methods for services. */
export class ServiceControl {
  constructor(private readonly deps: ControlDeps) {}

  list(): Service[] {
    return this.deps.store.view().list('service')
  }

  get(ref: string): Service {
    return resolve(this.deps.store.view(), 'service', ref)
  }

  create(spec: ServiceSpec): Promise<Service> {
    const { store, clock, ids } = this.deps
    const id = ids.objectId() as ServiceId
    return store.update((tx) => {
      validateService(spec)
      const resolved = withNetworks(tx, spec)
      checkIngress(tx, resolved)
      checkPorts(tx, resolved, id)
      checkFilesExist(tx, resolved)
      tx.create('service', {
        id,
        spec: resolved,
        specVersion: 0,
        pendingDelete: false,
        ...(isJob(spec.mode) && { jobStatus: { jobIteration: 0, lastExecutionMs: clock.nowMs() } }),
      })
      return must(tx.get('service', id), 'a created service is there')
    })
  }

  /** What is refused, and what an update resets, is as in SwarmKit's control API. */
  async update(ref: string, version: number, spec: ServiceSpec, rollback: boolean): Promise<Service> {
    for (let tries = 1; ; tries++) {
      const updated = await this.deps.store.update((tx) => {
        const service = resolve(tx, 'service', ref)
        const next = rollback ? this.rolledBack(service) : this.updated(tx, service, spec)
        checkIngress(tx, next.spec)
        const seen = hasSeenSpec(service, version)
        // A write that is under way has no version yet: its outcome is waited for.
        if (seen && service.meta.version < 0 && tries < settlingTriesMax) return undefined
        tx.update('service', madeFrom(next, seen && version < service.meta.version ? service.meta.version : version))
        return must(tx.get('service', service.id), 'an updated service is there')
      })
      if (updated) return updated
    }
  }

  async remove(ref: string): Promise<void> {
    await this.deps.store.update((tx) => tx.remove('service', resolve(tx, 'service', ref).id))
  }

  statuses(references: readonly string[]): Record<string, ServiceTaskCounts> {
    const view = this.deps.store.view()
    const counts = references.flatMap((ref) => {
      const service = view.get('service', ref)
      return service ? [[service.id, countTasks(view, service)] as const] : []
    })
    return Object.fromEntries(counts)
  }

  private updated(tx: ReadTx, service: Service, spec: ServiceSpec): Service {
    if (service.pendingDelete) throw invalid(`service ${service.spec.name} is being removed: wait for that, then create it again`)
    validateService(spec)
    if (service.spec.mode.kind !== spec.mode.kind) {
      throw new StatusError('unsupported', 'service mode change is not allowed: remove the service and create it again')
    }
    if (service.spec.name !== spec.name) {
      throw new StatusError('unsupported', 'renaming services is not supported: create a new one and remove the old one')
    }
    const resolved = withNetworks(tx, spec)
    checkPorts(tx, resolved, service.id)
    checkFilesExist(tx, resolved)
    const { updateStatus: _, ...rest } = service
    return {
      ...rest,
      spec: resolved,
      // Not the version this write gets: it only has to differ from the one before.
      specVersion: service.meta.version,
      previousSpec: service.spec,
      previousSpecVersion: service.specVersion,
      ...(isJob(spec.mode) && {
        jobStatus: { jobIteration: (service.jobStatus?.jobIteration ?? 0) + 1, lastExecutionMs: this.deps.clock.nowMs() },
      }),
    }
  }

  private rolledBack(service: Service): Service {
    if (!service.previousSpec) throw invalid(`service ${service.spec.name} does not have a previous spec`)
    return {
      ...service,
      spec: service.previousSpec,
      specVersion: service.previousSpecVersion ?? 0,
      previousSpec: service.spec,
      previousSpecVersion: service.specVersion,
      updateStatus: {
        state: 'rollback_started',
        startedAtMs: this.deps.clock.nowMs(),
        message: 'manually requested rollback',
      },
    }
  }
}

/**
 * Only the daemon's own notes (addresses, the progress of an update) came after the version that the
 * client saw: they take nothing away that it knows. After a rollback the versions do not tell.
 */
function hasSeenSpec({ specVersion, previousSpecVersion = 0 }: Service, version: number): boolean {
  return version > specVersion && previousSpecVersion <= specVersion
}

function isJob(mode: ServiceMode): boolean {
  return mode.kind === 'replicatedJob' || mode.kind === 'globalJob'
}

/** What `service ls` prints. Tasks on nodes that are down do not run, whatever was last heard of them. */
function countTasks(view: ReadTx, service: Service): ServiceTaskCounts {
  const { mode } = service.spec
  const job = isJob(mode)
  const iteration = service.jobStatus?.jobIteration ?? 0
  const counts = { running: 0, desired: 0, completed: 0 }
  for (const task of view.tasksByService(service.id)) {
    if (job && (task.jobIteration ?? 0) !== iteration) continue
    if (task.status.state === TaskState.complete) counts.completed++
    const wanted = task.desiredState <= (job ? TaskState.complete : TaskState.running)
    if (wanted && (mode.kind === 'global' || (mode.kind === 'globalJob' && task.status.state !== TaskState.complete))) counts.desired++
    const down = task.nodeId !== '' && view.get('node', task.nodeId)?.status.state === 'down'
    if (wanted && task.status.state === TaskState.running && !down) counts.running++
  }
  if (mode.kind === 'replicated') counts.desired = mode.replicas
  // As many as may run at once, also when all are done: so Swarm mode shows it.
  if (mode.kind === 'replicatedJob') counts.desired = Math.min(mode.maxConcurrent || mode.totalCompletions, mode.totalCompletions)
  return counts
}
