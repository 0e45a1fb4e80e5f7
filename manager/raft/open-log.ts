import { invalid } from '../../src/base/errors.js'
import { LogStorage, type Loaded } from './log-storage.js'
import { newRaftId } from './membership.js'
import type { RaftNodeOptions } from './node-types.js'
import { keepEntriesDefault } from './snapshotter.js'
import { realDisk } from './wal/disk.js'

/**
 * Opens the log in `dir` and puts its snapshot into the state machine, or begins a log as `start` says.
 * Throws `internal` when the log is damaged, `forbidden` when it is sealed with another key, `invalid`
 * when there is none and no way to start.
 */
export async function openLog(options: RaftNodeOptions): Promise<{ storage: LogStorage; loaded: Loaded }> {
  const { dir, log, dataKeys, segmentBytes, disk = realDisk, keepEntries = keepEntriesDefault } = options
  const storage = await LogStorage.open({
    dir,
    disk,
    log,
    keepEntries,
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
    ...(dataKeys ? { dataKeys } : {}),
  })
  try {
    return { storage, loaded: await loadOrBegin(storage, options) }
  } catch (thrown) {
    await storage.close()
    throw thrown
  }
}

async function loadOrBegin(storage: LogStorage, { dir, nodeId, address, start, stateMachine, rng, forceNewCluster }: RaftNodeOptions): Promise<Loaded> {
  let loaded: Loaded
  if (!storage.isEmpty) loaded = await storage.load((index, chunks) => stateMachine.restore(index, chunks))
  else if (start?.kind === 'bootstrap') loaded = await storage.bootstrap({ raftId: start.raftId ?? newRaftId(rng), nodeId, address })
  else if (start?.kind === 'join') loaded = await storage.join(start.joined.raftId, start.joined)
  else throw invalid(`there is no Raft log in ${dir}: this node is not a manager yet`)
  return forceNewCluster ? storage.forceNewCluster(loaded, { raftId: loaded.raftId, nodeId, address }) : loaded
}
