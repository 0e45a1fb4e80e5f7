import { StringDecoder } from 'node:string_decoder'
import type { Engine } from '../engine/engine.js'
import type { Emit } from './build-options.js'
import type { CreateRequest } from '../../src/model/engine-api/create.js'

/** Runs a container to its end, with its output as progress. Gives its exit code; a build that is given up ends it. */
export async function runToEnd(engine: Engine, containerId: string, emit: Emit, signal: AbortSignal): Promise<number> {
  const session = await engine.attach(containerId, { stdin: false, stdout: true, stderr: true, logs: false, stream: true })
  const onAbort = (): void => {
    session.close()
    engine.kill(containerId, 'SIGKILL').catch(() => undefined)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const ended = engine.wait(containerId, 'next-exit', () => undefined, signal)
    // Looked at below; a failed start must not leave it unheard.
    ended.catch(() => undefined)
    await engine.start(containerId)
    const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
    for await (const { stream, data } of session.output) {
      const text = decoders[stream].write(Buffer.from(data))
      // Errors in red: Docker's builder sends them so, and clients tell them by it.
      if (text !== '') await emit({ stream: stream === 'stderr' ? `\u001b[91m${text}\u001b[0m` : text })
    }
    return (await ended).exitCode
  } finally {
    signal.removeEventListener('abort', onAbort)
    session.close()
  }
}

export function createRequest(given: CreateRequest): CreateRequest {
  // No health checks while an image is being made.
  return { ...given, Entrypoint: [''], Healthcheck: { Test: ['NONE'] } }
}
