import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import type { KeyValueStore } from '../../src/base/key-value.js'
import type { BuildOptions } from '../../src/model/engine-api/build.js'
import type { BuildCache as BuildCacheEntry } from '../../src/model/engine-api/image.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import { hostGateways } from '../engine/files/etc-files.js'
import { shortId } from '../image/descriptor.js'
import { Proxies, type ProxySettings } from '../image/registry/proxies.js'
import { familiarName, parseReference, withDefaultTag } from '../image/reference.js'
import { mountsBelow, unmountAll } from '../kernel/mount.js'
import { BuildCache, type CachePruneOptions } from './build-cache.js'
import { BuildContext } from './build-context.js'
import type { BuildDeps, Emit, Pull } from './build-options.js'
import { BuildRun } from './build-run.js'
import { ImageDigests, ImageSource } from './copy-source.js'
import { parseDockerfile } from './dockerfile.js'
import { ImageFiles } from './image-files.js'
import { remoteContext, type RemoteOptions } from './remote-context.js'
import { BuildSessions } from './session.js'

/** What a builder is opened with. */
export interface BuilderOptions extends Omit<BuildDeps, 'cache' | 'sessions' | 'digests' | 'proxies'> {
  proxies: ProxySettings
  /** Cache mounts and downloads are kept below it. */
  cacheFolder: string
  db: KeyValueStore
}

/** Makes images from Dockerfiles, step by step as Docker's classic builder does. */
export class Builder implements Disposable {
  /** Connections that clients keep open for their builds. */
  readonly sessions = new BuildSessions()
  private readonly deps: BuildDeps

  private constructor(
    options: BuilderOptions,
    private readonly cache: BuildCache,
  ) {
    this.deps = { ...options, cache, sessions: this.sessions, digests: new ImageDigests(), proxies: new Proxies(options.proxies) }
  }

  /** Removes what builds of an earlier daemon left. */
  static async open(options: BuilderOptions): Promise<Builder> {
    const { folder, cacheFolder, db, ids, clock } = options
    for (const { target } of mountsBelow(folder)) unmountAll(target)
    await removeTree(folder)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return new Builder(options, await BuildCache.open(cacheFolder, db, ids, clock))
  }

  /**
   * Builds the Dockerfile of a context and gives the image's id. Progress goes to `emit`, in Docker's words.
   * Throws `invalid` with the line of the Dockerfile for what is wrong there.
   */
  async build(archive: AsyncIterable<Uint8Array>, options: BuildOptions, pull: Pull, emit: Emit, signal: AbortSignal): Promise<string> {
    // Names that cannot be are better found before the work than after.
    const names = options.tags.map((tag) => withDefaultTag(parseReference(tag)))
    const folder = join(this.deps.folder, this.deps.ids.hexId().slice(0, 16))
    const said: Emit = options.quiet ? () => Promise.resolve() : emit
    await mkdir(folder, { mode: 0o700 })
    await using _folder = { [Symbol.asyncDispose]: () => removeTree(folder) }
    const remote = options.remote === undefined ? undefined : await remoteContext(options.remote, options.dockerfile, join(folder, 'remote'), this.remoteOptions(options, signal), said, signal)
    const dockerfilePath = remote?.dockerfile ?? options.dockerfile
    const ignoreFiles = [`${dockerfilePath}.dockerignore`, '.dockerignore']
    const { context, files } = await BuildContext.receive(
      remote?.archive ?? archive,
      join(folder, 'context'),
      { wanted: [dockerfilePath, ...ignoreFiles], work: this.deps.files, ...(options.namedContextsPrefix !== undefined && { prefix: options.namedContextsPrefix }) },
      signal,
    )
    await using held = context
    const text = files.get(dockerfilePath) ?? ''
    if (text.trim() === '') throw invalid(`Cannot locate specified Dockerfile: ${dockerfilePath} (missing or empty in the build context)`)
    await held.ignore(ignoreFiles.map((name) => files.get(name)).find((rules) => rules !== undefined) ?? '')
    const run = new BuildRun(this.deps, options, parseDockerfile(text), held, join(folder, 'stages'), pull, said, signal)
    const image = await run.image()
    await emit({ aux: { ID: image.id } })
    await said({ stream: `Successfully built ${shortId(image.id)}\n` })
    for (const name of names) {
      await this.deps.store.setName(name, image.id)
      this.deps.store.emit('tag', image.id, { name: familiarName(name) })
      await said({ stream: `Successfully tagged ${familiarName(name)}\n` })
    }
    if (options.quiet) await emit({ stream: `${image.id}\n` })
    return image.id
  }

  private remoteOptions({ session, args }: BuildOptions, signal: AbortSignal): RemoteOptions {
    return {
      proxies: this.deps.proxies,
      keepGitDir: ['1', 'true'].includes(args['BUILDKIT_CONTEXT_KEEP_GIT_DIR'] ?? ''),
      ...(session !== undefined && { session: () => this.sessions.find(session, signal) }),
    }
  }

  /** The files of an image that was built, until disposed. Throws `notFound`. */
  async files(imageId: string, signal: AbortSignal): Promise<ImageFiles> {
    const { store, ids, digests, files } = this.deps
    const held = await new ImageSource(store.find(imageId), { snapshots: store.snapshots, ids, digests, files }, signal).hold()
    try {
      return new ImageFiles(held, signal)
    } catch (thrown) {
      await held[Symbol.asyncDispose]()
      throw thrown
    }
  }

  /** Addresses that `host-gateway` stands for in the extra hosts of a build, for clients that put them in its place. */
  hostGateways(): readonly string[] {
    return hostGateways(this.deps.engine.context)
  }

  /** What builds keep beside images, for `docker system df`. */
  cached(): Promise<BuildCacheEntry[]> {
    return this.cache.list()
  }

  /** Removes what builds keep beside images. */
  prune(options: CachePruneOptions): Promise<{ ids: string[]; freedBytes: number }> {
    return this.cache.prune(options)
  }

  [Symbol.dispose](): void {
    this.sessions[Symbol.dispose]()
  }
}
