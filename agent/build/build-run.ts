import type { BuildMessage, BuildOptions } from '../../src/model/engine-api/build.js'
import { join } from 'node:path'
import { invalid, kindOf, messageOf, StatusError } from '../../src/base/errors.js'
import { Limit } from '../../src/base/limit.js'
import { chainIds, formatPlatform, hostPlatform, parsePlatform, platformFit, shortId, type Platform } from '../image/descriptor.js'
import type { ImageRecord } from '../image/image-record.js'
import { BuildArgs, type StageArgs } from './build-args.js'
import type { BuildContext } from './build-context.js'
import type { BuildDeps, Emit, Pull } from './build-options.js'
import { ContextSource, FolderSource, ImageSource, type CopySource } from './copy-source.js'
import { findStage, neededStages, parseTrigger, type Dockerfile, type Instruction, type Stage } from './dockerfile.js'
import { gitAddress } from './git-source.js'
import { OrderedOutput } from './ordered-output.js'
import { fetchGit } from './remote-sources.js'
import { squash } from './squash.js'
import { StageBuilder, type StageSurroundings } from './stage-builder.js'
import { StepCache } from './step-cache.js'
import { expand, splitWords } from './words.js'

/** A stage that is built, or is about to be. */
interface StageRun {
  done: Promise<StageBuilder>
  /** The image that the stage began with. */
  base: ImageRecord | undefined
}

/** One run of a Dockerfile: stages that need nothing of each other run at the same time. */
export class BuildRun {
  private readonly args: BuildArgs
  private readonly platform: Platform
  private readonly cache: StepCache
  private readonly stages = new Map<Stage, StageRun>()
  private readonly sources = new Map<string, Promise<CopySource>>()
  private readonly limit: Limit
  private readonly failed = new AbortController()
  private readonly signal: AbortSignal
  private firstFailure: unknown
  private stepsTotal = 0
  private folders = 0
  private readonly held: Disposable[] = []

  constructor(
    private readonly deps: BuildDeps,
    private readonly options: BuildOptions,
    private readonly dockerfile: Dockerfile,
    private readonly context: BuildContext,
    private readonly folder: string,
    private readonly pull: Pull,
    private readonly emit: Emit,
    signal: AbortSignal,
  ) {
    this.platform = options.platform === undefined || options.platform === '' ? hostPlatform() : parsePlatform(options.platform)
    this.args = new BuildArgs(options.args, this.platform)
    const present = (names: readonly string[]): ImageRecord[] => names.flatMap((name) => deps.store.lookUp(name) ?? [])
    this.cache = new StepCache(deps.store, options.cacheFrom.length === 0 ? undefined : present(options.cacheFrom), present(options.cacheBesides ?? []))
    this.limit = new Limit(deps.stagesAtOnce)
    this.signal = AbortSignal.any([signal, this.failed.signal])
  }

  /** Builds what the target needs and gives its image. Throws `invalid` with the line of what is wrong. */
  async image(): Promise<ImageRecord> {
    try {
      return await this.run()
    } finally {
      for (const pin of this.held) pin[Symbol.dispose]()
    }
  }

  private async run(): Promise<ImageRecord> {
    const { globals, stages, escape } = this.dockerfile
    const { labels, target } = this.options
    for (const one of globals) await atLine(one, () => this.declareGlobals(one))
    const needed = neededStages(stages, target, (stage) => expand(stage.base, this.args.global, escape))
    const withLabels = Object.keys(labels).length > 0
    this.stepsTotal = globals.length + needed.reduce((sum, stage) => sum + stepsOf(stage), 0) + (withLabels ? 1 : 0)
    for (const [n, one] of globals.entries()) await this.announce(this.emit, n + 1, one.original)
    const output = new OrderedOutput(this.emit, needed.length)
    let first = globals.length + 1
    for (const [n, stage] of needed.entries()) {
      const last = stage === needed.at(-1) && withLabels
      const begin = first
      this.start(stage, begin, output.channel(n), () => output.finish(n), async (builder, emit) => {
        if (!last) return
        await this.announce(emit, begin + stepsOf(stage), `LABEL ${Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(' ')}`)
        await builder.addLabels(labels)
      })
      first += stepsOf(stage)
    }
    const runs = needed.flatMap((stage) => this.stages.get(stage) ?? [])
    const settled = await Promise.allSettled(runs.map(({ done }) => done))
    await output.told()
    // What failed first; the others were given up for its sake.
    if (settled.some(({ status }) => status === 'rejected')) throw this.firstFailure
    const lastRun = runs.at(-1)
    let image = (await lastRun?.done)?.image
    if (!image) throw invalid('No image was generated. Is your Dockerfile empty?')
    if (this.options.squash) image = await squash(this.deps, image, lastRun?.base, this.signal)
    const unused = this.args.unused()
    if (unused.length > 0) await this.emit({ stream: `[Warning] One or more build-args [${unused.join(' ')}] were not consumed\n` })
    return image
  }

  private start(stage: Stage, firstStep: number, emit: Emit, finish: () => void, last: (builder: StageBuilder, emit: Emit) => Promise<void>, limit: Limit | null = this.limit): StageRun {
    const work = async (): Promise<StageBuilder> => {
      const builder = await this.build(stage, run, firstStep, emit)
      await last(builder, emit)
      return builder
    }
    const build = async (): Promise<StageBuilder> => {
      try {
        return await (limit ? limit.run(work, this.signal) : work())
      } catch (thrown) {
        if (!this.failed.signal.aborted) this.firstFailure = thrown
        this.failed.abort(new StatusError('cancelled', 'another stage of the build failed', { cause: thrown }))
        throw thrown
      } finally {
        finish()
      }
    }
    const run: StageRun = { done: Promise.resolve(undefined as never), base: undefined }
    this.stages.set(stage, run)
    run.done = build()
    // Looked at when all have ended.
    run.done.catch(() => undefined)
    return run
  }

  private async build(stage: Stage, run: StageRun, firstStep: number, emit: Emit): Promise<StageBuilder> {
    let step = firstStep
    await this.announce(emit, step++, stage.from.original)
    const { image: base, args } = await atLine(stage.from, () => this.baseOf(stage, emit))
    run.base = base
    if (base) this.hold(base)
    await emit({ stream: ` ---> ${base ? shortId(base.id) : ''}\n` })
    const builder = new StageBuilder(this.surroundings(stage, args, emit), base)
    const triggers = builder.takeTriggers()
    if (triggers.length > 0) await emit({ stream: `# Executing ${triggers.length} build trigger${triggers.length > 1 ? 's' : ''}\n` })
    for (const trigger of triggers) await atLine(stage.from, () => builder.execute(parseTrigger(trigger)))
    for (const instruction of stage.instructions) {
      this.signal.throwIfAborted()
      await this.announce(emit, step++, instruction.original)
      await atLine(instruction, () => builder.execute(instruction))
    }
    return builder
  }

  private surroundings(stage: Stage, parentArgs: StageArgs | undefined, emit: Emit): StageSurroundings {
    const { deps, options, args, signal, dockerfile, platform, cache } = this
    const { session } = options
    return {
      deps, options, args, parentArgs, emit, signal, platform, cache,
      escape: dockerfile.escape,
      hold: (image) => this.hold(image),
      newFolder: () => join(this.folder, String(this.folders++)),
      sourceOf: (from) => this.sourceOf(from, stage, emit),
      session: session === undefined ? undefined : () => deps.sessions.find(session, signal),
    }
  }

  private hold({ id, manifest, layers, config }: ImageRecord): void {
    this.held.push(this.deps.store.pin([id, manifest.digest, ...layers.map(({ digest }) => digest), ...chainIds(config.rootfs.diff_ids)]))
  }

  /** Where `--from` leads: named contexts first, then stages, then images. */
  private async sourceOf(from: string | undefined, stage: Stage, emit: Emit): Promise<CopySource> {
    if (from === undefined || from === '') return this.kept('', () => Promise.resolve(new ContextSource(this.context, this.signal)))
    const named = this.options.namedContexts[from]
    if (named !== undefined) return this.kept(`named ${from}`, () => this.namedContext(from, named, emit))
    const other = findStage(this.dockerfile.stages, from, stage.index)
    if (!other) return this.kept(`image ${from}`, async () => this.imageSource(await this.imageOf(from, this.options.platform, emit)))
    return this.kept(`stage ${other.index}`, async () => this.imageSource((await this.stageDone(other, emit)).image))
  }

  private kept(key: string, make: () => Promise<CopySource>): Promise<CopySource> {
    const present = this.sources.get(key)
    if (present) return present
    const made = make()
    this.sources.set(key, made)
    made.catch(() => this.sources.delete(key))
    return made
  }

  private imageSource(image: ImageRecord | undefined): CopySource {
    if (image) this.hold(image)
    const { store, ids, digests, files } = this.deps
    return new ImageSource(image, { snapshots: store.snapshots, ids, digests, files }, this.signal)
  }

  private async namedContext(name: string, value: string, emit: Emit): Promise<CopySource> {
    if (value === 'context') return new ContextSource(this.context, this.signal, name)
    const image = imageName(value)
    if (image !== undefined) return this.imageSource(await this.imageOf(image, this.options.platform, emit))
    const git = gitAddress(value)
    if (!git) throw invalid(`invalid context ${name}=${value}: a folder, docker-image://NAME or the URL of a git repository is expected`)
    const { session } = this.options
    const access = { proxies: this.deps.proxies, ...(session !== undefined && { session: () => this.deps.sessions.find(session, this.signal) }) }
    const { commit, place } = await fetchGit(git, false, join(this.folder, String(this.folders++)), access, this.signal)
    return new FolderSource(place, this.deps.files, this.signal, git.folder === '' ? undefined : `${commit}:${git.folder}`)
  }

  /**
   * A stage that a trigger names may not have been started: nothing in the Dockerfile told that it is needed. It is not
   * counted, for the stage that waits for it is.
   */
  private stageDone(stage: Stage, emit: Emit): Promise<StageBuilder> {
    const run = this.stages.get(stage) ?? this.start(stage, this.stepsTotal + 1, emit, () => undefined, () => Promise.resolve(), null)
    return run.done
  }

  private async baseOf(stage: Stage, emit: Emit): Promise<{ image: ImageRecord | undefined; args: StageArgs | undefined }> {
    const { escape, stages } = this.dockerfile
    const name = expand(stage.base, this.args.global, escape)
    if (name === '') throw invalid(`base name (${stage.base}) should not be blank`)
    const platform = stage.platform === undefined ? this.options.platform : expand(stage.platform, this.args.global, escape)
    const named = this.options.namedContexts[name]
    if (named !== undefined) {
      const image = imageName(named)
      if (image === undefined) throw invalid(`the context ${name}=${named} cannot be a base: FROM needs docker-image://NAME`)
      return { image: await this.imageOf(image, platform, emit), args: undefined }
    }
    const other = findStage(stages, name, stage.index)
    if (other) {
      const builder = await this.stageDone(other, emit)
      return { image: builder.image, args: builder.args }
    }
    if (name === 'scratch') return { image: undefined, args: undefined }
    return { image: await this.imageOf(name, platform, emit), args: undefined }
  }

  private async imageOf(name: string, platform: string | undefined, emit: Emit): Promise<ImageRecord> {
    const { store } = this.deps
    const present = store.lookUp(name)
    const wanted = platform === undefined || platform === '' ? undefined : parsePlatform(platform)
    const fits = present && (!wanted || platformFit(wanted, present.config) > 0)
    if (fits && (!this.options.pull || store.isIdReference(name))) return present
    let pending: Promise<void> = Promise.resolve()
    const progress = (message: BuildMessage): void => void (pending = pending.then(() => emit(message)).catch(() => undefined))
    await this.pull(name, wanted && formatPlatform(wanted), progress, this.signal)
    await pending
    return store.find(name)
  }

  private declareGlobals({ text }: Instruction): Promise<void> {
    const { escape } = this.dockerfile
    for (const word of splitWords(text, escape)) {
      const equals = word.indexOf('=')
      if (equals < 0) this.args.declareGlobal(word, undefined)
      else this.args.declareGlobal(word.slice(0, equals), expand(word.slice(equals + 1), this.args.global, escape))
    }
    return Promise.resolve()
  }

  private announce(emit: Emit, step: number, line: string): Promise<void> {
    return emit({ stream: `Step ${step}/${Math.max(step, this.stepsTotal)} : ${line}\n` })
  }
}

function stepsOf(stage: Stage): number {
  return 1 + stage.instructions.length
}

function imageName(value: string): string | undefined {
  return /^docker-image:\/\/(.+)$/.exec(value)?.[1]
}

/** What goes wrong in an instruction is told with its line. */
async function atLine<T>(instruction: Instruction, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw new StatusError(kindOf(thrown), `${messageOf(thrown)} (Dockerfile line ${instruction.line})`, { cause: thrown })
  }
}
