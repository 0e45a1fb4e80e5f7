import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { invalid, kindOf, messageOf, StatusError } from '../../src/base/errors.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import { formatPlatform, hostPlatform, parsePlatform, platformFit, shortId } from '../image/descriptor.js'
import type { ImageRecord } from '../image/image-record.js'
import { familiarName, parseReference, withDefaultTag } from '../image/reference.js'
import { BuildArgs } from './build-args.js'
import { BuildContext } from './build-context.js'
import type { BuildDeps, BuildMessage, BuildOptions, Emit, Pull } from './build-options.js'
import { findStage, neededStages, parseDockerfile, parseTrigger, type Dockerfile, type Instruction, type Stage } from './dockerfile.js'
import { StageBuilder, type StageSurroundings } from './stage-builder.js'
import { expand, splitWords } from './words.js'

/** Makes images from Dockerfiles, step by step as Docker's classic builder does. */
export class Builder {
  private constructor(private readonly deps: BuildDeps) {}

  /** Removes what builds of an earlier daemon left. */
  static async open(deps: BuildDeps): Promise<Builder> {
    await removeTree(deps.folder)
    await mkdir(deps.folder, { recursive: true, mode: 0o700 })
    return new Builder(deps)
  }

  /**
   * Builds the Dockerfile of a context and gives the image's id. Progress goes to `emit`, in Docker's words.
   * Throws `invalid` with the line of the Dockerfile for what is wrong there.
   */
  async build(archive: AsyncIterable<Uint8Array>, options: BuildOptions, pull: Pull, emit: Emit, signal: AbortSignal): Promise<string> {
    // Names that cannot be are better found before the work than after.
    const names = options.tags.map((tag) => withDefaultTag(parseReference(tag)))
    const folder = join(this.deps.folder, this.deps.ids.hexId().slice(0, 16))
    await using context = await BuildContext.unpack(archive, folder, options.dockerfile, signal)
    const said: Emit = options.quiet ? () => Promise.resolve() : emit
    const build = new Build(this.deps, options, parseDockerfile(context.dockerfile), context, pull, said, signal)
    const image = await build.run()
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
}

/** One run of a Dockerfile. */
class Build {
  private readonly args: BuildArgs
  private readonly made = new Map<Stage, ImageRecord | undefined>()
  private stepsDone = 0
  private stepsTotal = 0

  constructor(
    private readonly deps: BuildDeps,
    private readonly options: BuildOptions,
    private readonly dockerfile: Dockerfile,
    private readonly context: BuildContext,
    private readonly pull: Pull,
    private readonly emit: Emit,
    private readonly signal: AbortSignal,
  ) {
    this.args = new BuildArgs(options.args)
  }

  async run(): Promise<ImageRecord> {
    const { globals, stages, escape } = this.dockerfile
    const { labels, target } = this.options
    for (const one of globals) await atLine(one, () => this.declareGlobals(one))
    const needed = neededStages(stages, target, (stage) => expand(stage.base, this.args.global, escape))
    const withLabels = Object.keys(labels).length > 0
    this.stepsTotal = globals.length + needed.reduce((sum, stage) => sum + 1 + stage.instructions.length, 0) + (withLabels ? 1 : 0)
    for (const one of globals) await this.announce(one.original)
    let builder: StageBuilder | undefined
    for (const stage of needed) {
      builder = await this.buildStage(stage)
      if (stage === needed.at(-1) && withLabels) {
        await this.announce(`LABEL ${Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(' ')}`)
        await builder.addLabels(labels)
      }
      this.made.set(stage, builder.image)
    }
    const image = builder?.image
    if (!image) throw invalid('No image was generated. Is your Dockerfile empty?')
    const unused = this.args.unused()
    if (unused.length > 0) await this.emit({ stream: `[Warning] One or more build-args [${unused.join(' ')}] were not consumed\n` })
    return image
  }

  private async buildStage(stage: Stage): Promise<StageBuilder> {
    await this.announce(stage.from.original)
    this.args.nextStage()
    const base = await atLine(stage.from, () => this.baseOf(stage))
    await this.emit({ stream: ` ---> ${base ? shortId(base.id) : ''}\n` })
    const builder = new StageBuilder(this.surroundings(stage), base)
    const triggers = builder.takeTriggers()
    if (triggers.length > 0) await this.emit({ stream: `# Executing ${triggers.length} build trigger${triggers.length > 1 ? 's' : ''}\n` })
    for (const trigger of triggers) await atLine(stage.from, () => builder.execute(parseTrigger(trigger)))
    for (const instruction of stage.instructions) {
      this.signal.throwIfAborted()
      await this.announce(instruction.original)
      await atLine(instruction, () => builder.execute(instruction))
    }
    return builder
  }

  private surroundings(stage: Stage): StageSurroundings {
    const { deps, options, args, context, emit, signal, dockerfile } = this
    const platform = options.platform === undefined ? hostPlatform() : parsePlatform(options.platform)
    return {
      deps, options, args, emit, signal, platform,
      context: context.tree,
      escape: dockerfile.escape,
      imageFrom: (ref) => {
        const other = findStage(dockerfile.stages, ref, stage.index)
        return other ? Promise.resolve(this.made.get(other)) : this.imageOf(ref, options.platform)
      },
    }
  }

  private async baseOf(stage: Stage): Promise<ImageRecord | undefined> {
    const { escape, stages } = this.dockerfile
    const name = expand(stage.base, this.args.global, escape)
    if (name === '') throw invalid(`base name (${stage.base}) should not be blank`)
    const other = findStage(stages, name, stage.index)
    if (other) return this.made.get(other)
    if (name === 'scratch') return undefined
    const platform = stage.platform === undefined ? this.options.platform : expand(stage.platform, this.args.global, escape)
    return this.imageOf(name, platform)
  }

  private async imageOf(name: string, platform: string | undefined): Promise<ImageRecord> {
    const { store } = this.deps
    const present = store.lookUp(name)
    const wanted = platform === undefined || platform === '' ? undefined : parsePlatform(platform)
    const fits = present && (!wanted || platformFit(wanted, present.config) > 0)
    if (fits && (!this.options.pull || store.isIdReference(name))) return present
    let pending: Promise<void> = Promise.resolve()
    const progress = (message: BuildMessage): void => void (pending = pending.then(() => this.emit(message)).catch(() => undefined))
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

  private announce(line: string): Promise<void> {
    return this.emit({ stream: `Step ${++this.stepsDone}/${this.stepsTotal} : ${line}\n` })
  }
}

/** What goes wrong in an instruction is told with its line. */
async function atLine<T>(instruction: Instruction, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw new StatusError(kindOf(thrown), `${messageOf(thrown)} (Dockerfile line ${instruction.line})`, { cause: thrown })
  }
}
