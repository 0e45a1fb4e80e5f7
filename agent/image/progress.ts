/** A line of progress, in the shape of the Engine API's JSON stream. */
export interface ProgressMessage {
  status?: string
  id?: string
  /** The bar in text, for old clients. */
  progress?: string
  progressDetail?: { current?: number; total?: number }
  stream?: string
  aux?: unknown
}

/** Hears of progress; it must not throw. */
export type Progress = (message: ProgressMessage) => void
