import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Clock } from '../../../src/base/clock.js'
import { unavailable } from '../../../src/base/errors.js'
import { parseAddress, type LogAddress } from '../address.js'
import { logTimeMs, logTimeUtc, type LogLine } from '../log-line.js'
import { readFlag, type LogOptions } from '../options.js'
import { facilityNumber, syslogMessage, type SyslogFormat } from '../syslog-message.js'
import { LogConnection } from './connection.js'
import { datagramSender } from './datagrams.js'
import type { LogTarget } from './target.js'

/** Where a host's own syslog daemon listens, in the order that Docker tries. */
const localSockets = ['/dev/log', '/var/run/syslog', '/var/run/log']
const usualPort = 514

/** Sends lines to a syslog receiver; an empty address is the host's own. `tag` is what the option stands for. */
export function syslogTarget(options: LogOptions, tag: string, clock: Clock): LogTarget {
  const format = (options['syslog-format'] ?? '') as SyslogFormat
  const common = { facility: facilityNumber(options['syslog-facility'] ?? '') ?? 0, hostname: hostname(), tag, pid: process.pid }
  const encode = (line: LogLine): string =>
    syslogMessage(format, { ...common, stream: line.stream, timeMs: logTimeMs(line.time), timeText: logTimeUtc(line.time), text: line.data.toString('utf8') })
  const given = options['syslog-address'] || undefined
  const address = given === undefined ? localSocket() : parseAddress(given, ['udp', 'tcp', 'tcp+tls', 'unix', 'unixgram'], usualPort)
  if (!address) return { send: () => Promise.reject(unavailable('no syslog daemon listens on this host: give --log-opt syslog-address')), close: () => undefined }

  if (address.scheme === 'udp' || address.scheme === 'unixgram') {
    const sender = datagramSender(address)
    return {
      send: async (lines, signal) => {
        for (const line of lines) {
          signal.throwIfAborted()
          await sender.send(Buffer.from(encode(line)))
        }
      },
      close: () => sender.close(),
    }
  }
  const secure = address.scheme === 'tcp+tls'
  const connection = new LogConnection(address, clock, secure ? () => tlsOptions(options) : undefined)
  // RFC 5425 counts the bytes of each message; plain streams end them with a newline (RFC 6587, section 3.4.2).
  const frame = (message: string): string => (secure && format.startsWith('rfc5424') ? `${Buffer.byteLength(message)} ${message}` : `${message}\n`)
  return {
    send: (lines, signal) => connection.write(Buffer.from(lines.map((line) => frame(encode(line))).join('')), signal),
    close: () => connection.close(),
  }
}

/** Docker's `unix` is a stream; the host's own daemon takes datagrams. */
function localSocket(): LogAddress | undefined {
  const path = localSockets.find((one) => existsSync(one))
  return path === undefined ? undefined : { scheme: 'unixgram', path, host: '', port: 0 }
}

function tlsOptions(options: LogOptions): { rejectUnauthorized: boolean; ca?: Buffer; cert?: Buffer; key?: Buffer } {
  const file = (name: string): Buffer | undefined => (options[name] ? readFileSync(options[name]) : undefined)
  const [ca, cert, key] = [file('syslog-tls-ca-cert'), file('syslog-tls-cert'), file('syslog-tls-key')]
  return { rejectUnauthorized: readFlag(options, 'syslog-tls-skip-verify') !== true, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}
