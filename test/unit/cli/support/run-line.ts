import { PassThrough, Writable } from 'node:stream'
import { Client } from '../../../../src/client/client.js'
import { EngineApi } from '../../../../src/client/engine.js'
import type { Clock } from '../../../../src/base/clock.js'
import type { Context, OutputStream } from '../../../../src/cli/context.js'
import { runProgram } from '../../../../src/cli/program.js'
import { sections } from '../../../../src/cli/tree.js'
import { splitWords } from '../../../../src/cli/options/words.js'

/** Every wait is over at once and takes its time on the clock. */
export class JumpingClock implements Clock {
  private ms = 0
  constructor(private readonly startMs = Date.parse('2026-01-02T03:04:05Z')) {}
  nowMs(): number {
    return this.startMs + this.ms
  }
  monotonicMs(): number {
    return this.ms
  }
  setTimer(delayMs: number, callback: () => void): { cancel(): void } {
    const handle = setImmediate(() => {
      this.ms += delayMs
      callback()
    })
    return { cancel: () => clearImmediate(handle) }
  }
}

class Collector extends Writable {
  text = ''
  constructor(
    readonly isTTY: boolean,
    readonly columns = 120,
    readonly rows = 40,
  ) {
    super()
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

export interface LineOptions {
  host?: string
  stdin?: string
  terminal?: boolean
  environment?: NodeJS.ProcessEnv
  clock?: Clock
}

/** Runs one command line (without `skep`) in this process. */
export async function runLine(line: string | readonly string[], options: LineOptions = {}): Promise<{ code: number; stdout: string; stderr: string }> {
  const { host = 'unix:///nowhere/skep.sock', environment = { DOCKER_CONFIG: '/nowhere' }, clock = new JumpingClock() } = options
  const stdout = new Collector(options.terminal ?? false)
  const stderr = new Collector(options.terminal ?? false)
  const stdin = new PassThrough()
  stdin.end(options.stdin ?? '')
  const words = typeof line === 'string' ? splitWords(line) : line
  const streams: { stdout: OutputStream; stderr: OutputStream } = { stdout, stderr }
  const code = await runProgram({ sections, version: '1.2.3', commit: 'abcdef0' }, words, streams, (globals): Context => ({
    api: new EngineApi(new Client({ host })),
    host,
    globals,
    stdin,
    ...streams,
    environment,
    clock,
    signal: new AbortController().signal,
    takeSignals: () => ({ [Symbol.dispose]: () => undefined }),
  }))
  return { code, stdout: stdout.text, stderr: stderr.text }
}
