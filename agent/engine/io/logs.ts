import type { LogsOptions, OutputChunk } from '../../../src/model/engine-api/attach.js'
import { readAhead } from '../../../src/base/read-ahead.js'
import { LogDecoder, logTimeMs, logTimeUtc, type LogLine } from '../../log-drivers/log-line.js'
import { LogFramer } from '../../log-drivers/frames.js'
import { readRaw, type LogWriter } from '../../log-drivers/read.js'
import type { LogSegments } from '../../log-drivers/segments.js'

const newline = Buffer.from('\n')

/** Where a container's log is read. */
export interface LogSource {
  segments: LogSegments
  writer: LogWriter
  /** What `--details` puts before each line. */
  details: string
  tty: boolean
}

/**
 * The output that was logged, line by line, then with `follow` what is added until the container ends. Of the last `tail`
 * lines, those are given that are of the streams asked for and within `sinceMs` and `untilMs`, as Docker does.
 */
export async function* readLogs({ segments, writer }: LogSource, options: LogsOptions, signal: AbortSignal): AsyncGenerator<OutputChunk> {
  const decoder = new LogDecoder()
  const untilMs = options.untilMs || Infinity
  let passed = false
  const shown = (lines: LogLine[]): OutputChunk[] =>
    lines.flatMap((line) => {
      if (!options[line.stream] || passed) return []
      if (options.sinceMs !== undefined || untilMs !== Infinity) {
        const atMs = logTimeMs(line.time)
        passed = atMs > untilMs
        if (passed || atMs < (options.sinceMs ?? 0)) return []
      }
      const parts = [line.data]
      if (options.timestamps) parts.unshift(Buffer.from(`${logTimeUtc(line.time)} `))
      if (line.ended) parts.push(newline)
      return [{ stream: line.stream, data: Buffer.concat(parts) }]
    })
  for await (const { data, idle } of readRaw(segments, writer, rawOptions(options), signal)) {
    yield* shown(decoder.decode(data))
    // Who follows sees a prompt at once, not when its line is complete.
    if (idle) yield* shown(decoder.flush())
    if (passed) return
  }
}

/** The same as the API sends it, many lines at a time: for logs of any size. */
export async function* readLogFrames({ segments, writer, details, tty }: LogSource, options: LogsOptions, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { stdout, stderr, timestamps, sinceMs, untilMs, joinLines } = options
  const framer = new LogFramer({
    ...{ stdout, stderr, timestamps, tty },
    ...(options.details && { details }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(untilMs && { untilMs }),
    ...(joinLines && { joinLines }),
  })
  const stopping = new AbortController()
  const raw = readRaw(segments, writer, rawOptions(options), AbortSignal.any([signal, stopping.signal]))
  for await (const { data } of readAhead(raw, () => stopping.abort())) {
    const frames = data.length === 0 ? data : framer.encode(data)
    if (frames.length > 0) yield frames
    if (framer.passed) return
  }
}

function rawOptions({ follow, tail, sinceMs }: LogsOptions) {
  return { follow, ...(tail !== undefined && { tail }), ...(sinceMs !== undefined && { sinceMs }) }
}
