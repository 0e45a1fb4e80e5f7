import type { LogLevel } from '../sys/logger.js'
import type { DaemonConfig } from './config.js'

/** The level that `--debug` and `--log-level` ask for together. */
export function levelOf(config: Pick<DaemonConfig, 'debug' | 'log-level'>): LogLevel {
  return config.debug ? 'debug' : (config['log-level'] as LogLevel)
}
