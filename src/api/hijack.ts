import type { AttachSession, OutputChunk } from '../model/engine-api/attach.js'
import { messageOf } from '../base/errors.js'
import { StdStream, stdcopyFrame } from '../base/stdcopy.js'
import type { Exchange, HijackedConnection } from './exchange.js'
import { atLeast, type ApiVersion } from './versions.js'

/** One stream of bytes, as a terminal makes it. */
const rawStream = 'application/vnd.docker.raw-stream'
/** Stdout and stderr in frames (see `stdcopy`). */
const multiplexedStream = 'application/vnd.docker.multiplexed-stream'

/** The content type of a container's output. Clients before 1.42 were always told that it is raw. */
export function streamType(tty: boolean, version: ApiVersion): string {
  return tty || !atLeast(version, '1.42') ? rawStream : multiplexedStream
}

/** The bytes of a chunk of output on the wire: as they are from a terminal, framed otherwise. */
export function encodeOutput(tty: boolean, chunk: OutputChunk): Uint8Array {
  return tty ? chunk.data : stdcopyFrame(StdStream[chunk.stream], chunk.data)
}

/**
 * Connects the client to a session until its output ends or the client goes away. The client may close
 * its side first (standard input ends) and go on reading.
 */
export async function serveAttach(exchange: Exchange, session: AttachSession): Promise<void> {
  await connectSession(exchange, exchange.hijack(streamType(session.tty, exchange.version)), session)
}

/**
 * The same for a session that begins with the connection: the header goes out before `open` starts anything, because
 * some clients lose output that comes in one piece with the header. What `open` throws is sent as output, as
 * Docker does it; clients find the exit code by inspecting.
 */
export async function serveStarting(exchange: Exchange, tty: boolean, open: () => Promise<AttachSession>): Promise<void> {
  const connection = exchange.hijack(streamType(tty, exchange.version))
  let session: AttachSession
  try {
    session = await open()
  } catch (thrown) {
    connection.input.resume()
    const data = Buffer.from(`${messageOf(thrown)}\r\n`)
    await connection.write(encodeOutput(tty, { stream: 'stdout', data })).catch(() => undefined)
    connection.end()
    return
  }
  await connectSession(exchange, connection, session)
}

/** The same by WebSocket: what the streams carry, unframed, in binary messages. */
export async function serveWebSocket(exchange: Exchange, session: AttachSession): Promise<void> {
  const unframed: AttachSession = { tty: true, output: session.output, ...(session.input && { input: session.input }), close: () => session.close() }
  let connection: HijackedConnection
  try {
    connection = await exchange.acceptWebSocket()
  } catch (thrown) {
    session.close()
    throw thrown
  }
  await connectSession(exchange, connection, unframed)
}

async function connectSession(exchange: Exchange, connection: HijackedConnection, session: AttachSession): Promise<void> {
  const onAbort = () => session.close()
  exchange.signal.addEventListener('abort', onAbort, { once: true })
  if (exchange.signal.aborted) onAbort()
  const stopInput = forwardInput(connection, session)
  try {
    for await (const chunk of session.output) await connection.write(encodeOutput(session.tty, chunk))
  } catch (thrown) {
    if (!exchange.signal.aborted && !session.tty) {
      await connection.write(stdcopyFrame(StdStream.systemError, Buffer.from(messageOf(thrown)))).catch(() => undefined)
    }
  } finally {
    exchange.signal.removeEventListener('abort', onAbort)
    stopInput()
    session.close()
    connection.end()
  }
}

/** Sends what the client writes to standard input, no faster than it is taken. Gives what stops it. */
function forwardInput({ input, hasInput }: HijackedConnection, session: AttachSession): () => void {
  const target = session.input
  // A broken or closed standard input is not the end of the output.
  input.on('error', () => undefined)
  if (!target || !hasInput) {
    input.resume()
    return () => undefined
  }
  const onData = (chunk: Buffer) => {
    if (target.write(chunk)) return
    input.pause()
    target.once('drain', () => input.resume())
  }
  const onEnd = () => target.end()
  target.once('error', () => undefined)
  input.on('data', onData)
  input.once('end', onEnd)
  return () => {
    input.off('data', onData)
    input.off('end', onEnd)
    input.resume()
  }
}
