import { invalid } from '../../../base/errors.js'
import type { SwarmSpec } from '../../../model/engine-api/swarm.js'
import { flag, type FlagValues } from '../../../base/flags.js'
import { csvFields } from '../../options/csv.js'

/** Flags that `init` and `update` share. */
export const swarmSpecFlags = {
  autolock: flag.bool('Enable manager autolocking (requiring an unlock key to start a stopped manager)'),
  'cert-expiry': flag.duration('Validity period for node certificates (ns|us|ms|s|m|h) (default 2160h0m0s)'),
  'dispatcher-heartbeat': flag.duration('Dispatcher heartbeat period (ns|us|ms|s|m|h) (default 5s)'),
  'external-ca': flag.list('Specifications of one or more certificate signing endpoints', { valueName: 'external-ca' }),
  'max-snapshots': flag.int('Number of additional Raft snapshots to retain', { valueName: 'uint' }),
  'snapshot-interval': flag.int('Number of log entries between Raft snapshots (default 10000)', { valueName: 'uint' }),
  'task-history-limit': flag.int('Task history retention limit (default 5)'),
} as const

/** Sets on a spec what the flags that were given ask for. */
export function applySwarmFlags(spec: SwarmSpec, flags: Partial<FlagValues<typeof swarmSpecFlags>>, given: ReadonlySet<string>): void {
  if (flags.autolock !== undefined && given.has('autolock')) spec.EncryptionConfig = { AutoLockManagers: flags.autolock }
  if (flags['task-history-limit'] !== undefined) spec.Orchestration = { TaskHistoryRetentionLimit: flags['task-history-limit'] }
  if (flags['dispatcher-heartbeat'] !== undefined) spec.Dispatcher = { HeartbeatPeriod: flags['dispatcher-heartbeat'] }
  if (flags['cert-expiry'] !== undefined) spec.CAConfig = { ...spec.CAConfig, NodeCertExpiry: flags['cert-expiry'] }
  if (flags['external-ca'] && flags['external-ca'].length > 0) spec.CAConfig = { ...spec.CAConfig, ExternalCAs: flags['external-ca'].map(externalCa) }
  if (flags['snapshot-interval'] !== undefined) spec.Raft = { ...spec.Raft, SnapshotInterval: flags['snapshot-interval'] }
  if (flags['max-snapshots'] !== undefined) spec.Raft = { ...spec.Raft, KeepOldSnapshots: flags['max-snapshots'] }
}

function externalCa(text: string): { Protocol: 'cfssl'; URL: string; Options: Record<string, string> } {
  const fields = Object.fromEntries(csvFields(text).map(({ key, value = '' }) => [key, value]))
  const { protocol, url, cacert: _, ...options } = fields
  if (protocol?.toLowerCase() !== 'cfssl') throw invalid(`unrecognized external CA protocol ${protocol ?? ''}`)
  if (!url) throw invalid('the external-ca option needs an url= parameter')
  return { Protocol: 'cfssl', URL: url, Options: options }
}
