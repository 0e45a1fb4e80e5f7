import { isDeepStrictEqual } from 'node:util'
import type { ImageConfig } from '../../src/model/engine-api/image.js'
import type { Platform } from '../image/descriptor.js'
import { makeImage } from '../image/image-make.js'
import type { ImageRecord } from '../image/image-record.js'
import { topChain, type ImageStore } from '../image/image-store.js'
import type { HistoryEntry } from '../image/manifest.js'

/** A step on top of an image. */
export interface Step {
  parent: ImageRecord | undefined
  /** What tells the step apart: the line of its history. */
  createdBy: string
  /** The settings after the step. */
  config: ImageConfig
  author: string | undefined
  platform: Platform
}

/** The images that an earlier build made, by the steps that made them. */
export class StepCache {
  constructor(
    private readonly store: ImageStore,
    /** Images whose history counts (`--cache-from`): when any are named, also in vain, no others do, as in Docker. Undefined when none are. */
    private readonly sources: readonly ImageRecord[] | undefined,
    /** Images whose history counts where nothing was made here. */
    private readonly besides: readonly ImageRecord[] = [],
  ) {}

  /** What the step would make; undefined when it was not made before. */
  async find(step: Step, signal: AbortSignal): Promise<ImageRecord | undefined> {
    if (this.sources) return this.restored(step, this.sources, signal)
    return this.local(step)[0] ?? this.restored(step, this.besides, signal)
  }

  /** The newest first. */
  private local({ parent, createdBy, config, author }: Step): ImageRecord[] {
    const { store } = this
    const depth = (parent?.config.history?.length ?? 0) + 1
    const candidates = parent ? store.childrenOf(parent.id) : store.list().filter((record) => record.parent === undefined)
    const wanted = plain(config)
    return candidates
      .filter((one) => one.config.history?.length === depth && one.config.history.at(-1)?.created_by === createdBy && one.config.author === author)
      .filter((one) => isDeepStrictEqual(plain(one.config.config ?? {}), wanted))
      .filter((one) => one.layers.length === 0 || store.snapshots.has(topChain(one) ?? ''))
      .sort((a, b) => b.addedAtMs - a.addedAtMs)
  }

  /** A layer that a given image has in this place of its history becomes that of the step. */
  private async restored(step: Step, sources: readonly ImageRecord[], signal: AbortSignal): Promise<ImageRecord | undefined> {
    const { parent, createdBy, config, author, platform } = step
    const history = parent?.config.history ?? []
    const below = parent?.layers ?? []
    for (const source of sources) {
      const lines = source.config.history ?? []
      const line = lines[history.length]
      if (!line || line.created_by !== createdBy) continue
      if (!history.every((one, n) => sameStep(one, lines[n]))) continue
      if (!below.every((layer, n) => layer.diffId === source.layers[n]?.diffId)) continue
      const layer = line.empty_layer ? undefined : source.layers[below.length]
      if (!line.empty_layer && !layer) continue
      const layers = below.length + (layer ? 1 : 0)
      const present = this.local(step).find((one) => one.layers.length === layers && one.layers.at(-1)?.diffId === source.layers[layers - 1]?.diffId)
      if (present) return present
      const image = { config: structuredClone(config), platform, step: { created_by: createdBy }, names: [], ...(parent && { parent }), ...(author !== undefined && { author }), ...(layer && { presentLayer: layer }) }
      return makeImage(this.store, image, signal)
    }
    return undefined
  }
}

function sameStep(a: HistoryEntry, b: HistoryEntry | undefined): boolean {
  return b !== undefined && a.created_by === b.created_by && (a.empty_layer ?? false) === (b.empty_layer ?? false)
}

/** As it is after being stored. */
function plain(config: ImageConfig): unknown {
  return JSON.parse(JSON.stringify(config))
}
