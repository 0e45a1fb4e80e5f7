import { createHash } from 'node:crypto'
import protobuf from 'protobufjs/minimal.js'
import type { Clock } from '../base/clock.js'
import type { BuildMessage } from '../model/engine-api/build.js'

/** A step of the build; times in milliseconds since the epoch. */
interface Vertex {
  digest: string
  name: string
  cached: boolean
  startedMs: number
  completedMs?: number
  error?: string
}

/**
 * Tells a build's progress as BuildKit does: every step is a vertex that starts and completes, output is its log, transfers are
 * its statuses. What is given are messages `moby.buildkit.v1.StatusResponse` (github.com/moby/buildkit, api/services/control/control.proto).
 */
export class BuildProgress {
  private vertex: Vertex | undefined
  private steps = 0
  private readonly transfers = new Map<string, number>()

  constructor(private readonly clock: Clock) {}

  /** What one line of progress is in BuildKit's form: nothing when BuildKit has no such line. */
  translate(message: BuildMessage): Buffer[] {
    const { stream, id, status } = message
    if (stream !== undefined) return this.line(stream)
    return id !== undefined && status !== undefined ? this.transfer(id, status, message.progressDetail ?? {}) : []
  }

  /** The step under way is over, and the build with it unless another one begins; `error` is what it failed with. */
  end(error?: string): Buffer[] {
    const vertex = this.complete(error)
    return vertex ? [response((writer) => writeVertex(writer, vertex))] : []
  }

  private line(text: string): Buffer[] {
    const step = /^Step (\d+\/\d+) : ([^]*)\n$/.exec(text)
    if (step) {
      const [, place = '', instruction = ''] = step
      return this.begin(`[${place}] ${instruction}`)
    }
    if (text.startsWith(' ---> ')) {
      if (text.startsWith(' ---> Using cache') && this.vertex) this.vertex.cached = true
      // The names of images and containers between the steps: BuildKit has none.
      return []
    }
    if (/^Successfully (built|tagged) /.test(text)) return []
    const begun = this.vertex ? [] : this.begin('[internal] load build definition')
    // The classic builder marks standard error with a colour.
    const error = /^\u001b\[91m([^]*)\u001b\[0m$/.exec(text)
    const digest = this.vertex?.digest ?? ''
    const nowMs = this.clock.nowMs()
    return [...begun, response((writer) => writeLog(writer, digest, nowMs, error ? 2 : 1, error?.[1] ?? text))]
  }

  /** Another step begins; the one before it is complete. */
  begin(name: string): Buffer[] {
    const before = this.complete()
    // Two steps can read the same.
    const digest = `sha256:${createHash('sha256').update(`${this.steps++} ${name}`).digest('hex')}`
    const vertex = { digest, name, cached: false, startedMs: this.clock.nowMs() }
    this.vertex = vertex
    return [
      response((writer) => {
        if (before) writeVertex(writer, before)
        writeVertex(writer, vertex)
      }),
    ]
  }

  private complete(error?: string): Vertex | undefined {
    const { vertex } = this
    this.vertex = undefined
    this.transfers.clear()
    return vertex && { ...vertex, completedMs: this.clock.nowMs(), ...(error !== undefined && { error }) }
  }

  private transfer(id: string, status: string, { current = 0, total = 0 }: NonNullable<BuildMessage['progressDetail']>): Buffer[] {
    const begun = this.vertex ? [] : this.begin('[internal] load metadata')
    const nowMs = this.clock.nowMs()
    const startedMs = this.transfers.get(id) ?? nowMs
    this.transfers.set(id, startedMs)
    const completedMs = / complete$|^Already exists$/.test(status) ? nowMs : undefined
    const digest = this.vertex?.digest ?? ''
    return [...begun, response((writer) => writeStatus(writer, { id, digest, name: status, current, total, nowMs, startedMs, completedMs }))]
  }
}

function response(write: (writer: protobuf.Writer) => void): Buffer {
  const writer = protobuf.Writer.create()
  write(writer)
  return Buffer.from(writer.finish())
}

/** The key of a field whose value has a length before it; the others are numbers (`numberField`). */
const field = (number: number): number => (number << 3) | 2
const numberField = (number: number): number => number << 3

function writeTime(writer: protobuf.Writer, number: number, ms: number | undefined): void {
  if (ms === undefined) return
  writer.uint32(field(number)).fork().uint32(numberField(1)).int64(Math.floor(ms / 1000)).uint32(numberField(2)).int32((ms % 1000) * 1e6).ldelim()
}

function writeVertex(writer: protobuf.Writer, vertex: Vertex): void {
  writer.uint32(field(1)).fork()
  writer.uint32(field(1)).string(vertex.digest).uint32(field(3)).string(vertex.name)
  if (vertex.cached) writer.uint32(numberField(4)).bool(true)
  writeTime(writer, 5, vertex.startedMs)
  writeTime(writer, 6, vertex.completedMs)
  if (vertex.error !== undefined) writer.uint32(field(7)).string(vertex.error)
  writer.ldelim()
}

interface Transfer {
  id: string
  digest: string
  name: string
  current: number
  total: number
  nowMs: number
  startedMs: number
  completedMs: number | undefined
}

function writeStatus(writer: protobuf.Writer, { id, digest, name, current, total, nowMs, startedMs, completedMs }: Transfer): void {
  writer.uint32(field(2)).fork()
  writer.uint32(field(1)).string(id).uint32(field(2)).string(digest).uint32(field(3)).string(name)
  writer.uint32(numberField(4)).int64(current).uint32(numberField(5)).int64(total)
  writeTime(writer, 6, nowMs)
  writeTime(writer, 7, startedMs)
  writeTime(writer, 8, completedMs)
  writer.ldelim()
}

function writeLog(writer: protobuf.Writer, digest: string, nowMs: number, stream: 1 | 2, text: string): void {
  writer.uint32(field(3)).fork()
  writer.uint32(field(1)).string(digest)
  writeTime(writer, 2, nowMs)
  writer.uint32(numberField(3)).int64(stream).uint32(field(4)).bytes(Buffer.from(text)).ldelim()
}
