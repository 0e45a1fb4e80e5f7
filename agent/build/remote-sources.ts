import { chmodSync, lstatSync, mkdirSync, utimesSync } from 'node:fs'
import { copyFile, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import type { Proxies } from '../image/registry/proxies.js'
import type { BuildCache } from './build-cache.js'
import { fetchToFile, type Download } from './fetch-url.js'
import { resolveInRoot } from '../engine/files/rootfs-path.js'
import { gitEnvironment, type GitAccess } from './git-access.js'
import { checkOut, resolveCommit, type GitAddress } from './git-source.js'

/** Larger files come into an image by RUN. */
export const downloadBytesMax = 16 * 1024 ** 3

export interface UrlOptions {
  cache: BuildCache
  proxies: Proxies
  /** A new folder for the file. */
  folder: string
  /** What to call the file; its name on the server when left out. */
  name?: string
  /** `sha256:` and hexadecimal digits. */
  checksum?: string
  signal: AbortSignal
}

/** Fetches a file for ADD, or takes the kept one when the server says that it did not change. Throws `invalid`. */
export async function fetchUrl(url: string, { cache, proxies, folder, name, checksum, signal }: UrlOptions): Promise<{ folder: string; name: string }> {
  const wanted = checksum === undefined ? undefined : /^sha256:([0-9a-f]{64})$/.exec(checksum)?.[1]
  if (checksum !== undefined && wanted === undefined) throw invalid(`invalid checksum ${JSON.stringify(checksum)}: sha256: and 64 hexadecimal digits are expected`)
  using _held = cache.hold(url)
  const known = cache.download(url)
  const incoming = cache.temporary()
  const validators = known && (known.etag !== undefined || known.lastModified !== undefined) ? known : undefined
  try {
    const same = known !== undefined && wanted !== undefined && known.digest === wanted
    const download: Download | undefined = same ? undefined : await fetchToFile(url, incoming, { bytesMax: downloadBytesMax, proxies, signal, ...(validators && { known: validators }) })
    let path = known?.path ?? ''
    if (download) {
      if (wanted !== undefined && download.digest !== wanted) throw invalid(`digest mismatch: ${url} has sha256:${download.digest}, expected ${checksum ?? ''}`)
      const { digest, bytes, etag, lastModified, fileName } = download
      path = await cache.keepDownload(incoming, { url, digest, bytes, ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }), ...(fileName !== undefined && { fileName }) })
    } else {
      if (wanted !== undefined && known?.digest !== wanted) throw invalid(`digest mismatch: ${url} has sha256:${known?.digest ?? ''}, expected ${checksum ?? ''}`)
      await cache.usedDownload(url)
    }
    const chosen = name ?? download?.fileName ?? known?.fileName ?? decodeURIComponent(posix.basename(new URL(url).pathname))
    if (chosen === '' || chosen === '.' || chosen === '..' || chosen.includes('/')) throw invalid(`cannot determine filename from url: ${url}: name the file in the destination`)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const file = join(folder, chosen)
    await copyFile(path, file)
    chmodSync(file, 0o600)
    const modified = Date.parse(download?.lastModified ?? known?.lastModified ?? '')
    const seconds = Number.isNaN(modified) ? 0 : modified / 1000
    utimesSync(file, seconds, seconds)
    return { folder, name: chosen }
  } finally {
    await rm(incoming, { force: true })
  }
}

/**
 * Fetches what a git address means now into a folder below `folder`. `place` is what the address names there: all of the repository,
 * or a folder in it, to which links within the repository may lead.
 */
export async function fetchGit(address: GitAddress, keepGitDir: boolean, folder: string, access: GitAccess, signal: AbortSignal): Promise<{ commit: string; folder: string; place: string }> {
  await using environment = await gitEnvironment(address.remote, access)
  const commit = await resolveCommit(address, environment.variables, signal)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const files = join(folder, 'repository')
  await checkOut(address, commit, files, address.keepGitDir ?? keepGitDir, environment.variables, signal)
  const place = resolveInRoot(files, address.folder)
  if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) throw invalid(`the repository has no folder ${JSON.stringify(address.folder)}`)
  return { commit, folder: files, place }
}
