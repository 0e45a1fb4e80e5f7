import type { IncomingHttpHeaders } from 'node:http'
import { Readable, type Duplex } from 'node:stream'
import { invalid } from '../base/errors.js'
import { jsonBytesMax } from './body.js'

/** The end of a chunked body. */
const lastChunk = Buffer.from('0\r\n\r\n')

/**
 * The body of a request that asks for an upgrade. Node's parser stops at the headers of such a request, so
 * the body comes as the first bytes of the raw connection; what follows it is put back. A chunked body is
 * taken for empty: the clients that announce one here send nothing in it.
 */
export async function bodyBeforeUpgrade(headers: IncomingHttpHeaders, socket: Duplex, head: Buffer): Promise<Readable> {
  const length = Number(headers['content-length'] ?? 0)
  if (!Number.isSafeInteger(length) || length < 0 || length > jsonBytesMax) {
    throw invalid(`the request body is too large: at most ${jsonBytesMax} bytes are taken`)
  }
  const body = await readExactly(socket, head, length, 'transfer-encoding' in headers)
  return Readable.from(body.length === 0 ? [] : [body])
}

function readExactly(socket: Duplex, head: Buffer, length: number, chunked: boolean): Promise<Buffer> {
  const split = (bytes: Buffer): Buffer => {
    let rest = bytes.subarray(length)
    if (chunked && rest.subarray(0, lastChunk.length).equals(lastChunk)) rest = rest.subarray(lastChunk.length)
    if (rest.length > 0) socket.unshift(rest)
    return bytes.subarray(0, length)
  }
  if (head.length >= length) return Promise.resolve(split(head))
  return new Promise((resolve, reject) => {
    let bytes = head
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.length < length) return
      finish()
      resolve(split(bytes))
    }
    const onGone = () => {
      finish()
      reject(invalid('the connection ended before the end of the request body'))
    }
    const finish = () => {
      socket.pause()
      socket.off('data', onData).off('end', onGone).off('close', onGone)
    }
    socket.on('data', onData).on('end', onGone).on('close', onGone)
  })
}
