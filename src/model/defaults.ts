import type { ClusterSpec } from './cluster.js'
import type { RestartPolicy, UpdateConfig } from './service.js'

const second = 1_000_000_000

/** What holds where a spec is silent. */
export const defaults = {
  taskHistoryRetentionLimit: 5,
  heartbeatPeriodNs: 5 * second,
  /** A node is down after this many missed heartbeats. */
  heartbeatsMissedMax: 3,
  /** Tasks of a node that stays down this long are orphaned. */
  orphanAfterMs: 24 * 3600 * 1000,
  restartDelayNs: 5 * second,
  monitorNs: 5 * second,
  stopGracePeriodNs: 10 * second,
  nodeCertExpiryNs: 90 * 24 * 3600 * second,
  remoteApiPort: 2377,
  dataPathPort: 4789,
  addressPool: ['10.0.0.0/8'],
  subnetSize: 24,
  dynamicPortFirst: 30_000,
  dynamicPortLast: 32_767,
} as const

export const defaultRestartPolicy: RestartPolicy = {
  condition: 'any',
  delayNs: defaults.restartDelayNs,
  maxAttempts: 0,
  windowNs: 0,
}

export const defaultUpdateConfig: UpdateConfig = {
  parallelism: 1,
  delayNs: 0,
  failureAction: 'pause',
  monitorNs: defaults.monitorNs,
  maxFailureRatio: 0,
  order: 'stop-first',
}

export function defaultClusterSpec(): ClusterSpec {
  return {
    name: 'default',
    labels: {},
    orchestration: { taskHistoryRetentionLimit: defaults.taskHistoryRetentionLimit },
    raft: {
      snapshotInterval: 10_000,
      keepOldSnapshots: 0,
      logEntriesForSlowFollowers: 500,
      heartbeatTick: 1,
      electionTick: 10,
    },
    dispatcher: { heartbeatPeriodNs: defaults.heartbeatPeriodNs },
    ca: {
      nodeCertExpiryNs: defaults.nodeCertExpiryNs,
      externalCas: [],
      signingCaCertPem: '',
      signingCaKeyPem: '',
      forceRotate: 0,
    },
    taskDefaults: {},
    encryption: { autoLockManagers: false },
  }
}
