import { managerUnlockKey } from './unlock-key.js'
import type { Cluster } from '../../src/model/cluster.js'
import { StoreLoop, type LoopDeps, type LoopHandler, type StoreChange } from '../store/store-loop.js'
import type { ReadTx } from '../store/store.js'

/** Takes up an unlock key, or none, as of a version of the cluster object. Older versions than one it has are not its concern. */
export type ApplyUnlockKey = (key: Uint8Array | undefined, version: number) => Promise<void>

/** Hands on the unlock key whenever the cluster object changes. */
class UnlockFollower implements LoopHandler {
  readonly name = 'unlock key'
  private cluster: Cluster | undefined

  constructor(private readonly apply: ApplyUnlockKey) {}

  reset(tx: ReadTx): void {
    this.cluster = tx.list('cluster')[0]
  }

  observe(change: StoreChange): void {
    if (change.table === 'cluster' && change.action !== 'remove') this.cluster = change.object
  }

  async run(): Promise<void> {
    const { cluster } = this
    this.cluster = undefined
    if (cluster) await this.apply(managerUnlockKey(cluster), cluster.meta.version)
  }
}

/** The loop, on every manager, that keeps the seal of its disk as the cluster's object says. */
export const unlockFollower = (deps: LoopDeps, apply: ApplyUnlockKey): StoreLoop => new StoreLoop(deps, new UnlockFollower(apply))
