import { constants } from 'node:os'
import { Client } from '../client/client.js'
import { EngineApi } from '../client/engine.js'
import { systemClock } from '../sys/system-clock.js'
import type { Context } from './context.js'
import { dialSsh } from './contexts/ssh.js'
import { endpointOf, type Endpoint, type GlobalFlagValues } from './contexts/endpoint.js'
import { runProgram } from './program.js'
import { sections } from './tree.js'
import { commit, version } from './version.js'

/** Signals that end a command, and that a verb may take for itself. */
const endingSignals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']
/** Exit code of a shell for a program that was ended by a signal: 128 and the signal's number. */
const endedBy = (signal: NodeJS.Signals): number => 128 + constants.signals[signal]

/** Signals of this process: they end the command unless a verb has taken them. */
class Signals {
  private readonly controller = new AbortController()
  private readonly handlers: ((signal: NodeJS.Signals) => void)[] = []
  /** Resolves with the exit code when a signal ends the command. */
  readonly ended: Promise<number>

  constructor() {
    this.ended = new Promise((resolve) => {
      for (const name of endingSignals) {
        process.on(name, () => {
          const handler = this.handlers.at(-1)
          if (handler) {
            handler(name)
            return
          }
          this.controller.abort()
          resolve(endedBy(name))
        })
      }
    })
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  take(handler: (signal: NodeJS.Signals) => void): Disposable {
    this.handlers.push(handler)
    const others = forwardedSignals.map((name) => ({ name, listener: () => handler(name) }))
    for (const { name, listener } of others) process.on(name, listener)
    return {
      [Symbol.dispose]: () => {
        this.handlers.splice(this.handlers.indexOf(handler), 1)
        for (const { name, listener } of others) process.off(name, listener)
      },
    }
  }
}

/** What a verb that takes the signals hears of beside the ending ones. */
const forwardedSignals: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGCONT', 'SIGWINCH']

/** Without what every object has: a variable named `constructor` is set only when somebody set it. */
const environment: NodeJS.ProcessEnv = Object.assign(Object.create(null) as NodeJS.ProcessEnv, process.env)

function contextOf(flags: GlobalFlagValues, signals: Signals): Context {
  let endpoint: Endpoint | undefined
  let api: EngineApi | undefined
  const found = (): Endpoint => (endpoint ??= endpointOf(flags, process.env))
  return {
    // Looked up at first use: help, completion and contexts need no daemon.
    get api() {
      const { host, tls } = found()
      const apiVersion = process.env['DOCKER_API_VERSION']
      return (api ??= new EngineApi(new Client({ host, dialSsh, ...(tls && { tls }), ...(apiVersion && { apiVersion }) })))
    },
    get host() {
      return found().host
    },
    globals: flags,
    // Opened at first use: most commands read nothing.
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    environment,
    clock: systemClock,
    signal: signals.signal,
    takeSignals: (handler) => signals.take(handler),
  }
}

function main(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // Whoever read our output has gone (`skep ps | head -1`): nothing is left to say, and to whom.
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? endedBy('SIGPIPE') : 1))
  }
  const signals = new Signals()
  const program = { sections, version, commit }
  const finished = runProgram(program, process.argv.slice(2), process, (flags) => contextOf(flags, signals))
  void Promise.race([finished, signals.ended]).then(
    (code) => process.exit(code),
    (thrown: unknown) => {
      process.stderr.write(`skep: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`)
      process.exit(1)
    },
  )
}

main()
