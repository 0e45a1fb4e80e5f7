import { mkdirSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { invalid, kindOf, messageOf, StatusError } from '../../src/base/errors.js'
import { readInRoot } from '../engine/files/rootfs-path.js'
import { jsonList } from '../image/json-list.js'
import { resolveUser } from '../runtime/bundle/user.js'
import { FolderSource, type CopySource } from './copy-source.js'
import type { Instruction } from './dockerfile.js'
import type { CopyJob } from './file-work.js'
import { gitAddress } from './git-source.js'
import { isHeredocMark } from './logical-lines.js'
import { fetchGit, fetchUrl } from './remote-sources.js'
import type { StageBuilder } from './stage-builder.js'
import { expand, splitWords } from './words.js'

/** One thing that is copied: patterns within a source. */
interface Item {
  source: CopySource
  patterns: string[]
  /** ADD unpacks archives of the context, but not what it fetched. */
  unpack: boolean
}

/** COPY and ADD. */
export async function copyInstruction(stage: StageBuilder, instruction: Instruction): Promise<void> {
  const { keyword } = instruction
  const { signal } = stage.around
  try {
    await copy(stage, instruction)
  } catch (thrown) {
    signal.throwIfAborted()
    throw new StatusError(kindOf(thrown) === 'internal' ? 'invalid' : kindOf(thrown), `${keyword} failed: ${messageOf(thrown)}`, { cause: thrown })
  }
}

async function copy(stage: StageBuilder, instruction: Instruction): Promise<void> {
  const { keyword, flags, text, excludes } = instruction
  const { around } = stage
  const list = jsonList(text)
  const words = list ?? splitWords(text, around.escape)
  if (words.length < 2) throw invalid(`${keyword} requires at least two arguments, but only ${words.length} provided. Destination could not be determined`)
  const expanded = words.map((word) => (isHeredocMark(word) && instruction.heredocs.length > 0 ? word : list ? expandQuoted(stage, word) : stage.expand(word)))
  const target = stage.absolute(expanded.pop() ?? '')
  const chown = stage.expand(flags.get('chown') ?? '')
  const mode = modeOf(flags.get('chmod') === undefined ? undefined : stage.expand(flags.get('chmod') ?? ''))
  const keepParents = flags.has('parents')
  const excluded = excludes.map((one) => stage.expand(one))
  const items = await itemsOf(stage, instruction, expanded, target)

  const described = []
  for (const { source, patterns } of items) described.push(await source.describe(patterns, { keepParents, excludes: excluded }))
  const only = described.length === 1 ? described[0] : undefined
  const shownFlags = [...flags].filter(([name]) => name === 'chown' || name === 'chmod').map(([name, value]) => `--${name}=${value} `).join('')
  const digests = only ? `${only.kind}:${only.digest}` : described.map(({ kind, digest }) => `${kind}:${digest}`).join(' ')
  const unpackKey = keyword === 'ADD' && flags.has('unpack') ? ' (unpacked)' : ''
  const createdBy = `/bin/sh -c #(nop) ${keyword} ${shownFlags}${digests} in ${target} ${unpackKey}`
  if (await stage.useCached(createdBy)) return
  await stage.commitChanged(createdBy, async (root) => {
    const owner = chown === '' ? { uid: 0, gid: 0 } : ownerOf(root, chown)
    for (const { source, patterns, unpack } of items) {
      await copyFrom(stage, source, {
        root, patterns, keepParents, target, owner, unpack,
        excludes: excluded,
        several: items.length > 1,
        ownerGiven: chown !== '',
        ...(mode !== undefined && { mode }),
      })
    }
  })
}

async function copyFrom({ around }: StageBuilder, source: CopySource, job: Omit<CopyJob, 'from'>): Promise<void> {
  await using held = await source.hold()
  await around.deps.files.copy({ ...job, from: held.root }, around.signal)
}

/** Neighbouring patterns of the context are one item; here-documents and what is fetched are items of their own. */
async function itemsOf(stage: StageBuilder, instruction: Instruction, words: readonly string[], target: string): Promise<Item[]> {
  const { keyword, flags, heredocs } = instruction
  const { around } = stage
  const from = flags.get('from')
  const files = await around.sourceOf(from === undefined ? undefined : stage.expand(from))
  const items: Item[] = []
  let documents = 0
  const checksum = flags.get('checksum')
  for (const word of words) {
    const document = isHeredocMark(word) ? heredocs[documents] : undefined
    const git = keyword === 'ADD' ? gitAddress(word) : undefined
    if (document) {
      documents++
      items.push({ source: documentSource(stage, document), patterns: [document.name], unpack: false })
    } else if (git) {
      const keepGitDir = git.keepGitDir ?? flags.has('keep-git-dir')
      const { commit, folder } = await fetchGit(git, keepGitDir, around.newFolder(), { proxies: around.deps.proxies, session: around.session }, around.signal)
      if (checksum !== undefined && !commit.startsWith(stage.expand(checksum))) throw invalid(`digest mismatch: ${word} is at commit ${commit}, expected ${checksum}`)
      items.push({ source: new FolderSource(folder, around.deps.files, around.signal, `${commit}${keepGitDir ? ' with .git' : ''}${git.submodules === false ? ' without submodules' : ''}`), patterns: [git.folder === '' ? '/' : git.folder], unpack: false })
    } else if (keyword === 'ADD' && /^https?:\/\//.test(word)) {
      const name = target.endsWith('/') ? undefined : posix.basename(target)
      const fetched = await fetchUrl(word, { cache: around.deps.cache, proxies: around.deps.proxies, folder: around.newFolder(), signal: around.signal, ...(name !== undefined && { name }), ...(checksum !== undefined && { checksum: stage.expand(checksum) }) })
      items.push({ source: new FolderSource(fetched.folder, around.deps.files, around.signal), patterns: [fetched.name], unpack: flags.has('unpack') })
    } else {
      const last = items.at(-1)
      if (last?.source === files) last.patterns.push(word)
      else items.push({ source: files, patterns: [word], unpack: keyword === 'ADD' })
    }
  }
  if (checksum !== undefined && items.some(({ source }) => source === files)) throw invalid("checksum can't be specified for local sources")
  return items
}

function documentSource(stage: StageBuilder, { name, content, expand: variables }: Instruction['heredocs'][number]): CopySource {
  if (name.includes('/')) throw invalid(`invalid name of a here-document: ${name}`)
  const folder = join(stage.around.newFolder(), 'document')
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  writeFileSync(join(folder, name), variables ? stage.expandText(content) : content, { mode: 0o644 })
  return new FolderSource(folder, stage.around.deps.files, stage.around.signal)
}

/** In the JSON form quotes are part of a name; variables are not. */
function expandQuoted(stage: StageBuilder, word: string): string {
  const { escape } = stage.around
  return expand(word.replace(/["']/g, (quote) => `${escape}${quote}`), stage.lookUp, escape)
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
