/**
 * The same items, the next one being fetched while the last is used: for a source that waits for something else
 * than this thread. `stop` is called before the source is closed, so that a fetch under way need not be waited for.
 */
export async function* readAhead<T>(source: AsyncGenerator<T, void, undefined>, stop: () => void): AsyncGenerator<T, void, undefined> {
  let next = source.next()
  try {
    for (;;) {
      const item = await next
      if (item.done) return
      next = source.next()
      // Whether it failed is told when it is asked for.
      next.catch(() => undefined)
      yield item.value
    }
  } finally {
    stop()
    await source.return()
  }
}
