import type { AttachOptions, AttachSession, OutputChunk } from '../../../src/model/engine-api/attach.js'
import type { Duplex } from 'node:stream'
import { detachKeysDefault, DetachScanner, parseDetachKeys } from '../../../src/base/detach-keys.js'
import { conflict } from '../../../src/base/errors.js'
import { sendSignal } from '../../kernel/process.js'
import { AttachHub } from './attach-hub.js'
import type { Container } from '../container.js'
import type { EngineContext } from '../context.js'
import { inputStream } from './input-stream.js'
import { readLogs } from './logs.js'
import { signalNumber } from '../signals.js'

/**
 * Attaches a client; to a container that does not run yet, it waits for its start. Throws `conflict` for
 * one that is paused, `invalid` for bad detach keys.
 */
export async function attachContainer(context: EngineContext, container: Container, options: AttachOptions): Promise<AttachSession> {
  const { config } = container.record
  const tty = config.Tty ?? false
  if (container.status === 'paused') throw conflict(`container ${container.id} is paused, unpause the container before attach`)
  const keys = parseDetachKeys(options.detachKeys || detachKeysDefault)
  const live = options.stream ? await hubOf(context, container) : undefined
  context.events.publish('container', 'attach', container.id, container.eventAttributes())
  const wants = { stdout: options.stdout, stderr: options.stderr }
  const queue = live?.read(wants)
  // What is logged from now on comes by the live stream.
  const attachedMs = context.clock.nowMs()
  const aborted = new AbortController()
  // A terminal stays open when its client goes: clients that watch for the detach keys themselves just hang up.
  const closesStdin = (config.StdinOnce ?? false) && !config.Tty

  async function* output(): AsyncGenerator<OutputChunk, void, undefined> {
    if (options.logs) {
      const past = { ...wants, follow: false, timestamps: false, untilMs: attachedMs }
      yield* readLogs(context.logs.source(container), past, aborted.signal)
    }
    if (queue) yield* queue
  }
  const leave = (): void => {
    aborted.abort()
    if (queue) live?.leave(queue)
  }
  let detached = false
  const onDetach = (): void => {
    detached = true
    context.events.publish('container', 'detach', container.id, container.eventAttributes())
    leave()
  }
  const wantsInput = options.stdin && config.OpenStdin && live
  const stdin = wantsInput ? live.input(closesStdin) : undefined
  // Keys are of terminals: what is piped may be any bytes.
  const input = stdin && tty ? withDetachKeys(stdin, keys, onDetach) : stdin
  return {
    tty,
    output: output(),
    ...(input && { input }),
    close: () => {
      // The client is gone: the process reads the end, unless the client only stepped out.
      if (input && closesStdin && !detached) live?.endInput()
      leave()
    },
  }
}

/** Passes everything on until the detach keys come. */
export function withDetachKeys(target: Duplex, keys: Uint8Array, onDetach: () => void): Duplex {
  const scanner = new DetachScanner(keys)
  let detached = false
  return inputStream({
    write: (chunk, done) => {
      if (detached) {
        done()
        return
      }
      const { pass, detached: found } = scanner.scan(chunk)
      if (found) {
        detached = true
        onDetach()
      }
      if (pass.length === 0) done()
      else target.write(Buffer.from(pass), (failure) => done(failure))
    },
    end: (done) => {
      if (detached) done()
      else target.end(() => done())
    },
  })
}

/** The container's connection to its supervisor, shared by all clients. */
async function hubOf(context: EngineContext, container: Container): Promise<AttachHub> {
  if (container.hub) return container.hub
  const hub = new AttachHub((held) => {
    const { conmon } = container.record.state
    if (conmon) sendSignal(conmon, signalNumber(held ? 'STOP' : 'CONT'))
  })
  container.hub = hub
  if (container.isUp) {
    try {
      await hub.connect(context.paths.bundle(container.id))
    } catch (thrown) {
      // It is ending just now: there is nothing more to see.
      hub.end()
      if (container.hub === hub) container.hub = undefined
      if (container.isUp) throw thrown
    }
  }
  return hub
}
