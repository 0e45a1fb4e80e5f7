/**
 * Rules for every model type, which mirror the messages in `proto/`: lists and maps are never
 * undefined; a field that may be absent is optional and never null; times are milliseconds since
 * the epoch, durations nanoseconds (as in the Engine API), sizes bytes, CPU nano-CPUs.
 */

/** What the store keeps with every object. */
export interface Meta {
  /** The Raft index of the last change; an update must name it. */
  version: number
  createdAtMs: number
  updatedAtMs: number
}

/** Name and labels of a user-made object. */
export interface Annotations {
  name: string
  labels: Record<string, string>
}

/** A driver by name with its options. */
export interface Driver {
  name: string
  options: Record<string, string>
}
