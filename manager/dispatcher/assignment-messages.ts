import type { AssignmentChange } from '../../src/wire/dispatcher-service.js'

/** A message holds about this much; secrets and configs are large. */
const partBytesMax = 1024 * 1024
const partChangesMax = 100

/** A part of a set, or of changes of one. */
export interface SetMessage<Change> {
  type: 'complete' | 'incremental'
  appliesTo: string
  resultsIn: string
  changes: Change[]
  more: boolean
}

/** Numbers the sets sent on one stream and cuts them into messages. */
export class AssignmentSequence<Change = AssignmentChange> {
  private sequence = 0

  /** `stream` tells the numbers of one stream from those of another. */
  constructor(private readonly stream = '') {}

  /** The number of the set sent last; 0 before the first. */
  get last(): string {
    return `${this.stream}${this.sequence}`
  }

  /** The messages of a whole set, or of changes of the set before; at least one. */
  messages(type: SetMessage<Change>['type'], changes: readonly Change[]): SetMessage<Change>[] {
    const appliesTo = type === 'complete' ? '' : this.last
    this.sequence++
    const resultsIn = this.last
    const parts: Change[][] = [[]]
    let bytes = 0
    for (const change of changes) {
      const size = roughBytes(change)
      const last = parts.at(-1) ?? []
      if (last.length > 0 && (last.length >= partChangesMax || bytes + size > partBytesMax)) {
        parts.push([change])
        bytes = size
      } else {
        last.push(change)
        bytes += size
      }
    }
    return parts.map((part, at) => ({ type, appliesTo, resultsIn, changes: part, more: at < parts.length - 1 }))
  }
}

/** About what a value takes on the wire: texts and bytes as they are, a little for everything else. */
function roughBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  if (value instanceof Uint8Array) return value.length + 4
  if (typeof value !== 'object' || value === null) return 4
  let bytes = 2
  for (const part of Object.values(value)) bytes += roughBytes(part)
  return bytes
}
