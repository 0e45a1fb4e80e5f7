/** Structured logging as an argument; `src/sys/logger.ts` binds it to pino. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A logger that adds these fields to each line. */
  child(fields: LogFields): Logger
}

/** `err` is printed with its stack. */
export type LogFields = Record<string, unknown> & { err?: unknown }

/** Drops everything. */
export const nullLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => nullLogger,
}
