import { existsSync, mkdirSync } from 'node:fs'
import { posix } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import type { BuildOptions } from '../../src/model/engine-api/build.js'
import type { ImageConfig } from '../../src/model/engine-api/image.js'
import { resolveInRoot } from '../engine/files/rootfs-path.js'
import { signalNumber } from '../engine/signals.js'
import { applyChanges } from '../image/config-changes.js'
import { shortId, type Platform } from '../image/descriptor.js'
import { makeImage } from '../image/image-make.js'
import type { ImageRecord } from '../image/image-record.js'
import { topChain } from '../image/image-store.js'
import { jsonList } from '../image/json-list.js'
import { layerOf } from '../snapshot/diff.js'
import type { BuildArgs, StageArgs } from './build-args.js'
import type { BuildDeps, Emit } from './build-options.js'
import { copyInstruction } from './copy-instruction.js'
import type { CopySource } from './copy-source.js'
import type { Instruction } from './dockerfile.js'
import { isHeredocMark, type Heredoc } from './logical-lines.js'
import { runInstruction } from './run-instruction.js'
import { scriptsFolder } from './run-mounts.js'
import type { BuildSession } from './session.js'
import type { StepCache } from './step-cache.js'
import { expand, parsePairs, splitWords, type LookUp } from './words.js'

/** What a stage takes from the rest of the build. */
export interface StageSurroundings {
  deps: BuildDeps
  options: BuildOptions
  args: BuildArgs
  /** Those of the stage that this one is made from. */
  parentArgs: StageArgs | undefined
  cache: StepCache
  escape: string
  platform: Platform
  emit: Emit
  signal: AbortSignal
  /** Keeps an image's content while the build goes on: a prune meanwhile must not take it. */
  hold(image: ImageRecord): void
  /** Below it the stage may make folders of its own; they go with the build. */
  newFolder(): string
  /** The files that `--from` means: an earlier stage's, an image's, a named context's; the context's without it. */
  sourceOf(from: string | undefined): Promise<CopySource>
  /** The client's session; throws `invalid` when it has none. */
  session: (() => Promise<BuildSession>) | undefined
}

const defaultShell = ['/bin/sh', '-c']

/** A command, with the scripts that it is or needs. */
export interface StageCommand {
  words: string[]
  scripts: readonly Heredoc[]
}

/** Carries out the instructions of one stage; each makes an image on top of the last, or finds it made already. */
export class StageBuilder {
  readonly args: StageArgs
  config: ImageConfig
  private author: string | undefined
  private commandSet = false

  constructor(
    readonly around: StageSurroundings,
    /** The image so far; undefined for scratch. */
    public image: ImageRecord | undefined,
  ) {
    this.args = around.args.stage(around.parentArgs)
    this.config = structuredClone(image?.config.config ?? {})
    this.author = image?.config.author
  }

  /** Takes the triggers that the base image left for this build. */
  takeTriggers(): string[] {
    const triggers = this.config.OnBuild ?? []
    delete this.config.OnBuild
    return triggers
  }

  /** Throws `invalid` for what cannot be done. */
  async execute(instruction: Instruction): Promise<void> {
    const { keyword, text } = instruction
    // The history tells what a line came to mean: whoever takes steps from it must not take those of other values.
    let line = instruction.original
    switch (keyword) {
      case 'RUN':
        return runInstruction(this, instruction)
      case 'COPY':
      case 'ADD':
        return copyInstruction(this, instruction)
      case 'WORKDIR':
        return this.workingFolder(instruction)
      case 'ARG':
        line = `ARG ${splitWords(text, this.around.escape).map((word) => this.declare(word)).join(' ')}`
        break
      case 'MAINTAINER':
        this.author = text
        break
      case 'ENV':
        line = this.setEnvironment(this.pairs(instruction))
        break
      case 'LABEL':
        line = this.setLabels(this.pairs(instruction))
        break
      case 'CMD':
        this.config.Cmd = this.commandOf(instruction).words
        this.commandSet = true
        line = commandLine(keyword, this.config.Cmd)
        break
      case 'ENTRYPOINT':
        this.config.Entrypoint = this.commandOf(instruction).words
        line = commandLine(keyword, this.config.Entrypoint)
        // The base image's command was meant for its own entry point.
        if (!this.commandSet) delete this.config.Cmd
        break
      case 'ONBUILD':
        this.keepTrigger(text)
        break
      case 'VOLUME': {
        const folders = (jsonList(text) ?? splitWords(text, this.around.escape)).map((one) => this.expand(one))
        this.change(keyword, JSON.stringify(folders))
        line = `VOLUME [${folders.join(' ')}]`
        break
      }
      case 'HEALTHCHECK':
        this.change(keyword, [...[...instruction.flags].map(([name, value]) => `--${name}=${value}`), text].join(' '))
        break
      case 'SHELL':
        this.change(keyword, text)
        break
      case 'USER':
        // A variable that is not set takes the user away.
        this.config.User = this.expandWords(text)
        line = `USER ${this.config.User}`
        break
      case 'STOPSIGNAL':
        signalNumber(this.expandWords(text))
        this.config.StopSignal = this.expandWords(text)
        line = `STOPSIGNAL ${this.config.StopSignal}`
        break
      default:
        this.change(keyword, this.expandWords(text))
        line = `${keyword} ${this.expandWords(text)}`
    }
    await this.commitSetting(line)
  }

  /** The labels of `--label`. */
  async addLabels(labels: Readonly<Record<string, string>>): Promise<void> {
    await this.commitSetting(this.setLabels(Object.entries(labels)))
  }

  /** Gives the line of the history. */
  private setLabels(pairs: readonly [string, string][]): string {
    this.config.Labels = { ...this.config.Labels, ...Object.fromEntries(pairs) }
    return pairLine('LABEL', pairs)
  }

  /** Gives the line of the history. */
  private setEnvironment(pairs: readonly [string, string][]): string {
    for (const [name, value] of pairs) this.config.Env = [...(this.config.Env ?? []).filter((one) => !one.startsWith(`${name}=`)), `${name}=${value}`]
    return pairLine('ENV', pairs)
  }

  readonly lookUp: LookUp = (name) => {
    const set = this.config.Env?.findLast((one) => one.startsWith(`${name}=`))
    return set === undefined ? this.args.get(name) : set.slice(name.length + 1)
  }

  expand(word: string): string {
    return expand(word, this.lookUp, this.around.escape)
  }

  /** Variables only: quotes are part of the text, and the escape character is one unless it stands before a `$`. */
  expandText(text: string): string {
    const { escape } = this.around
    const kept = [...text].map((char, n, all) => (char === '"' || char === "'" || (char === escape && all[n + 1] !== '$') ? `${escape}${char}` : char))
    return expand(kept.join(''), this.lookUp, escape)
  }

  /** The words of RUN, CMD and ENTRYPOINT: a list as it is, text and here-documents by the shell. */
  commandOf({ text, heredocs }: Instruction): StageCommand {
    const list = jsonList(text)
    if (list) return { words: list, scripts: [] }
    const shell = this.config.Shell ?? defaultShell
    const first = heredocs[0]
    if (!first) return { words: [...shell, text], scripts: [] }
    const bad = heredocs.find(({ name }) => name.includes('/'))
    if (bad) throw invalid(`invalid name of a here-document: ${bad.name}`)
    if (!isHeredocMark(text)) return { words: [...shell, `${text}${heredocs.map(({ name, content }) => `\n${content}${name}`).join('')}`], scripts: [] }
    // Nothing but the document: it is the script itself.
    if (first.content.startsWith('#!')) return { words: [`${scriptsFolder}/${first.name}`], scripts: [first] }
    return { words: [...shell, first.content], scripts: [] }
  }

  /** With the slash that may stand at its end. */
  absolute(path: string): string {
    const base = this.config.WorkingDir || '/'
    const whole = path.startsWith('/') ? path : `${base}/${path}`
    return `${posix.normalize(whole).replace(/(?<=.)\/+$/, '')}${/\/\.?$/.test(path) && path !== '/' ? '/' : path === '.' ? '/' : ''}`
  }

  /** Changes the files of the image and commits what came of it. */
  async commitChanged(createdBy: string, change: (root: string) => Promise<void>): Promise<void> {
    const { deps } = this.around
    const { snapshots } = deps.store
    // As long as a container's id: what a crash leaves is removed with those of containers that are gone.
    const key = deps.ids.hexId()
    await snapshots.prepare(key, this.image && topChain(this.image), { ephemeral: true })
    try {
      await change(await snapshots.mount(key))
      await this.commit(createdBy, layerOf(snapshots.view(key).upper))
    } finally {
      await snapshots.removeWritable(key)
    }
  }

  /** Goes on from an image that an earlier build made in this very step. */
  async useCached(createdBy: string): Promise<boolean> {
    const { options, emit, cache, platform, signal } = this.around
    if (options.noCache) return false
    const cached = await cache.find({ parent: this.image, createdBy, config: this.config, author: this.author, platform: this.image?.config ?? platform }, signal)
    if (!cached) return false
    this.moveTo(cached)
    await emit({ stream: ` ---> Using cache\n ---> ${shortId(cached.id)}\n` })
    return true
  }

  /** Makes the image of a step. */
  async commit(createdBy: string, layer?: AsyncIterable<Uint8Array>, container?: string): Promise<void> {
    const { deps, platform, emit, signal } = this.around
    if (!layer && (await this.useCached(createdBy))) return
    const made = await makeImage(
      deps.store,
      {
        ...(this.image && { parent: this.image }),
        ...(layer && { layer }),
        config: structuredClone(this.config),
        platform: this.image?.config ?? platform,
        step: { created_by: createdBy },
        names: [],
        ...(this.author !== undefined && { author: this.author }),
      },
      signal,
    )
    this.moveTo(made)
    if (container !== undefined) await emit({ stream: ` ---> Removed intermediate container ${shortId(container)}\n` })
    await emit({ stream: ` ---> ${shortId(made.id)}\n` })
  }

  private moveTo(image: ImageRecord): void {
    this.around.hold(image)
    this.image = image
  }

  /** A step that only changes the settings. */
  private async commitSetting(line: string): Promise<void> {
    await this.commit(`/bin/sh -c #(nop)  ${line}`)
  }

  private expandWords(text: string): string {
    return splitWords(text, this.around.escape).map((word) => this.expand(word)).join(' ')
  }

  private pairs({ keyword, text }: Instruction): [string, string][] {
    return parsePairs(keyword, text, this.lookUp, this.around.escape)
  }

  private change(keyword: string, rest: string): void {
    this.config = applyChanges(this.config, [`${keyword} ${rest}`])
  }

  /** Gives the word as it came to be. */
  private declare(word: string): string {
    const equals = word.indexOf('=')
    const name = equals < 0 ? this.expand(word) : word.slice(0, equals)
    const whenMissing = equals < 0 ? undefined : this.expand(word.slice(equals + 1))
    this.args.declare(name, whenMissing)
    return whenMissing === undefined ? name : `${name}=${whenMissing}`
  }

  private keepTrigger(text: string): void {
    const word = /^\S+/.exec(text)?.[0].toUpperCase() ?? ''
    if (word === 'ONBUILD') throw invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if (word === 'FROM' || word === 'MAINTAINER') throw invalid(`${word} isn't allowed as an ONBUILD trigger`)
    this.config.OnBuild = [...(this.config.OnBuild ?? []), text]
  }

  /** The folder is made when the image does not have it. */
  private async workingFolder({ text }: Instruction): Promise<void> {
    const path = this.absolute(this.expandWords(text))
    const folder = posix.join(path, '.').replace(/(?<=.)\/$/, '')
    this.config.WorkingDir = folder
    const createdBy = `/bin/sh -c #(nop) WORKDIR ${folder}`
    if (await this.useCached(createdBy)) return
    await this.commitChanged(createdBy, (root) => {
      const full = resolveInRoot(root, folder)
      if (!existsSync(full)) mkdirSync(full, { recursive: true, mode: 0o755 })
      return Promise.resolve()
    })
  }
}

/** As Docker words them. */
function pairLine(keyword: string, pairs: readonly [string, string][]): string {
  return `${keyword} ${pairs.map(([name, value]) => `${name}=${value}`).join(' ')}`
}

function commandLine(keyword: string, words: readonly string[]): string {
  return `${keyword} [${words.map((word) => JSON.stringify(word)).join(' ')}]`
}
