import type { SwarmInitRequest, SwarmJoinRequest, SwarmSpec } from '../../model/engine-api/swarm.js'
import { count, flag, listOf, mapOf, oneOf, orNull, shape, text, whole } from '../json-check.js'
import { driver } from '../services/shape.js'

type Part<Name extends keyof SwarmSpec> = NonNullable<SwarmSpec[Name]>
type ExternalCa = NonNullable<Part<'CAConfig'>['ExternalCAs']>[number]

export const swarmSpec = shape<SwarmSpec>({
  Name: text,
  Labels: mapOf(orNull(text, '')),
  Orchestration: shape<Part<'Orchestration'>>({ TaskHistoryRetentionLimit: whole }),
  Raft: shape<Part<'Raft'>>({
    SnapshotInterval: count,
    KeepOldSnapshots: count,
    LogEntriesForSlowFollowers: count,
    ElectionTick: count,
    HeartbeatTick: count,
  }),
  Dispatcher: shape<Part<'Dispatcher'>>({ HeartbeatPeriod: count }),
  CAConfig: shape<Part<'CAConfig'>>({
    NodeCertExpiry: count,
    ExternalCAs: listOf(shape<ExternalCa>({ Protocol: oneOf('cfssl'), URL: text, Options: mapOf(text), CACert: text })),
    SigningCACert: text,
    SigningCAKey: text,
    ForceRotate: count,
  }),
  EncryptionConfig: shape<Part<'EncryptionConfig'>>({ AutoLockManagers: flag }),
  TaskDefaults: shape<Part<'TaskDefaults'>>({ LogDriver: driver }),
})

const availability = oneOf('active', 'pause', 'drain')

export const initBody = shape<SwarmInitRequest>({
  ListenAddr: text,
  AdvertiseAddr: text,
  DataPathAddr: text,
  DataPathPort: count,
  DefaultAddrPool: listOf(text),
  SubnetSize: count,
  ForceNewCluster: flag,
  AutoLockManagers: flag,
  Availability: availability,
  Spec: swarmSpec,
})

export const joinBody = shape<SwarmJoinRequest>({
  ListenAddr: text,
  AdvertiseAddr: text,
  DataPathAddr: text,
  RemoteAddrs: listOf(text),
  JoinToken: text,
  Availability: availability,
})

export const unlockBody = shape<{ UnlockKey?: string }>({ UnlockKey: text })
