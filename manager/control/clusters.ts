import { must } from '../../src/base/assert.js'
import { ErrorKind, invalid, StatusError, unavailable } from '../../src/base/errors.js'
import type { Cluster, ClusterSpec } from '../../src/model/cluster.js'
import type { TokenRotation } from '../../src/model/control.js'
import { parseCertificate, splitPem } from '../../src/pki/root-ca.js'
import { madeFrom } from '../store/resolve.js'
import type { ReadTx } from '../store/store.js'
import { validateWhole } from './annotations-validate.js'
import type { ControlDeps } from './deps.js'
import { nextRootCa, withoutSigningKey } from './root-rotation.js'

const hourNs = 3600 * 1e9
/** Certificates that live shorter could not be renewed in time. */
const nodeCertExpiryNsMin = hourNs
/** Whose disks the unlock key opens: the role in a manager's certificate. */
const managerSubsystem = 'swarm-manager'

/** The control API's methods for the cluster itself. */
export class ClusterControl {
  constructor(private readonly deps: ControlDeps) {}

  get(): Cluster {
    return clusterOf(this.deps.store.view())
  }

  async update(version: number, spec: ClusterSpec, rotate: TokenRotation): Promise<Cluster> {
    const before = this.get()
    validateCluster(before.spec, spec)
    // Keys take time to make: the transaction begins when they are there.
    const rootCa = await nextRootCa(before, spec, this.deps.clock.nowMs())
    return this.deps.store.update((tx) => {
      const cluster = clusterOf(tx)
      if (cluster.meta.version !== before.meta.version) throw new StatusError(ErrorKind.outOfSequence, 'update out of sequence')
      const { joinTokens, digest } = cluster.rootCa
      const mint = () => this.deps.secrets.mintJoinToken(digest)
      const changed: Cluster = {
        ...cluster,
        spec: withoutSigningKey(spec, rootCa),
        rootCa: {
          ...rootCa,
          joinTokens: {
            worker: rotate.workerToken ? mint() : joinTokens.worker,
            manager: rotate.managerToken ? mint() : joinTokens.manager,
          },
        },
        unlockKeys: this.unlockKeys(cluster, spec, rotate.managerUnlockKey),
      }
      tx.update('cluster', madeFrom(changed, version))
      return must(tx.get('cluster', cluster.id), 'the cluster is there')
    })
  }

  /** There is a key while autolock is on: a new one when it is turned on or when asked for. */
  private unlockKeys(cluster: Cluster, spec: ClusterSpec, rotate: boolean): Cluster['unlockKeys'] {
    const others = cluster.unlockKeys.filter(({ subsystem }) => subsystem !== managerSubsystem)
    if (!spec.encryption.autoLockManagers) return others
    const current = cluster.unlockKeys.find(({ subsystem }) => subsystem === managerSubsystem)
    if (current && !rotate) return cluster.unlockKeys
    return [...others, { subsystem: managerSubsystem, key: this.deps.secrets.mintUnlockKey() }]
  }
}

function clusterOf(tx: ReadTx): Cluster {
  const cluster = tx.list('cluster')[0]
  if (!cluster) throw unavailable('the swarm is not set up yet: try again in a moment')
  return cluster
}

function validateCluster(current: ClusterSpec, spec: ClusterSpec): void {
  if (spec.name !== current.name) throw invalid('modification of cluster name is not allowed')
  if (!(spec.ca.nodeCertExpiryNs >= nodeCertExpiryNsMin)) throw invalid('minimum certificate expiry time is: 1h0m0s')
  if (!(spec.dispatcher.heartbeatPeriodNs > 0)) {
    throw invalid('heartbeat time period cannot be a negative duration, nor 0: the default is 5s')
  }
  validateWhole('task history retention limit', spec.orchestration.taskHistoryRetentionLimit, -1)
  validateWhole('snapshot interval', spec.raft.snapshotInterval, 1)
  validateWhole('number of kept snapshots', spec.raft.keepOldSnapshots, 0)
  validateWhole('number of log entries for slow followers', spec.raft.logEntriesForSlowFollowers, 0)
  validateWhole('heartbeat tick', spec.raft.heartbeatTick, 1)
  if (!(spec.raft.electionTick > spec.raft.heartbeatTick)) {
    throw invalid(`election tick ${spec.raft.electionTick} must be larger than the heartbeat tick ${spec.raft.heartbeatTick}`)
  }
  for (const { protocol, url, caCertPem } of spec.ca.externalCas) {
    if (protocol !== 'cfssl') throw invalid(`external CA ${url}: unknown protocol "${protocol}": use cfssl`)
    if (!url.startsWith('https://') || !URL.canParse(url)) throw invalid(`external CA "${url}": its URL must begin with https://`)
    if (caCertPem !== '' && splitPem(caCertPem).length !== 1) throw invalid(`external CA ${url}: its root must be one certificate in PEM`)
    if (caCertPem !== '') parseCertificate(caCertPem)
  }
}
