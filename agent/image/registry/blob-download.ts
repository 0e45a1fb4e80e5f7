import { Backoff } from '../../../src/base/backoff.js'
import { delay } from '../../../src/base/clock.js'
import type { Digest } from '../descriptor.js'
import { askedToWait, mayPass, type RegistryClient } from './client.js'
import { ConnectionError, connectionError, LyingRegistryError, RegistryError } from './errors.js'
import { dropBody, type Answer } from './transport.js'

/** Failures in a row, without this much coming in between, end a download. */
const progressBytesMin = 1024 * 1024
const initialMs = 250
const maximumMs = 10_000

export interface BlobToDownload {
  /** `library/busybox` */
  repository: string
  digest: Digest
  /** Bytes, as the manifest says. */
  size: number
  /** `--max-download-attempts` */
  attemptsMax: number
  /** Hears that a try failed and another one follows. */
  retrying?: (delayMs: number) => void
}

/**
 * A blob's bytes. A connection that breaks is taken up where it broke (RFC 9110, 14: `Range`); a registry
 * that cannot do that is read from the beginning again, without giving any byte twice. Throws
 * `LyingRegistryError` for more or fewer bytes than the manifest says. The digest is for the reader to check.
 */
export async function* downloadBlob(client: RegistryClient, blob: BlobToDownload, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const url = client.url(`${blob.repository}/blobs/${blob.digest}`)
  const backoff = new Backoff(client.rng, initialMs, maximumMs)
  let given = 0
  let failures = 0
  let markedAt = 0
  while (given < blob.size || blob.size === 0) {
    try {
      const headers: Record<string, string> = given === 0 ? {} : { Range: `bytes=${given}-` }
      const answer = await client.ask(url, { headers, noRetry: true, signal })
      let skip = startOf(answer, blob, given)
      try {
        for await (const piece of answer.body as AsyncIterable<Buffer>) {
          signal.throwIfAborted()
          const fresh = piece.subarray(Math.min(skip, piece.length))
          skip -= piece.length - fresh.length
          if (fresh.length === 0) continue
          if (given + fresh.length > blob.size) throw new LyingRegistryError(tooMany(client, blob))
          given += fresh.length
          yield fresh
        }
      } catch (thrown) {
        if (thrown instanceof LyingRegistryError) throw thrown
        signal.throwIfAborted()
        throw connectionError('GET', url, thrown)
      } finally {
        if (!answer.body.readableEnded) answer.body.destroy()
      }
      if (given === blob.size) return
      // A body without a length that ends early looks like one that was cut off, which it mostly is.
      throw new ConnectionError(`Get "${url.href}": unexpected EOF after ${given} of ${blob.size} bytes`, false, undefined)
    } catch (thrown) {
      signal.throwIfAborted()
      if (given - markedAt >= progressBytesMin) {
        markedAt = given
        failures = 0
        backoff.reset()
      }
      if (!mayPass(thrown) || ++failures >= blob.attemptsMax) throw thrown
      const delayMs = Math.max(backoff.nextMs(), askedToWait(thrown))
      blob.retrying?.(delayMs)
      await delay(client.clock, delayMs, signal)
    }
  }
}

/** How many bytes at the beginning of this answer were had already. */
function startOf(answer: Answer, blob: BlobToDownload, given: number): number {
  const refuse = (why: string): never => {
    dropBody(answer)
    throw new LyingRegistryError(`${answer.url.host} is wrong about ${blob.digest}: ${why}`)
  }
  if (answer.status === 206) {
    const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(answer.headers['content-range'] ?? '')
    if (!match || Number(match[1]) > given) refuse(`asked for bytes from ${given}, it gives ${JSON.stringify(answer.headers['content-range'] ?? 'nothing')}`)
    return given - Number(match?.[1])
  }
  if (answer.status !== 200) {
    dropBody(answer)
    throw new RegistryError(answer.status, [], `received unexpected HTTP status: ${answer.status} ${answer.body.statusMessage ?? ''}`)
  }
  const length = answer.headers['content-length']
  if (length !== undefined && answer.headers['content-encoding'] === undefined && Number(length) !== blob.size) {
    refuse(`it has ${length} bytes, the manifest says ${blob.size}`)
  }
  return given
}

function tooMany(client: RegistryClient, blob: BlobToDownload): string {
  return `${client.endpoint.origin} is wrong about ${blob.digest}: more than the ${blob.size} bytes that the manifest says`
}
