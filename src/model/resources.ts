/** A resource that nodes offer under a name: a number of it, or named pieces. */
export interface GenericResource {
  kind: string
  /** A piece by name (`GPU-0`), or absent for a count. */
  value?: string
  /** How many, for a count. */
  count?: number
}

/** An amount of what a node has and tasks reserve. */
export interface Resources {
  /** Billionths of a CPU. */
  nanoCpus: number
  memoryBytes: number
  generic: GenericResource[]
}

/** What a task may use at most; 0 is no limit. */
export interface ResourceLimits {
  nanoCpus: number
  memoryBytes: number
  pids: number
}

export interface ResourceRequirements {
  limits?: ResourceLimits
  reservations?: Resources
  /** Bytes of swap; -1 is no limit. */
  swapBytes?: number
  /** 0 to 100. */
  memorySwappiness?: number
}
