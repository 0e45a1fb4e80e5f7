import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from '../../src/base/assert.js'
import { invalid } from '../../src/base/errors.js'
import type { Mount } from '../../src/model/engine-api/container.js'
import { resolveInRoot } from '../engine/files/rootfs-path.js'
import { mount, unmountAll } from '../kernel/mount.js'
import { HeldFolder } from '../snapshot/held-folder.js'
import { serveAgent } from './agent-socket.js'
import type { BuildCache, CacheFolder } from './build-cache.js'
import type { CopySource } from './copy-source.js'
import type { Heredoc } from './logical-lines.js'
import { sshTarget, type RunMount } from './mount-options.js'
import type { BuildSession } from './session.js'
import { copySources, findSources } from './sources.js'

/** Where scripts of here-documents appear. */
export const scriptsFolder = '/dev/pipes'
const secretsBytesMax = 16 * 1024 * 1024

/** What mounts stand on. */
export interface MountSurroundings {
  cache: BuildCache
  /** A new folder of this RUN's own; removed by whoever made it. */
  folder: string
  /** The files that `from` names; the context without one. */
  sourceOf: (from: string | undefined) => Promise<CopySource>
  session: (() => Promise<BuildSession>) | undefined
  signal: AbortSignal
}

/** What tells two RUNs with mounts apart: what is mounted, but never what a secret says. '' without mounts. */
export async function mountsKey(mounts: readonly RunMount[], sourceOf: MountSurroundings['sourceOf']): Promise<string> {
  if (mounts.length === 0) return ''
  const hash = createHash('sha256')
  for (const one of mounts) {
    const { type, target, id, sharing, readOnly, uid, gid, mode, env, sizeBytes } = one
    hash.update(JSON.stringify([type, target, id, sharing, readOnly, uid, gid, mode, env, sizeBytes, one.source]))
    if (type === 'bind') hash.update((await (await sourceOf(one.from)).describe([one.source === '' ? '/' : one.source])).digest)
  }
  return hash.digest('hex').slice(0, 12)
}

/** The mounts of one RUN, set up until disposed. */
export class RunMounts implements AsyncDisposable {
  readonly mounts: Mount[] = []
  /** Variables that are told to nobody but the process. */
  readonly secretEnv: string[] = []
  /** Variables that are no secret. */
  readonly env: string[] = []
  private readonly undo: (() => unknown)[] = []
  private readonly folders = new Map<string, CacheFolder>()
  private secretsFolder: string | undefined
  private secretBytes = 0
  private count = 0

  private constructor(private readonly around: MountSurroundings) {}

  /** Throws `invalid` for what is not there. */
  static async prepare(mounts: readonly RunMount[], scripts: readonly Heredoc[], around: MountSurroundings): Promise<RunMounts> {
    const prepared = new RunMounts(around)
    try {
      await prepared.takeFolders(mounts)
      for (const one of mounts) {
        around.signal.throwIfAborted()
        await prepared[one.type](one)
      }
      prepared.scripts(scripts)
      return prepared
    } catch (thrown) {
      await prepared[Symbol.asyncDispose]()
      throw thrown
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const step of this.undo.splice(0).reverse()) await step()
  }

  private async bind(wanted: RunMount): Promise<void> {
    const source = await this.around.sourceOf(wanted.from)
    const held = await source.hold()
    this.undo.push(() => held[Symbol.asyncDispose]())
    const place = resolveInRoot(held.root, wanted.source === '' ? '/' : wanted.source)
    if (!existsSync(place)) throw invalid(`bind mount: ${wanted.source}: not found in ${wanted.from ?? 'the build context'}`)
    if (wanted.readOnly) this.mounts.push({ Type: 'bind', Source: place, Target: wanted.target, ReadOnly: true })
    else this.mounts.push({ Type: 'bind', Source: this.discarding(held.root, wanted.source), Target: wanted.target })
  }

  /** The same files with changes going to a folder that is thrown away. */
  private discarding(root: string, source: string): string {
    const base = this.newFolder()
    for (const name of ['upper', 'work', 'merged']) mkdirSync(join(base, name))
    const merged = join(base, 'merged')
    mount({ source: 'overlay', target: merged, type: 'overlay', data: `lowerdir=${root.replace(/[\\:,]/g, '\\$&')},upperdir=${join(base, 'upper')},workdir=${join(base, 'work')}` })
    this.undo.push(() => unmountAll(merged))
    return resolveInRoot(merged, source === '' ? '/' : source)
  }

  /** Each folder once and in the same order everywhere: two RUNs that lock the same ones never wait for each other. */
  private async takeFolders(mounts: readonly RunMount[]): Promise<void> {
    const wanted = mounts.filter(({ type }) => type === 'cache').sort((a, b) => (a.id < b.id ? -1 : 1))
    for (const one of wanted) {
      if (this.folders.has(one.id)) continue
      const folder = await this.around.cache.acquire(one.id, one.sharing, ownerOf(one), this.around.signal)
      this.undo.push(() => folder.release())
      this.folders.set(one.id, folder)
    }
  }

  private async cache(wanted: RunMount): Promise<void> {
    const { signal } = this.around
    const owner = ownerOf(wanted)
    const folder = must(this.folders.get(wanted.id), 'cache folders are taken first')
    if (folder.fresh && wanted.from !== undefined) {
      await using held = await (await this.around.sourceOf(wanted.from)).hold()
      using root = HeldFolder.open(held.root)
      const sources = findSources({ root, covers: new Map() }, [wanted.source === '' ? '/' : wanted.source])
      try {
        await copySources(folder.path, sources, { target: '/', several: false, owner, ownerGiven: false, unpack: false }, signal)
      } finally {
        for (const { place } of sources) place[Symbol.dispose]()
      }
    }
    this.mounts.push({ Type: 'bind', Source: folder.path, Target: wanted.target, ReadOnly: wanted.readOnly })
  }

  private tmpfs({ target, sizeBytes }: RunMount): void {
    this.mounts.push({ Type: 'tmpfs', Target: target, ...(sizeBytes !== undefined && { TmpfsOptions: { SizeBytes: sizeBytes } }) })
  }

  private async secret({ id, target, required, env, uid, gid, mode }: RunMount): Promise<void> {
    const session = await this.around.session?.()
    const value = await session?.secret(id)
    if (value === undefined) {
      if (required) throw invalid(`secret ${id}: not found: give it with --secret id=${id},src=FILE to a client that can, such as skep build`)
      return
    }
    if (env !== undefined) {
      if (value.includes(0)) throw invalid(`secret ${id} holds a zero byte and cannot be the variable ${env}`)
      this.secretEnv.push(`${env}=${value.toString('utf8')}`)
    }
    if (target === '') return
    this.secretBytes += value.length
    if (this.secretBytes > secretsBytesMax) throw invalid(`the secrets of one RUN are more than ${secretsBytesMax} bytes`)
    const path = join(this.memoryFolder(), `${this.count++}`)
    writeFileSync(path, value, { mode: 0o600, flag: 'wx' })
    chownSync(path, uid, gid)
    chmodSync(path, mode ?? 0o400)
    this.mounts.push({ Type: 'bind', Source: path, Target: target, ReadOnly: true })
  }

  private async ssh({ id, target, required, uid, gid, mode }: RunMount): Promise<void> {
    const session = await this.around.session?.()
    if (!session || !(await session.hasAgent(id))) {
      if (required) throw invalid(`unset ssh forward key ${id}: forward an agent with --ssh ${id} of a client that can, such as skep build`)
      return
    }
    const folder = this.newFolder()
    const served = await serveAgent(session, id, folder)
    this.undo.push(() => served[Symbol.asyncDispose]())
    const path = join(folder, 'agent.sock')
    chownSync(path, uid, gid)
    chmodSync(path, mode ?? 0o600)
    const place = target === '' ? `${sshTarget}${this.env.length}` : target
    this.mounts.push({ Type: 'bind', Source: path, Target: place })
    if (this.env.length === 0) this.env.push(`SSH_AUTH_SOCK=${place}`)
  }

  /** Scripts with a first line that names their interpreter. */
  private scripts(scripts: readonly Heredoc[]): void {
    if (scripts.length === 0) return
    const folder = this.newFolder()
    for (const { name, content } of scripts) {
      writeFileSync(join(folder, name), content)
      chmodSync(join(folder, name), 0o755)
    }
    chmodSync(folder, 0o755)
    this.mounts.push({ Type: 'bind', Source: folder, Target: scriptsFolder, ReadOnly: true })
  }

  /** A file system in memory: secrets never come near a disk. */
  private memoryFolder(): string {
    if (this.secretsFolder !== undefined) return this.secretsFolder
    const folder = this.newFolder()
    mount({ source: 'tmpfs', target: folder, type: 'tmpfs', data: `mode=0700,size=${secretsBytesMax * 2}` })
    this.undo.push(() => {
      unmountAll(folder)
      rmdirSync(folder)
    })
    this.secretsFolder = folder
    return folder
  }

  private newFolder(): string {
    const folder = join(this.around.folder, `mount-${this.count++}`)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return folder
  }
}

/**
 * The places that the runtime will make for mounts, the innermost first: they are no change that the command made.
 * `root` is the file system before the command runs.
 */
export function missingPlaces(root: string, targets: readonly string[]): string[] {
  const missing = new Set<string>()
  for (const target of targets) {
    const parts = target.split('/').filter((part) => part !== '')
    for (let depth = 1; depth <= parts.length; depth++) {
      const path = resolveInRoot(root, parts.slice(0, depth).join('/'))
      if (!existsSync(path)) missing.add(path.slice(root.length))
    }
  }
  return [...missing].sort((a, b) => b.length - a.length)
}

/** Removes those of the places that are still empty from a writable layer. */
export function removeEmptyPlaces(upper: string, places: readonly string[]): void {
  for (const place of places) {
    const path = join(upper, place)
    try {
      rmdirSync(path)
    } catch {
      // A file's place; or something that the command put there, which stays.
      if (isEmptyFile(path)) rmSync(path, { force: true })
    }
  }
}

function ownerOf({ uid, gid, mode = 0o755 }: RunMount): { uid: number; gid: number; mode: number } {
  return { uid, gid, mode }
}

function isEmptyFile(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat?.isFile() === true && stat.size === 0
}
