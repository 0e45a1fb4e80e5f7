import { release } from 'node:os'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { taskStateName } from '../model/task-state.js'
import { Role } from '../../manager/raft/core/ready.js'
import type { HostParts } from './host-parts.js'
import type { MetricsText } from './metrics-server.js'
import type { SwarmNode } from './swarm/swarm-node.js'
import { commit, version } from './version.js'

export interface MetricsDeps {
  parts: Pick<HostParts, 'engine' | 'events'>
  swarm: Pick<SwarmNode, 'membership'>
  engineId: string
}

const actionBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const loopPeriodMs = 100

/**
 * The figures of this daemon for Prometheus, under dockerd's and SwarmKit's names where they have them
 * (docs.docker.com, "Collect Docker metrics with Prometheus"), besides those of the process and the event loop.
 */
export class DaemonMetrics {
  private readonly registry = new Registry()
  private asked = false

  constructor(private readonly deps: MetricsDeps) {
    this.engine()
    this.cluster()
  }

  /** In the text format of Prometheus. */
  async read(): Promise<MetricsText> {
    // Only for those who ask: the event loop is looked at from then on, which wakes a daemon that has nothing to do.
    if (!this.asked) collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: loopPeriodMs })
    this.asked = true
    return { contentType: this.registry.contentType, text: await this.registry.metrics() }
  }

  private engine(): void {
    const { engine, events } = this.deps.parts
    const registers = [this.registry]
    const { host, observer } = engine.context
    new Gauge({ name: 'engine_daemon_engine_info', help: 'The information related to the engine and the OS it is running on', labelNames: ['version', 'commit', 'architecture', 'graphdriver', 'kernel', 'os', 'os_type', 'daemon_id'], registers })
      .set({ version, commit, architecture: process.arch, graphdriver: 'overlay2', kernel: release(), os: 'Linux', os_type: 'linux', daemon_id: this.deps.engineId }, 1)
    new Gauge({ name: 'engine_daemon_engine_cpus_cpus', help: 'The number of cpus that the host system of the engine has', registers }).set(host.cpus)
    new Gauge({ name: 'engine_daemon_engine_memory_bytes', help: 'The number of bytes of memory that the host system of the engine has', registers }).set(host.memoryBytes)
    new Gauge({
      name: 'engine_daemon_container_states_containers', help: 'The count of containers in various states', labelNames: ['state'], registers,
      collect() {
        const counts = { running: 0, paused: 0, stopped: 0 }
        for (const { status } of engine.all()) counts[status === 'running' || status === 'restarting' ? 'running' : status === 'paused' ? 'paused' : 'stopped']++
        for (const [state, count] of Object.entries(counts)) this.set({ state }, count)
      },
    })
    const actions = new Histogram({ name: 'engine_daemon_container_actions_seconds', help: 'The number of seconds it takes to process each container action', labelNames: ['action'], buckets: actionBuckets, registers })
    for (const action of ['changes', 'commit', 'create', 'delete', 'start']) actions.zero({ action })
    observer.onAction = (action, tookMs) => actions.observe({ action }, tookMs / 1000)
    const checks = new Counter({ name: 'engine_daemon_health_checks_total', help: 'The total number of health checks', registers })
    const failed = new Counter({ name: 'engine_daemon_health_checks_failed_total', help: 'The total number of failed health checks', registers })
    observer.onHealthCheck = (healthy) => {
      checks.inc()
      if (!healthy) failed.inc()
    }
    const published = new Counter({ name: 'engine_daemon_events_total', help: 'The number of events logged', registers })
    events.onPublish = () => published.inc()
    new Gauge({
      name: 'engine_daemon_events_subscribers_total', help: 'The number of current subscribers to events', registers,
      collect() {
        this.set(events.subscriberCount)
      },
    })
  }

  private cluster(): void {
    const registers = [this.registry]
    const membership = () => this.deps.swarm.membership
    new Gauge({
      name: 'swarm_node_info', help: 'Information related to the swarm', labelNames: ['swarm_id', 'node_id'], registers,
      collect() {
        this.reset()
        const current = membership()
        if (current) this.set({ swarm_id: current.identity.clusterId, node_id: current.identity.nodeId }, 1)
      },
    })
    new Gauge({
      name: 'swarm_node_manager', help: 'Whether this node is a manager or not', registers,
      collect() {
        this.set(membership()?.manager ? 1 : 0)
      },
    })
    new Gauge({
      name: 'swarm_manager_leader', help: 'Indicates if this manager node is a leader', registers,
      collect() {
        this.set(membership()?.manager?.isLeader ? 1 : 0)
      },
    })
    const raft = (name: string, help: string, read: (manager: NonNullable<NonNullable<SwarmNode['membership']>['manager']>) => number): void => {
      new Gauge({
        name, help, registers,
        collect() {
          const manager = membership()?.manager
          this.reset()
          if (manager) this.set(read(manager))
        },
      })
    }
    raft('swarm_raft_term', 'The current term', ({ raft: node }) => node.status().term)
    raft('swarm_raft_commit_index', 'The last entry that is committed', ({ raft: node }) => node.status().committed)
    raft('swarm_raft_applied_index', 'The last entry that is applied to the store', ({ raft: node }) => node.status().applied)
    raft('swarm_raft_last_index', 'The last entry of the log', ({ raft: node }) => node.status().lastIndex)
    raft('swarm_raft_snapshot_index', 'The last entry that the latest snapshot covers', ({ raft: node }) => node.status().snapshotIndex)
    raft('swarm_raft_members', 'The members of the Raft group', ({ raft: node }) => node.members().length)
    raft('swarm_raft_members_unreachable', 'The members of the Raft group that this one cannot reach', ({ raft: node }) => node.members().filter(({ reachable }) => !reachable).length)
    raft('swarm_raft_is_leader', 'Whether this member leads the Raft group', ({ raft: node }) => (node.status().role === Role.leader ? 1 : 0))
    for (const [table, plural] of objectCounts) {
      raft(`swarm_manager_${plural}_total`, `The number of ${plural} in the cluster object store`, ({ store }) => store.view().count(table))
    }
    new Gauge({
      name: 'swarm_manager_tasks_total', help: 'The number of tasks in the cluster object store', labelNames: ['state'], registers,
      collect() {
        this.reset()
        for (const { status } of membership()?.manager?.store.view().list('task') ?? []) this.inc({ state: taskStateName(status.state) })
      },
    })
    new Gauge({
      name: 'swarm_manager_nodes', help: 'The number of nodes', labelNames: ['state'], registers,
      collect() {
        this.reset()
        for (const { status } of membership()?.manager?.store.view().list('node') ?? []) this.inc({ state: status.state })
      },
    })
  }
}

const objectCounts = [['service', 'services'], ['network', 'networks'], ['secret', 'secrets'], ['config', 'configs']] as const
