import type { SwarmSpec } from '../../model/engine-api/swarm.js'
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

/** The body of `POST /swarm/init`. */
export interface InitBody {
  ListenAddr?: string
  AdvertiseAddr?: string
  DataPathAddr?: string
  DataPathPort?: number
  DefaultAddrPool?: string[]
  SubnetSize?: number
  ForceNewCluster?: boolean
  AutoLockManagers?: boolean
  Availability?: 'active' | 'pause' | 'drain'
  Spec?: SwarmSpec
}

const availability = oneOf('active', 'pause', 'drain')

export const initBody = shape<InitBody>({
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

/** The body of `POST /swarm/join`. */
export interface JoinBody {
  ListenAddr?: string
  AdvertiseAddr?: string
  DataPathAddr?: string
  RemoteAddrs?: string[]
  JoinToken?: string
  Availability?: 'active' | 'pause' | 'drain'
}

export const joinBody = shape<JoinBody>({
  ListenAddr: text,
  AdvertiseAddr: text,
  DataPathAddr: text,
  RemoteAddrs: listOf(text),
  JoinToken: text,
  Availability: availability,
})

export const unlockBody = shape<{ UnlockKey?: string }>({ UnlockKey: text })
