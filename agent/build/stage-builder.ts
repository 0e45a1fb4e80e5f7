import { existsSync, mkdirSync } from 'node:fs'
import { posix } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import type { ImageConfig } from '../../src/model/engine-api/image.js'
import { resolveInRoot } from '../engine/rootfs-path.js'
import { applyChanges } from '../image/config-changes.js'
import { shortId, type Platform } from '../image/descriptor.js'
import { makeImage } from '../image/image-make.js'
import type { ImageRecord } from '../image/image-record.js'
import { topChain } from '../image/image-store.js'
import { layerOf } from '../snapshot/diff.js'
import type { BuildArgs, StageArgs } from './build-args.js'
import type { BuildDeps, BuildOptions, Emit } from './build-options.js'
import { copyInstruction } from './copy-instruction.js'
import type { CopySource } from './copy-source.js'
import type { Instruction } from './dockerfile.js'
import { isHeredocMark, type Heredoc } from './logical-lines.js'
import { runInstruction } from './run-instruction.js'
import { scriptsFolder } from './run-mounts.js'
import type { BuildSession } from './session.js'
import type { StepCache } from './step-cache.js'
import { expand, jsonList, parsePairs, splitWords, type LookUp } from './words.js'

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
    switch (keyword) {
      case 'RUN':
        return runInstruction(this, instruction)
      case 'COPY':
      case 'ADD':
        return copyInstruction(this, instruction)
      case 'WORKDIR':
        return this.workingFolder(instruction)
      case 'ARG':
        for (const word of splitWords(text, this.around.escape)) this.declare(word)
        break
      case 'MAINTAINER':
        this.author = text
        break
      case 'ENV':
        for (const [name, value] of this.pairs(instruction)) this.config.Env = [...(this.config.Env ?? []).filter((one) => !one.startsWith(`${name}=`)), `${name}=${value}`]
        break
      case 'LABEL':
        this.config.Labels = { ...this.config.Labels, ...Object.fromEntries(this.pairs(instruction)) }
        break
      case 'CMD':
        this.config.Cmd = this.commandOf(instruction).words
        this.commandSet = true
        break
      case 'ENTRYPOINT':
        this.config.Entrypoint = this.commandOf(instruction).words
        // The base image's command was meant for its own entry point.
        if (!this.commandSet) delete this.config.Cmd
        break
      case 'ONBUILD':
        this.keepTrigger(text)
        break
      case 'VOLUME':
        this.change(keyword, JSON.stringify((jsonList(text) ?? splitWords(text, this.around.escape)).map((one) => this.expand(one))))
        break
      case 'HEALTHCHECK':
        this.change(keyword, [...[...instruction.flags].map(([name, value]) => `--${name}=${value}`), text].join(' '))
        break
      case 'SHELL':
        this.change(keyword, text)
        break
      default:
        this.change(keyword, splitWords(text, this.around.escape).map((word) => this.expand(word)).join(' '))
    }
    await this.commitSetting(instruction.original)
  }

  /** The labels of `--label`. */
  async addLabels(labels: Readonly<Record<string, string>>): Promise<void> {
    this.config.Labels = { ...this.config.Labels, ...labels }
    await this.commitSetting(`LABEL ${Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(' ')}`)
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

  private pairs({ keyword, text }: Instruction): [string, string][] {
    return parsePairs(keyword, text, this.lookUp, this.around.escape)
  }

  private change(keyword: string, rest: string): void {
    this.config = applyChanges(this.config, [`${keyword} ${rest}`])
  }

  private declare(word: string): void {
    const equals = word.indexOf('=')
    if (equals < 0) this.args.declare(this.expand(word), undefined)
    else this.args.declare(word.slice(0, equals), this.expand(word.slice(equals + 1)))
  }

  private keepTrigger(text: string): void {
    const word = /^\S+/.exec(text)?.[0].toUpperCase() ?? ''
    if (word === 'ONBUILD') throw invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if (word === 'FROM' || word === 'MAINTAINER') throw invalid(`${word} isn't allowed as an ONBUILD trigger`)
    this.config.OnBuild = [...(this.config.OnBuild ?? []), text]
  }

  /** The folder is made when the image does not have it. */
  private async workingFolder({ text }: Instruction): Promise<void> {
    const path = this.absolute(splitWords(text, this.around.escape).map((word) => this.expand(word)).join(' '))
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
