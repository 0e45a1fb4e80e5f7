import { pino, type DestinationStream } from 'pino'
import type { Logger } from '../base/log.js'

/** The levels of dockerd's `--log-level`. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof logLevels)[number]

/** A pino logger that writes JSON lines to standard error, or to `destination`. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const root = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    destination ?? pino.destination({ fd: 2, sync: true }),
  )
  const wrap = (log: typeof root): Logger => ({
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
    child: (fields) => wrap(log.child(fields)),
  })
  return wrap(root)
}
