import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import { deflate, gzip } from 'node:zlib'
import type { Clock } from '../../../src/base/clock.js'
import { invalid } from '../../../src/base/errors.js'
import { parseAddress } from '../address.js'
import { logTimeMs, type LogLine } from '../log-line.js'
import type { LogOptions } from '../options.js'
import { extraAttributes, tagOf, type LogContext } from '../tag.js'
import { LogConnection } from './connection.js'
import { datagramSender } from './datagrams.js'
import type { LogTarget } from './target.js'

/** GELF 1.1: go2docs.graylog.org, "GELF Payload Specification" and "Chunking". */
const chunkBytesMax = 1420
const chunkHeaderBytes = 12
const chunksMax = 128
const levelError = 3
const levelInfo = 6

/** The message of one line. */
function gelfMessage(line: LogLine, context: LogContext, options: LogOptions): string {
  const extra = Object.fromEntries(Object.entries(extraAttributes(context, options)).map(([name, value]) => [`_${name.replace(/[^\w.-]/g, '_')}`, value]))
  return JSON.stringify({
    version: '1.1',
    host: hostname(),
    // An empty one is refused by receivers.
    short_message: line.data.length === 0 ? ' ' : line.data.toString('utf8'),
    timestamp: Math.floor(logTimeMs(line.time)) / 1000,
    level: line.stream === 'stderr' ? levelError : levelInfo,
    _command: context.command,
    _container_id: context.id,
    _container_name: context.name,
    _created: new Date(context.createdMs).toISOString(),
    _image_id: context.imageId,
    _image_name: context.imageRef,
    _tag: tagOf(context, options),
    ...extra,
  })
}

/** A message cut into datagrams: two magic bytes, an id of eight, the number of the piece and of all. */
export function gelfChunks(message: Buffer, id: Buffer): Buffer[] {
  if (message.length <= chunkBytesMax) return [message]
  const room = chunkBytesMax - chunkHeaderBytes
  const count = Math.ceil(message.length / room)
  if (count > chunksMax) throw invalid(`a message of ${message.length} bytes is over what GELF can carry over UDP`)
  return Array.from({ length: count }, (_, index) => Buffer.concat([Buffer.from([0x1e, 0x0f]), id, Buffer.from([index, count]), message.subarray(index * room, (index + 1) * room)]))
}

/** Sends lines to a GELF receiver over UDP or TCP. */
export function gelfTarget(options: LogOptions, context: LogContext, clock: Clock): LogTarget {
  const address = parseAddress(options['gelf-address'] ?? '', ['udp', 'tcp'], undefined)
  if (!address) throw invalid('gelf: please provide gelf-address as proto://host:port')
  if (address.scheme === 'tcp') {
    const connection = new LogConnection(address, clock)
    return {
      send: (lines, signal) => connection.write(Buffer.from(lines.map((line) => `${gelfMessage(line, context, options)}\0`).join('')), signal),
      close: () => connection.close(),
    }
  }
  const sender = datagramSender(address)
  const pack = compressor(options)
  return {
    send: async (lines, signal) => {
      for (const line of lines) {
        signal.throwIfAborted()
        for (const chunk of gelfChunks(await pack(Buffer.from(gelfMessage(line, context, options))), randomBytes(8))) await sender.send(chunk)
      }
    },
    close: () => sender.close(),
  }
}

function compressor(options: LogOptions): (data: Buffer) => Promise<Buffer> {
  const level = Number(options['gelf-compression-level'] ?? '1')
  switch (options['gelf-compression-type']) {
    case 'none':
      return (data) => Promise.resolve(data)
    case 'zlib':
      return (data) => promisify(deflate)(data, { level })
    default:
      return (data) => promisify(gzip)(data, { level })
  }
}
