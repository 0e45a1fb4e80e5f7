import { isDeepStrictEqual } from 'node:util'
import { existsSync, mkdirSync } from 'node:fs'
import { posix } from 'node:path'
import { invalid, messageOf } from '../../src/base/errors.js'
import type { ImageConfig } from '../../src/model/engine-api/image.js'
import { mountPoints } from '../engine/mount-points.js'
import { readInRoot, resolveInRoot } from '../engine/rootfs-path.js'
import { applyChanges } from '../image/config-changes.js'
import { shortId, type Platform } from '../image/descriptor.js'
import { makeImage } from '../image/image-make.js'
import type { ImageRecord } from '../image/image-record.js'
import { topChain } from '../image/image-store.js'
import { resolveUser } from '../runtime/bundle/user.js'
import { layerOf } from '../snapshot/diff.js'
import { HeldFolder, type Tree } from '../snapshot/held-folder.js'
import type { BuildArgs } from './build-args.js'
import type { BuildDeps, BuildOptions, Emit } from './build-options.js'
import type { Instruction } from './dockerfile.js'
import { createRequest, runToEnd } from './run-command.js'
import { copySources, findSources, hashSources } from './sources.js'
import { expand, jsonList, parsePairs, splitWords, type LookUp } from './words.js'

/** What a stage takes from the rest of the build. */
export interface StageSurroundings {
  deps: BuildDeps
  options: BuildOptions
  args: BuildArgs
  context: Tree
  escape: string
  platform: Platform
  emit: Emit
  signal: AbortSignal
  /** The image that `--from` means: an earlier stage's or one of this host; undefined for an empty stage. */
  imageFrom(ref: string): Promise<ImageRecord | undefined>
}

const defaultShell = ['/bin/sh', '-c']

/** Carries out the instructions of one stage; each makes an image on top of the last, or finds it made already. */
export class StageBuilder {
  private config: ImageConfig
  private author: string | undefined
  private commandSet = false

  constructor(
    private readonly around: StageSurroundings,
    /** The image so far; undefined for scratch. */
    public image: ImageRecord | undefined,
  ) {
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
        return this.run(instruction)
      case 'COPY':
      case 'ADD':
        return this.copy(instruction)
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
        this.config.Cmd = this.commandOf(text)
        this.commandSet = true
        break
      case 'ENTRYPOINT':
        this.config.Entrypoint = this.commandOf(text)
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

  /** A step that only changes the settings. */
  private async commitSetting(line: string): Promise<void> {
    await this.commit(`/bin/sh -c #(nop)  ${line}`)
  }

  /** The labels of `--label`. */
  async addLabels(labels: Readonly<Record<string, string>>): Promise<void> {
    this.config.Labels = { ...this.config.Labels, ...labels }
    await this.commitSetting(`LABEL ${Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(' ')}`)
  }

  private readonly lookUp: LookUp = (name) => {
    const set = this.config.Env?.findLast((one) => one.startsWith(`${name}=`))
    return set === undefined ? this.around.args.get(name) : set.slice(name.length + 1)
  }

  private expand(word: string): string {
    return expand(word, this.lookUp, this.around.escape)
  }

  private pairs({ keyword, text }: Instruction): [string, string][] {
    return parsePairs(keyword, text, this.lookUp, this.around.escape)
  }

  private change(keyword: string, rest: string): void {
    this.config = applyChanges(this.config, [`${keyword} ${rest}`])
  }

  private declare(word: string): void {
    const equals = word.indexOf('=')
    if (equals < 0) this.around.args.declare(word, undefined)
    else this.around.args.declare(word.slice(0, equals), this.expand(word.slice(equals + 1)))
  }

  /** A JSON list is run as it is, anything else by the shell. */
  private commandOf(text: string): string[] {
    return jsonList(text) ?? [...(this.config.Shell ?? defaultShell), text]
  }

  private keepTrigger(text: string): void {
    const word = /^\S+/.exec(text)?.[0].toUpperCase() ?? ''
    if (word === 'ONBUILD') throw invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if (word === 'FROM' || word === 'MAINTAINER') throw invalid(`${word} isn't allowed as an ONBUILD trigger`)
    this.config.OnBuild = [...(this.config.OnBuild ?? []), text]
  }

  private async run(instruction: Instruction): Promise<void> {
    const { deps, options, args, emit, signal } = this.around
    const { engine } = deps
    if (!this.image) throw invalid('RUN needs a file system to run in: an image made FROM scratch has none before something is copied into it')
    const command = this.commandOf(instruction.text)
    const { keyed, all } = args.environment()
    const wanted = (pairs: [string, string][]): string[] =>
      pairs.filter(([name]) => !this.config.Env?.some((one) => one.startsWith(`${name}=`))).map(([name, value]) => `${name}=${value}`)
    const prefix = wanted(keyed)
    const createdBy = [...(prefix.length > 0 ? [`|${prefix.length}`, ...prefix] : []), ...command].join(' ')
    if (await this.useCached(createdBy)) return
    const network = instruction.flags.get('network')
    if (network !== undefined && !['default', 'none', 'host'].includes(network)) throw invalid(`invalid value for RUN --network: ${network}; use default, none or host`)
    const hostConfig = { ...options.hostConfig, ...(network !== undefined && network !== 'default' && { NetworkMode: network }) }
    const { Id: id = '' } = await engine.create(undefined, createRequest({ Image: this.image.id, Cmd: command, Env: wanted(all), HostConfig: hostConfig }))
    let remove = true
    try {
      await emit({ stream: ` ---> Running in ${shortId(id)}\n` })
      const exitCode = await runToEnd(engine, id, emit, signal)
      signal.throwIfAborted()
      if (exitCode !== 0) {
        remove = options.removeAlways
        throw invalid(`The command '${command.join(' ')}' returned a non-zero code: ${exitCode}`)
      }
      remove = options.remove
      await this.commit(createdBy, layerOf(deps.store.snapshots.view(id).upper, mountPoints), remove ? id : undefined)
    } finally {
      if (remove) await engine.remove(id, { force: true, volumes: true, link: false })
    }
  }

  private async copy(instruction: Instruction): Promise<void> {
    const { keyword, flags, text } = instruction
    const { around } = this
    const words = jsonList(text) ?? splitWords(text, around.escape)
    if (words.length < 2) throw invalid(`${keyword} requires at least two arguments, but only ${words.length} provided. Destination could not be determined`)
    const expanded = words.map((word) => (jsonList(text) ? expandQuoted(word, this.lookUp, around.escape) : this.expand(word)))
    const target = this.absolute(expanded.pop() ?? '')
    const remote = keyword === 'ADD' ? expanded.find((source) => /^(https?|git):\/\/|^git@/.test(source)) : undefined
    if (remote !== undefined) throw invalid(`ADD of ${remote}: this builder fetches nothing; download it with RUN, or put the file into the build context`)
    const chown = this.expand(flags.get('chown') ?? '')
    const mode = modeOf(flags.get('chmod'))
    const from = flags.get('from')
    const shown = [...flags].filter(([name]) => name === 'chown' || name === 'chmod').map(([name, value]) => `--${name}=${value} `).join('')
    await this.withTree(from, async (tree) => {
      const sources = findSources(tree, expanded)
      try {
        const kind = sources.length > 1 ? 'multi' : sources[0]?.place.folder ? 'dir' : 'file'
        const createdBy = `/bin/sh -c #(nop) ${keyword} ${shown}${kind}:${await hashSources(sources, around.signal)} in ${target} `
        if (await this.useCached(createdBy)) return
        await this.commitChanged(createdBy, async (root) => {
          const owner = chown === '' ? { uid: 0, gid: 0 } : ownerOf(root, chown)
          await copySources(root, sources, { target, owner, ownerGiven: chown !== '', unpack: keyword === 'ADD', ...(mode !== undefined && { mode }) }, around.signal)
        })
      } finally {
        for (const { place } of sources) place[Symbol.dispose]()
      }
    }).catch((thrown: unknown) => {
      around.signal.throwIfAborted()
      throw invalid(`${keyword} failed: ${messageOf(thrown)}`, thrown)
    })
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

  /** With the slash that may stand at its end. */
  private absolute(path: string): string {
    const base = this.config.WorkingDir || '/'
    const whole = path.startsWith('/') ? path : `${base}/${path}`
    return `${posix.normalize(whole).replace(/(?<=.)\/+$/, '')}${/\/\.?$/.test(path) && path !== '/' ? '/' : path === '.' ? '/' : ''}`
  }

  /** The tree that COPY takes from: the context, or another image mounted for as long as `work` goes on. */
  private async withTree(from: string | undefined, work: (tree: Tree) => Promise<void>): Promise<void> {
    if (from === undefined) return work(this.around.context)
    const image = await this.around.imageFrom(from)
    await this.withFiles(image && topChain(image), async (folder) => {
      using root = HeldFolder.open(folder)
      await work({ root, covers: new Map() })
    })
  }

  /** Changes the files of the image and commits what came of it. */
  private async commitChanged(createdBy: string, change: (root: string) => Promise<void>): Promise<void> {
    await this.withFiles(this.image && topChain(this.image), async (root, key) => {
      await change(root)
      await this.commit(createdBy, layerOf(this.around.deps.store.snapshots.view(key).upper))
    })
  }

  private async withFiles(chainId: string | undefined, work: (root: string, key: string) => Promise<void>): Promise<void> {
    const { deps } = this.around
    const { snapshots } = deps.store
    // As long as a container's id: what a crash leaves is removed with those of containers that are gone.
    const key = deps.ids.hexId()
    await snapshots.prepare(key, chainId, { ephemeral: true })
    try {
      await work(await snapshots.mount(key), key)
    } finally {
      await snapshots.removeWritable(key)
    }
  }

  /** Goes on from an image that an earlier build made in this very step. */
  private async useCached(createdBy: string): Promise<boolean> {
    const { deps, options, emit } = this.around
    if (options.noCache) return false
    const parent = this.image
    const depth = (parent?.config.history?.length ?? 0) + 1
    const candidates = parent ? deps.store.childrenOf(parent.id) : deps.store.list().filter((record) => record.parent === undefined)
    const cached = candidates
      .filter(({ config }) => config.history?.length === depth && config.history.at(-1)?.created_by === createdBy && config.author === this.author)
      .filter(({ config }) => isDeepStrictEqual(plain(config.config ?? {}), plain(this.config)))
      .filter((record) => record.layers.length === 0 || deps.store.snapshots.has(topChain(record) ?? ''))
      .sort((a, b) => b.addedAtMs - a.addedAtMs)[0]
    if (!cached) return false
    this.image = cached
    await emit({ stream: ` ---> Using cache\n ---> ${shortId(cached.id)}\n` })
    return true
  }

  private async commit(createdBy: string, layer?: AsyncIterable<Uint8Array>, container?: string): Promise<void> {
    const { deps, platform, emit, signal } = this.around
    if (!layer && (await this.useCached(createdBy))) return
    this.image = await makeImage(
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
    if (container !== undefined) await emit({ stream: ` ---> Removed intermediate container ${shortId(container)}\n` })
    await emit({ stream: ` ---> ${shortId(this.image.id)}\n` })
  }
}

/** As it is after being stored. */
function plain(config: ImageConfig): unknown {
  return JSON.parse(JSON.stringify(config))
}

/** In the JSON form quotes are part of a name; variables are not. */
function expandQuoted(word: string, lookUp: LookUp, escape: string): string {
  return expand(word.replace(/["']/g, (quote) => `${escape}${quote}`), lookUp, escape)
}

/** A name or number alone means the group of the same. */
function ownerOf(root: string, spec: string): { uid: number; gid: number } {
  const whole = spec.includes(':') ? spec : `${spec}:${spec}`
  const { uid, gid } = resolveUser(whole, readInRoot(root, '/etc/passwd'), readInRoot(root, '/etc/group'))
  return { uid, gid }
}

function modeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[0-7]{1,4}$/.test(text)) throw invalid(`invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`)
  return parseInt(text, 8)
}
