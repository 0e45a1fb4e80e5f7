import { UnixDatagrams } from '../../kernel/unix-datagram.js'
import { logTimeMs, type LogLine } from '../log-line.js'
import { journaldSocket, type LogOptions } from '../options.js'
import { extraAttributes, tagOf, type LogContext } from '../tag.js'
import type { LogTarget } from './target.js'

/**
 * The journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): `NAME=value` lines, or for values with newlines the
 * name, a newline, the length as a little-endian 64-bit number, the value and a newline.
 */
function journalEntry(fields: Readonly<Record<string, string | Buffer>>): Buffer {
  const parts: Buffer[] = []
  for (const [name, value] of Object.entries(fields)) {
    const bytes = Buffer.from(value)
    if (!bytes.includes(0x0a)) {
      parts.push(Buffer.from(`${name}=`), bytes, Buffer.from('\n'))
      continue
    }
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(bytes.length))
    parts.push(Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n'))
  }
  return Buffer.concat(parts)
}

const priorityError = '3'
const priorityInfo = '6'

/** Sends lines to the host's journal with the fields that Docker's driver sets. */
export function journaldTarget(options: LogOptions, context: LogContext, socketPath = journaldSocket): LogTarget {
  const tag = tagOf(context, options)
  const common = {
    CONTAINER_ID: context.id.slice(0, 12),
    CONTAINER_ID_FULL: context.id,
    CONTAINER_NAME: context.name,
    CONTAINER_TAG: tag,
    IMAGE_NAME: context.imageRef,
    SYSLOG_IDENTIFIER: tag,
    ...Object.fromEntries(Object.entries(extraAttributes(context, options)).map(([name, value]) => [fieldName(name), value])),
  }
  const sender = new UnixDatagrams()
  const encode = (line: LogLine): Buffer =>
    journalEntry({
      ...common,
      ...(!line.ended && { CONTAINER_PARTIAL_MESSAGE: 'true' }),
      PRIORITY: line.stream === 'stderr' ? priorityError : priorityInfo,
      SYSLOG_TIMESTAMP: new Date(Math.floor(logTimeMs(line.time))).toISOString(),
      MESSAGE: line.data,
    })
  return {
    send: async (lines, signal) => {
      for (const line of lines) {
        signal.throwIfAborted()
        await sender.send(socketPath, encode(line))
      }
    },
    close: () => sender.close(),
  }
}

/** Upper case letters, digits and underscores, not beginning with an underscore or a digit. */
function fieldName(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_').replace(/^[_0-9]+/, '')
}
