import type { Clock } from '../../../src/base/clock.js'
import { invalid } from '../../../src/base/errors.js'
import type { LogOptions } from '../options.js'
import { tagOf, type LogContext } from '../tag.js'
import type { LogTarget } from './target.js'

/** The target of a remote driver, whose options passed `validateLogConfig`. Drivers are loaded when they are used. */
export async function openTarget(driver: string, options: LogOptions, context: LogContext, clock: Clock): Promise<LogTarget> {
  switch (driver) {
    case 'syslog':
      return (await import('./syslog.js')).syslogTarget(options, tagOf(context, options), clock)
    case 'journald':
      return (await import('./journald.js')).journaldTarget(options, context)
    case 'gelf':
      return (await import('./gelf.js')).gelfTarget(options, context, clock)
    case 'fluentd':
      return (await import('./fluentd.js')).fluentdTarget(options, context, clock)
    default:
      throw invalid(`error looking up logging plugin ${driver}: plugin "${driver}" not found`)
  }
}
