import { invalid } from '../../base/errors.js'
import type { Cluster, ClusterSpec, RootCa } from '../../model/cluster.js'
import type { Swarm, SwarmSpec, TLSInfo } from '../../model/engine-api/swarm.js'
import { decodeDriver, encodeDriver, encodeMeta, omitEmpty } from '../encode.js'
import { encodeTls } from '../nodes/encode.js'
import { issuerOfRoot } from './issuer.js'

/** The cluster as `GET /swarm` shows it, join tokens included: only managers serve it. */
export function encodeSwarm(cluster: Cluster): Swarm {
  return { ...encodeClusterInfo(cluster), JoinTokens: { Worker: cluster.rootCa.joinTokens.worker, Manager: cluster.rootCa.joinTokens.manager } }
}

/** The cluster without its secrets, for `GET /info`. */
export function encodeClusterInfo(cluster: Cluster): Swarm {
  return {
    ...encodeMeta(cluster.id, cluster.meta),
    Spec: encodeSwarmSpec(cluster.spec),
    TLSInfo: encodeRoot(cluster.rootCa),
    RootRotationInProgress: cluster.rootCa.rotation !== undefined,
    DefaultAddrPool: cluster.defaultAddressPool,
    SubnetSize: cluster.subnetSize,
    DataPathPort: cluster.dataPathPort,
  }
}

/** The root to trust, and whose signature is on new certificates: the next root's while one is moved to. */
function encodeRoot({ certPem, rotation }: RootCa): TLSInfo {
  const issuer = issuerOfRoot(rotation?.certPem ?? certPem)
  return issuer ? encodeTls(certPem, issuer.subject, issuer.publicKey) : omitEmpty({ TrustRoot: certPem })
}

/** The signing key never leaves. */
export function encodeSwarmSpec(spec: ClusterSpec): SwarmSpec {
  return {
    Name: spec.name,
    Labels: spec.labels,
    Orchestration: { TaskHistoryRetentionLimit: spec.orchestration.taskHistoryRetentionLimit },
    Raft: {
      SnapshotInterval: spec.raft.snapshotInterval,
      KeepOldSnapshots: spec.raft.keepOldSnapshots,
      LogEntriesForSlowFollowers: spec.raft.logEntriesForSlowFollowers,
      ElectionTick: spec.raft.electionTick,
      HeartbeatTick: spec.raft.heartbeatTick,
    },
    Dispatcher: { HeartbeatPeriod: spec.dispatcher.heartbeatPeriodNs },
    CAConfig: {
      NodeCertExpiry: spec.ca.nodeCertExpiryNs,
      ...omitEmpty({
        ExternalCAs: spec.ca.externalCas.map((ca) => ({
          Protocol: ca.protocol as 'cfssl',
          URL: ca.url,
          Options: ca.options,
          CACert: ca.caCertPem,
        })),
        SigningCACert: spec.ca.signingCaCertPem,
        ForceRotate: spec.ca.forceRotate,
      }),
    },
    TaskDefaults: spec.taskDefaults.logDriver ? { LogDriver: encodeDriver(spec.taskDefaults.logDriver) } : {},
    EncryptionConfig: { AutoLockManagers: spec.encryption.autoLockManagers },
  }
}

/** `base` with what the JSON gives: clients of every age leave out what they do not mean to change. */
export function decodeSwarmSpec(json: SwarmSpec, base: ClusterSpec): ClusterSpec {
  if (json.Name !== undefined && json.Name !== '' && json.Name !== 'default') {
    throw invalid(`invalid swarm name "${json.Name}": swarm spec must be named "default"`)
  }
  const { Raft: raft = {}, CAConfig: ca } = json
  return {
    name: 'default',
    labels: json.Labels ?? base.labels,
    orchestration: {
      taskHistoryRetentionLimit: json.Orchestration?.TaskHistoryRetentionLimit ?? base.orchestration.taskHistoryRetentionLimit,
    },
    raft: {
      snapshotInterval: given(raft.SnapshotInterval) ?? base.raft.snapshotInterval,
      keepOldSnapshots: raft.KeepOldSnapshots ?? base.raft.keepOldSnapshots,
      logEntriesForSlowFollowers: given(raft.LogEntriesForSlowFollowers) ?? base.raft.logEntriesForSlowFollowers,
      electionTick: given(raft.ElectionTick) ?? base.raft.electionTick,
      heartbeatTick: given(raft.HeartbeatTick) ?? base.raft.heartbeatTick,
    },
    dispatcher: { heartbeatPeriodNs: given(json.Dispatcher?.HeartbeatPeriod) ?? base.dispatcher.heartbeatPeriodNs },
    ca: {
      nodeCertExpiryNs: given(ca?.NodeCertExpiry) ?? base.ca.nodeCertExpiryNs,
      externalCas:
        ca?.ExternalCAs?.map((one) => ({
          protocol: one.Protocol ?? 'cfssl',
          url: one.URL ?? '',
          options: one.Options ?? {},
          caCertPem: one.CACert ?? '',
        })) ?? base.ca.externalCas,
      signingCaCertPem: ca?.SigningCACert ?? base.ca.signingCaCertPem,
      signingCaKeyPem: ca?.SigningCAKey ?? base.ca.signingCaKeyPem,
      forceRotate: ca?.ForceRotate ?? base.ca.forceRotate,
    },
    taskDefaults: json.TaskDefaults
      ? json.TaskDefaults.LogDriver
        ? { logDriver: decodeDriver(json.TaskDefaults.LogDriver) }
        : {}
      : base.taskDefaults,
    encryption: { autoLockManagers: json.EncryptionConfig?.AutoLockManagers ?? base.encryption.autoLockManagers },
  }
}

/** Zero is how clients without optional numbers say "not given". */
function given(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value
}
