/**
 * Where networks, endpoints and sandboxes are kept. Reads see what was put before, at once; the promise
 * of a write resolves when it is durable, and writes become durable in the order they were asked for.
 * Values are plain JSON data.
 */
export interface NetworkStore {
  get(key: string): unknown
  put(key: string, value: unknown): Promise<void>
  delete(key: string): Promise<void>
  /** Everything whose key starts with `prefix`, by key. */
  list(prefix: string): Iterable<{ key: string; value: unknown }>
}
