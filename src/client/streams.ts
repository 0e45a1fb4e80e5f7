import type { Duplex, Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { ErrorKind, StatusError } from '../base/errors.js'
import { StdStream, StdcopyDecoder } from '../base/stdcopy.js'
import type { HijackedConnection } from './http.js'

/** A piece of a container's output. */
export interface Output {
  stream: 'stdout' | 'stderr'
  data: Buffer
}

/** A two-way connection to a container's streams. */
export interface Attachment {
  output: AsyncIterable<Output>
  /** Write standard input here; ending it ends the container's standard input, the output goes on. */
  input: Duplex
  /** Detaches at once. */
  close(): void
}

/** Cuts a container's output into its streams. With a terminal everything is standard output. Throws what the daemon reports within the stream. */
export async function* outputOf(stream: Readable, tty: boolean): AsyncGenerator<Output> {
  if (tty) {
    for await (const data of stream as AsyncIterable<Buffer>) yield { stream: 'stdout', data }
    return
  }
  const decoder = new StdcopyDecoder()
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (const { stream: number, payload } of decoder.decode(chunk)) {
      if (number === StdStream.systemError) throw new StatusError(ErrorKind.internal, `error from daemon in stream: ${payload.toString('utf8')}`)
      yield { stream: number === StdStream.stderr ? 'stderr' : 'stdout', data: payload }
    }
  }
}

/** The two-way stream of a hijacked connection. */
export function attachmentOf({ socket, head }: HijackedConnection, tty: boolean): Attachment {
  if (head.length > 0) socket.unshift(head)
  return { output: outputOf(socket, tty), input: socket, close: () => void socket.destroy() }
}

/** The values of a stream of JSON texts, one a line (with or without newlines at the end). */
export async function* jsonLines<T>(stream: Readable): AsyncGenerator<T> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T
  }
  rest += decoder.end()
  if (rest.trim() !== '') yield JSON.parse(rest) as T
}
