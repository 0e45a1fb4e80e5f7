import type { Readable } from 'node:stream'
import type { Output } from '../../client/streams.js'
import type { OutputStream } from '../context.js'

/** Writes everything to a stream that stays open, no faster than it takes it. */
export async function writeAll(out: OutputStream, source: Readable): Promise<void> {
  for await (const chunk of source as AsyncIterable<Buffer>) await write(out, chunk)
}

/** Writes the pieces of a container's output to the streams they are of, no faster than those take them. */
export async function writeOutput(to: Record<Output['stream'], OutputStream>, output: AsyncIterable<Output>): Promise<void> {
  for await (const { stream, data } of output) await write(to[stream], data)
}

async function write(out: OutputStream, chunk: Uint8Array): Promise<void> {
  if (!out.write(chunk)) await new Promise<void>((resolve) => out.once('drain', resolve))
}
