import { TransactionTooLargeError } from './memory-store.js'
import type { Store, WriteTx } from './store.js'

/** Items decided in one transaction at most: others get their turn between two of them. */
const batchItemsMax = 200

/**
 * Runs `decide` for every item, in as few transactions as their limits allow, one after another in
 * the order of the items. `decide` reads what it changes from the transaction it is given; it is run
 * again for items whose transaction was too large. What it throws ends the batch: transactions
 * before that stay committed.
 */
export async function batch<T>(store: Store, items: readonly T[], decide: (tx: WriteTx, item: T) => void): Promise<void> {
  let size = batchItemsMax
  for (let at = 0; at < items.length; ) {
    const part = items.slice(at, at + size)
    try {
      await store.update((tx) => part.forEach((item) => decide(tx, item)))
    } catch (thrown) {
      if (!(thrown instanceof TransactionTooLargeError) || part.length === 1) throw thrown
      size = Math.ceil(part.length / 2)
      continue
    }
    at += part.length
  }
}
