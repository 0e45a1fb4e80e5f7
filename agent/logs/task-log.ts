import type { LogMessage, LogOptions } from '../../src/model/control.js'
import type { Task } from '../../src/model/task.js'
import { containerName } from '../executor/container-spec.js'
import type { TaskEngine } from '../executor/task-engine.js'

/** The log of a task's container, line by line with its time. Throws what the engine throws. */
export async function* logMessages(
  engine: Pick<TaskEngine, 'logs'>,
  task: Task,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogMessage, void, undefined> {
  const { chunks } = await engine.logs(
    containerName(task),
    {
      stdout: options.stdout,
      stderr: options.stderr,
      follow: options.follow,
      timestamps: true,
      ...(options.tail >= 0 && { tail: options.tail }),
      ...(options.sinceMs !== undefined && { sinceMs: options.sinceMs }),
    },
    signal,
  )
  for await (const { stream, data } of chunks) {
    const { timestamp, line } = cutTimestamp(data)
    yield {
      serviceId: task.serviceId,
      taskId: task.id,
      nodeId: task.nodeId,
      timestampMs: timestampMs(timestamp),
      timestamp,
      stream,
      data: line,
    }
  }
}

/** The engine puts an RFC 3339 time and a blank before each line. */
function cutTimestamp(data: Uint8Array): { timestamp: string; line: Uint8Array } {
  const blank = data.indexOf(0x20)
  if (blank < 0) return { timestamp: '', line: data }
  return { timestamp: Buffer.from(data.subarray(0, blank)).toString('latin1'), line: data.subarray(blank + 1) }
}

/** With fractions for what is below a millisecond. */
function timestampMs(timestamp: string): number {
  const ms = Date.parse(timestamp)
  if (!Number.isFinite(ms)) return 0
  const digits = /\.\d{3}(\d{1,6})/.exec(timestamp)?.[1] ?? ''
  return ms + Number(`0.${digits === '' ? '0' : digits}`)
}
