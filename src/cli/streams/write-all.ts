import type { Readable } from 'node:stream'
import type { OutputStream } from '../context.js'

/** Writes everything to a stream that stays open, no faster than it takes it. */
export async function writeAll(out: OutputStream, source: Readable): Promise<void> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (!out.write(chunk)) await new Promise<void>((resolve) => out.once('drain', resolve))
  }
}
