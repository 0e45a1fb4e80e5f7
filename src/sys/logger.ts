import { pino, type DestinationStream } from 'pino'
import type { Logger } from '../base/log.js'

/** The levels of dockerd's `--log-level`. */
const logLevels = ['debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof logLevels)[number]

/** A logger whose level can be changed, for its children too. */
export interface AdjustableLogger extends Logger {
  setLevel(level: LogLevel): void
}

/** A pino logger that writes JSON lines to standard error, or to `destination`. */
export function createLogger(level: LogLevel, destination?: DestinationStream): AdjustableLogger {
  let least = logLevels.indexOf(level)
  const passes = (one: LogLevel): boolean => logLevels.indexOf(one) >= least
  const root = pino(
    { level: 'debug', base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    destination ?? pino.destination({ fd: 2, sync: true }),
  )
  const wrap = (log: typeof root): Logger => ({
    debug: (message, fields) => void (passes('debug') && log.debug(fields ?? {}, message)),
    info: (message, fields) => void (passes('info') && log.info(fields ?? {}, message)),
    warn: (message, fields) => void (passes('warn') && log.warn(fields ?? {}, message)),
    error: (message, fields) => void (passes('error') && log.error(fields ?? {}, message)),
    child: (fields) => wrap(log.child(fields)),
  })
  return { ...wrap(root), setLevel: (changed) => void (least = logLevels.indexOf(changed)) }
}
