import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { strict as assert } from 'node:assert'
import { ContentStore } from '../../agent/image/content-store.js'
import type { ImageEvent } from '../../agent/image/image-record.js'
import { ImageStore } from '../../agent/image/image-store.js'
import { Images } from '../../agent/image/images.js'
import type { ProgressMessage } from '../../agent/image/progress.js'
import { parseReference } from '../../agent/image/reference.js'
import { insecureByDefault } from '../../agent/image/registry/endpoints.js'
import { LayerMemory } from '../../agent/image/registry/layer-memory.js'
import { Registries, type PullOptions, type RegistriesOptions } from '../../agent/image/registry/registries.js'
import { mount, mountsBelow, unmountAll } from '../../agent/kernel/mount.js'
import { OverlaySnapshotter } from '../../agent/snapshot/overlay.js'
import type { Clock } from '../../src/base/clock.js'
import { idSource } from '../../src/base/id.js'
import { nullLogger } from '../../src/base/log.js'
import { seededRng } from '../../src/base/rng.js'
import { MemoryKeyValue } from './memory-key-value.js'

/** Images and registries of one host, everything real but the database, in a folder of its own. */
export class RegistryHost implements AsyncDisposable {
  readonly images: Images
  readonly events: ImageEvent[] = []
  readonly registries: Registries

  private constructor(
    readonly root: string,
    readonly store: ImageStore,
    readonly snapshots: OverlaySnapshotter,
    kv: MemoryKeyValue,
    clock: Clock,
    options: Partial<RegistriesOptions>,
  ) {
    this.images = new Images(store, { usersOf: () => [] })
    store.onEvent((event) => this.events.push(event))
    this.registries = new Registries(
      { store, memory: new LayerMemory(kv.bucket('registry-layers')), clock, rng: seededRng(7) },
      {
        mirrors: [],
        insecure: insecureByDefault,
        certificates: [join(root, 'certs.d')],
        downloadsAtOnce: 3,
        uploadsAtOnce: 5,
        downloadAttemptsMax: 5,
        userAgent: 'skep/test',
        ...options,
      },
    )
  }

  /** With `diskBytes` its folder is a file system of that size. */
  static async open(clock: Clock, options: Partial<RegistriesOptions> & { diskBytes?: number } = {}): Promise<RegistryHost> {
    const root = mkdtempSync('/tmp/skep-registry-')
    if (options.diskBytes !== undefined) mount({ source: 'tmpfs', target: root, type: 'tmpfs', data: `size=${options.diskBytes}` })
    const ids = idSource(seededRng(1))
    const kv = new MemoryKeyValue()
    const snapshots = new OverlaySnapshotter(join(root, 'overlay'), kv, ids, nullLogger)
    await snapshots.recover()
    const content = new ContentStore(join(root, 'content'), ids)
    await content.recover()
    return new RegistryHost(root, new ImageStore(kv, content, snapshots, clock), snapshots, kv, clock, options)
  }

  /** Gives the lines of progress. */
  async pull(name: string, options: PullOptions = {}, signal: AbortSignal = new AbortController().signal): Promise<ProgressMessage[]> {
    const lines: ProgressMessage[] = []
    await this.registries.pull(parseReference(name), options, (message) => lines.push(message), signal)
    return lines
  }

  /** Nothing was kept of what failed. */
  assertEmpty(): void {
    assert.deepEqual(readdirSync(join(this.root, 'overlay')), ['empty'])
    assert.deepEqual(readdirSync(join(this.root, 'content/blobs/sha256')), [])
    assert.deepEqual(readdirSync(join(this.root, 'content/ingest')), [])
    assert.deepEqual(this.store.list(), [])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.registries[Symbol.dispose]()
    for (const { target } of mountsBelow(this.root)) unmountAll(target)
    await Promise.resolve(rmSync(this.root, { recursive: true, force: true }))
  }
}
