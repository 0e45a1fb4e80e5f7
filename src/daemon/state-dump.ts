import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import { rfc3339, type Clock } from '../base/clock.js'
import { writeFileAtomic } from '../sys/atomic-file.js'
import type { HostParts } from './host-parts.js'
import type { SwarmNode } from './swarm/swarm-node.js'
import { commit, version } from './version.js'

/** The event loop is looked at so often: each look wakes a daemon that has nothing to do. */
const loopPeriodMs = 100
/** Older dumps go. */
const dumpsMax = 10

export interface StateDumpDeps {
  parts: Pick<HostParts, 'engine' | 'events' | 'images' | 'volumes'>
  swarm: Pick<SwarmNode, 'membership'>
  folder: string
  clock: Clock
}

/** Writes what this daemon is doing to files, for those who look for a fault (SIGUSR1). Nothing secret is in them. */
export class StateDumper implements Disposable {
  private readonly loopDelay = monitorEventLoopDelay({ resolution: loopPeriodMs })

  constructor(private readonly deps: StateDumpDeps) {
    this.loopDelay.enable()
  }

  /** Gives the file's path. */
  async write(): Promise<string> {
    const { folder, clock } = this.deps
    await mkdir(folder, { recursive: true, mode: 0o711 })
    const path = join(folder, `skepd-state-${rfc3339(clock.nowMs()).replace(/[:.]/g, '')}.json`)
    await writeFileAtomic(path, `${JSON.stringify(this.collect(), undefined, 2)}\n`, 0o600)
    const dumps = (await readdir(folder)).filter((name) => name.startsWith('skepd-state-')).sort()
    for (const name of dumps.slice(0, -dumpsMax)) await rm(join(folder, name), { force: true })
    this.loopDelay.reset()
    return path
  }

  [Symbol.dispose](): void {
    this.loopDelay.disable()
  }

  private collect(): Record<string, unknown> {
    const { parts, swarm, clock } = this.deps
    const manager = swarm.membership?.manager
    const ms = (nanoseconds: number): number => Math.round(nanoseconds / 1e4) / 100
    return {
      time: rfc3339(clock.nowMs()),
      daemon: { version, commit, pid: process.pid, node: process.version, uptimeSeconds: Math.round(process.uptime()) },
      memory: process.memoryUsage(),
      heap: getHeapStatistics(),
      heapSpaces: getHeapSpaceStatistics(),
      cpu: process.resourceUsage(),
      eventLoopDelayMs: { min: ms(this.loopDelay.min), mean: ms(this.loopDelay.mean), p99: ms(this.loopDelay.percentile(99)), max: ms(this.loopDelay.max) },
      // What keeps the event loop busy: timers, sockets, watches, file operations.
      resources: counted(process.getActiveResourcesInfo()),
      events: { subscribers: parts.events.subscriberCount },
      images: parts.images.store.list().length,
      containers: parts.engine.all().map((container) => ({
        id: container.id,
        name: container.name,
        status: container.status,
        pid: container.record.state.process?.pid,
        conmonPid: container.record.state.conmon?.pid,
        restartDelayMs: container.restartDelayMs,
        restartPending: container.restartTimer !== undefined,
        healthCheckPending: container.healthChecks !== undefined,
        attached: container.hub !== undefined,
        execs: container.execs.size,
        health: container.record.state.health?.status,
      })),
      swarm: swarm.membership && {
        nodeId: swarm.membership.identity.nodeId,
        clusterId: swarm.membership.identity.clusterId,
        role: swarm.membership.identity.role,
        managerFailure: swarm.membership.managerFailure,
      },
      raft: manager && { ...manager.raft.status(), members: manager.raft.members() },
      tasks: manager?.store.view().list('task').map(({ id, serviceId, nodeId, desiredState, status }) => ({ id, serviceId, nodeId, desiredState, state: status.state, message: status.message })),
    }
  }
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
