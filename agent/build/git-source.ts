import { existsSync, mkdirSync } from 'node:fs'
import { ErrorKind, internal, invalid, StatusError } from '../../src/base/errors.js'
import { exec } from '../../src/sys/exec.js'
import { removeTree } from '../../src/sys/remove-tree.js'

/** A repository, with what is wanted of it: `https://host/x.git#ref:folder`, or `https://host/x.git?ref=…&subdir=…`. */
export interface GitAddress {
  remote: string
  /** A branch, a tag or a commit; '' is what the remote's HEAD names. */
  ref: string
  /** Within the repository; '' is all of it. */
  folder: string
  /** The commit that it has to be, or its first digits. */
  commit?: string
  keepGitDir?: boolean
  submodules?: boolean
}

const timeoutMs = 10 * 60_000
/** Of one file, as a pack with everything that a server sends. */
const fileBytesMax = 16 * 1024 ** 3
const noSuchProgram = 127

/** Reads the address of a repository; undefined for anything else. Throws `invalid` for parts that git might take for options. */
export function gitAddress(text: string): GitAddress | undefined {
  const [whole = '', fragment = ''] = splitOnce(text, '#')
  const [address = '', query = ''] = splitOnce(whole, '?')
  const known = /^(git|ssh):\/\//.test(address) || /^[\w.-]+@[\w.-]+:/.test(address) || (/^https?:\/\//.test(address) && address.endsWith('.git'))
  const hosted = /^(github\.com|gitlab\.com|bitbucket\.org)\//.test(address)
  if (!known && !hosted) return undefined
  const [ref = '', folder = ''] = splitOnce(fragment, ':')
  const asked = readQuery(query, { ref, folder })
  if (asked.ref.startsWith('-') || /[\s~^:?*[\\]|\.\./.test(asked.ref)) throw invalid(`invalid git reference ${JSON.stringify(asked.ref)}`)
  if (asked.folder.split('/').includes('..')) throw invalid(`invalid folder ${JSON.stringify(asked.folder)} in a git repository`)
  if (address.startsWith('-')) throw invalid(`invalid address of a git repository: ${address}`)
  if (asked.commit !== undefined && !/^[0-9a-f]{7,40}$/.test(asked.commit)) throw invalid(`invalid commit ${JSON.stringify(asked.commit)}: 7 to 40 hexadecimal digits are expected`)
  return { ...asked, remote: hosted ? `https://${address}` : address, folder: asked.folder.replace(/^\/+|\/+$/g, '') }
}

/** `ref=main&subdir=a`, as BuildKit has it (github.com/moby/buildkit, frontend/dockerfile/dfgitutil). */
function readQuery(query: string, fragment: { ref: string; folder: string }): Omit<GitAddress, 'remote'> {
  const found: Omit<GitAddress, 'remote'> = { ...fragment }
  const choose = (field: 'ref' | 'folder', value: string): void => {
    if (found[field] !== '' && found[field] !== value) throw invalid(`the address of a git repository has two of the same: ${found[field]} and ${value}`)
    found[field] = value
  }
  for (const [name, value] of new URLSearchParams(query)) {
    if (value === '' && name !== 'keep-git-dir' && name !== 'submodules') throw invalid(`the address of a git repository has no value for ${name}`)
    if (name === 'ref') choose('ref', value)
    else if (name === 'branch') choose('ref', value.startsWith('refs/') ? value : `refs/heads/${value}`)
    else if (name === 'tag') choose('ref', value.startsWith('refs/') ? value : `refs/tags/${value}`)
    else if (name === 'subdir') choose('folder', value)
    else if (name === 'commit' || name === 'checksum') found.commit = value
    else if (name === 'keep-git-dir') found.keepGitDir = isYes(name, value)
    else if (name === 'submodules') found.submodules = isYes(name, value)
    else throw invalid(`the address of a git repository has a part that is not known: ${name}`)
  }
  return found
}

function isYes(name: string, value: string): boolean {
  if (['', '1', 't', 'true'].includes(value)) return true
  if (['0', 'f', 'false'].includes(value)) return false
  throw invalid(`invalid value for ${name} in the address of a git repository: ${value}`)
}

/** The commit that an address means now. Throws `invalid` where there is none, `unsupported` without git. */
export async function resolveCommit({ remote, ref, commit: expected }: GitAddress, variables: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const exact = (commit: string): string => {
    if (expected !== undefined && !commit.startsWith(expected)) throw invalid(`repository ${shown(remote)} has the commit ${commit} at ${ref === '' ? 'HEAD' : ref}, expected ${expected}`)
    return commit
  }
  if (/^[0-9a-f]{40}$/.test(ref)) return exact(ref)
  if (ref === '' && expected?.length === 40) return expected
  const wanted = ref === '' ? ['HEAD'] : ref.startsWith('refs/') ? [`${ref}^{}`, ref] : [`refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`, ref]
  const out = await git(['ls-remote', '--', remote, ...wanted], undefined, variables, signal)
  const found = new Map(out.split('\n').flatMap((line) => { const [commit = '', name = ''] = line.split('\t'); return /^[0-9a-f]{40}$/.test(commit) ? [[name, commit] as const] : [] }))
  const commit = wanted.map((name) => found.get(name)).find((one) => one !== undefined)
  if (commit === undefined) throw invalid(`repository ${shown(remote)} does not contain ref ${ref === '' ? 'HEAD' : ref}`)
  return exact(commit)
}

/** Fetches one commit into a new folder, without its history; submodules come too. */
export async function checkOut({ remote, ref, submodules = true }: GitAddress, commit: string, folder: string, keepGitDir: boolean, variables: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  mkdirSync(folder, { mode: 0o755 })
  await git(['init', '-q'], folder, variables, signal)
  await git(['remote', 'add', 'origin', remote], folder, variables, signal)
  try {
    await git(['fetch', '-q', '--depth', '1', 'origin', commit], folder, variables, signal)
  } catch (thrown) {
    signal.throwIfAborted()
    // Servers may give out only what their branches and tags name.
    if (thrown instanceof StatusError && thrown.kind === ErrorKind.unsupported) throw thrown
    await git(['fetch', '-q', '--tags', 'origin', ...(ref === '' || ref === commit ? [] : [ref])], folder, variables, signal)
  }
  await git(['-c', 'advice.detachedHead=false', 'checkout', '-q', '--force', commit], folder, variables, signal)
  if (submodules) await git(['submodule', 'update', '-q', '--init', '--recursive', '--depth', '1'], folder, variables, signal)
  if (!keepGitDir) await removeTree(`${folder}/.git`)
}

async function git(args: readonly string[], cwd: string | undefined, variables: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  let result
  try {
    // In blocks of 512 bytes: what is larger is not written.
    const limited = ['-c', 'ulimit -f "$0" && exec git "$@"', String(fileBytesMax / 512), ...args]
    result = await exec('/bin/sh', limited, { env: variables, signal: limit, ...(cwd !== undefined && { cwd }) })
  } catch (thrown) {
    signal.throwIfAborted()
    if (limit.aborted) throw invalid(`git ${args[0] ?? ''} took longer than ${timeoutMs / 60_000} minutes`)
    // Told as if there were no program.
    if (cwd !== undefined && !existsSync(cwd)) throw internal(`cannot run git ${args[0] ?? ''}: its folder ${cwd} is gone`, thrown)
    throw thrown
  }
  if (result.code === noSuchProgram) throw new StatusError(ErrorKind.unsupported, 'a git repository needs the program git on the host of the daemon: install it there, or send the files in the build context')
  if (result.code !== 0) throw invalid(`git ${args[0] ?? ''} failed: ${shown(result.stderr.trim())}`)
  return result.stdout
}

/** Without the password that an address may hold. */
function shown(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, '//')
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
