import { createReadStream } from 'node:fs'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import { detectCompression } from '../image/compression.js'
import { HeldFolder, findPlace } from '../snapshot/held-folder.js'
import { packPlace } from '../snapshot/pack.js'
import { byteString } from '../snapshot/paths.js'
import { tarEntry, encodeHeader, endOfArchive, paddingFor } from '../snapshot/tar/writer.js'
import type { Emit } from './build-options.js'
import { fetchToFile } from './fetch-url.js'
import type { GitAccess } from './git-access.js'
import { gitAddress } from './git-source.js'
import { downloadBytesMax, fetchGit } from './remote-sources.js'

const dockerfileBytesMax = 4 * 1024 * 1024
const tarMagicAt = 257

export interface RemoteOptions extends GitAccess {
  /** A repository comes with its `.git`. */
  keepGitDir: boolean
}

/**
 * A context that the daemon fetches itself: a git repository, an archive, or a Dockerfile alone. Gives its archive, and
 * the Dockerfile's path within. Throws `invalid`.
 */
export async function remoteContext(remote: string, dockerfile: string, folder: string, options: RemoteOptions, emit: Emit, signal: AbortSignal): Promise<{ archive: AsyncIterable<Uint8Array>; dockerfile: string }> {
  const git = gitAddress(remote)
  if (git) {
    const { place } = await fetchGit(git, options.keepGitDir, folder, options, signal)
    return { archive: packed(place), dockerfile }
  }
  if (!/^https?:\/\//.test(remote)) throw invalid(`cannot build from ${JSON.stringify(remote)}: the URL of a git repository, of an archive or of a Dockerfile is expected`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'download')
  // Not before: what the server refuses is an answer of its own to the client, not the last line of a build.
  const begun = (): Promise<void> => emit({ stream: `Downloading build context from remote url: ${remote}\n` })
  await fetchToFile(remote, path, { bytesMax: downloadBytesMax, proxies: options.proxies, begun, signal })
  if (await isArchive(path)) return { archive: createReadStream(path, { highWaterMark: 1024 * 1024 }), dockerfile }
  const { size } = await stat(path)
  if (size > dockerfileBytesMax) throw invalid(`${remote} is neither an archive nor a Dockerfile: it has ${size} bytes`)
  return { archive: single('Dockerfile', await readFile(path)), dockerfile: 'Dockerfile' }
}

async function* packed(folder: string): AsyncGenerator<Uint8Array, void, undefined> {
  using root = HeldFolder.open(folder)
  using place = findPlace({ root, covers: new Map() }, byteString('/'), true)
  yield* packPlace({ root, covers: new Map() }, place, '')
}

async function* single(name: string, content: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(encodeHeader(tarEntry({ name, size: content.length, mode: 0o644 })))
  yield content
  yield paddingFor(content.length)
  yield endOfArchive()
}

async function isArchive(path: string): Promise<boolean> {
  const head = Buffer.alloc(tarMagicAt + 5)
  const chunks = createReadStream(path, { end: head.length - 1 })
  let at = 0
  for await (const piece of chunks as AsyncIterable<Buffer>) at += piece.copy(head, at)
  return detectCompression(head.subarray(0, at)) !== 'none' || head.subarray(tarMagicAt).toString('latin1') === 'ustar'
}
