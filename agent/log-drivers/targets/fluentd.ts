import { randomBytes } from 'node:crypto'
import { decode, encode, ExtensionCodec } from '@msgpack/msgpack'
import type { Clock } from '../../../src/base/clock.js'
import { unavailable } from '../../../src/base/errors.js'
import { logTimeMs, type LogLine } from '../log-line.js'
import { fluentdAddress, readFlag, type LogOptions } from '../options.js'
import { extraAttributes, tagOf, type LogContext } from '../tag.js'
import { LogConnection } from './connection.js'
import type { LogTarget } from './target.js'

/** The forward protocol, version 1: github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1. */
class EventTime {
  constructor(
    readonly seconds: number,
    readonly nanoseconds: number,
  ) {}
}

const eventTimeType = 0
const extensions = new ExtensionCodec()
extensions.register({
  type: eventTimeType,
  encode: (value) => {
    if (!(value instanceof EventTime)) return null
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32BE(value.seconds, 0)
    bytes.writeUInt32BE(value.nanoseconds, 4)
    return bytes
  },
  decode: (bytes) => {
    const view = Buffer.from(bytes)
    return new EventTime(view.readUInt32BE(0), view.readUInt32BE(4))
  },
})

/** Lines of one container in forward mode: `[tag, [[time, record], ...], options]`. */
function fluentdBatch(lines: readonly LogLine[], context: LogContext, options: LogOptions, chunkId?: string): Uint8Array {
  const precise = readFlag(options, 'fluentd-sub-second-precision') === true
  const common = { container_id: context.id, container_name: `/${context.name}`, ...extraAttributes(context, options) }
  const entries = lines.map((line) => {
    const seconds = Math.floor(logTimeMs(line.time) / 1000)
    const nanoseconds = Number((/\.(\d{1,9})/.exec(line.time)?.[1] ?? '').padEnd(9, '0'))
    const record = { ...common, source: line.stream, log: line.data.toString('utf8'), ...(!line.ended && { partial_message: 'true' }) }
    return [precise ? new EventTime(seconds, nanoseconds) : seconds, record]
  })
  return encode([tagOf(context, options), entries, { size: entries.length, ...(chunkId !== undefined && { chunk: chunkId }) }], { extensionCodec: extensions })
}

/** Sends lines to fluentd or Fluent Bit. With `fluentd-request-ack` a batch counts as sent when it was acknowledged. */
export function fluentdTarget(options: LogOptions, context: LogContext, clock: Clock): LogTarget {
  const address = fluentdAddress(options['fluentd-address'] || '127.0.0.1:24224')
  if (!address) return { send: () => Promise.reject(unavailable('fluentd: the address cannot be read')), close: () => undefined }
  const connection = new LogConnection(address, clock, address.scheme === 'tls' ? () => ({}) : undefined)
  const wantsAck = readFlag(options, 'fluentd-request-ack') === true
  return {
    send: async (lines, signal) => {
      const id = wantsAck ? randomBytes(16).toString('base64') : undefined
      const answer = wantsAck ? connection : undefined
      await connection.write(fluentdBatch(lines, context, options, id), signal)
      if (!answer) return
      const { ack } = decode(await answer.read(signal)) as { ack?: unknown }
      if (ack === id) return
      connection.close()
      throw unavailable('fluentd acknowledged something else than what was sent')
    },
    close: () => connection.close(),
  }
}
