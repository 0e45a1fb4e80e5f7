import dockerignore from '@balena/dockerignore'
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import { readInRoot } from '../engine/rootfs-path.js'
import { decompressed } from '../image/compression.js'
import { HeldFolder, type Tree } from '../snapshot/held-folder.js'
import { TarError } from '../snapshot/tar/header.js'
import { layerLimits } from '../snapshot/tar/reader.js'
import { WhiteoutMode } from '../snapshot/tree-writer.js'
import { unpackTar } from '../snapshot/unpack.js'

/** Room for large projects, and an end to those made to fill a disk. */
const contextLimits = { ...layerLimits, entriesMax: 1_000_000, contentBytesMax: 32 * 1024 ** 3 }

/** What the client sent: the files that COPY and ADD take from. */
export class BuildContext implements AsyncDisposable {
  private constructor(
    private readonly folder: string,
    readonly tree: Tree,
    /** The text of the Dockerfile. */
    readonly dockerfile: string,
  ) {}

  /** Unpacks an archive, compressed or not, into a new folder. Throws `invalid` for a damaged one, and without a Dockerfile. */
  static async unpack(archive: AsyncIterable<Uint8Array>, folder: string, dockerfilePath: string, signal: AbortSignal): Promise<BuildContext> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      const { data } = await decompressed(archive)
      await unpackTar(data, folder, { whiteouts: WhiteoutMode.plain, limits: contextLimits, signal })
      const dockerfile = readInRoot(folder, dockerfilePath)
      if (dockerfile.trim() === '') throw invalid(`Cannot locate specified Dockerfile: ${dockerfilePath} (missing or empty in the build context)`)
      const rules = readInRoot(folder, '.dockerignore')
      if (rules.trim() !== '') await removeIgnored(folder, rules)
      return new BuildContext(folder, { root: HeldFolder.open(folder), covers: new Map() }, dockerfile)
    } catch (thrown) {
      await removeTree(folder)
      if (thrown instanceof TarError) throw invalid(`cannot unpack the build context: ${thrown.message}`, thrown)
      throw thrown
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.tree.root[Symbol.dispose]()
    await removeTree(this.folder)
  }
}

/** Docker's client leaves ignored files out; others may not. */
async function removeIgnored(folder: string, rules: string): Promise<void> {
  const ignored = dockerignore.default().add(rules.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')))
  const visit = async (path: string): Promise<void> => {
    for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
      const below = path === '' ? entry.name : `${path}/${entry.name}`
      if (entry.isDirectory()) {
        await visit(below)
        // One that still has something stays for its sake.
        if (ignored.ignores(below)) await rmdir(join(folder, below)).catch(() => undefined)
      } else if (ignored.ignores(below)) {
        await rm(join(folder, below), { force: true })
      }
    }
  }
  await visit('')
}
