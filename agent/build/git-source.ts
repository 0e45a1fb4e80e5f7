import { existsSync, mkdirSync } from 'node:fs'
import { errnoOf, ErrorKind, internal, invalid, StatusError } from '../../src/base/errors.js'
import { exec } from '../../src/sys/exec.js'
import type { Proxies } from '../image/registry/proxies.js'
import { removeTree } from '../../src/sys/remove-tree.js'

/** A repository, with what is wanted of it: `https://host/x.git#ref:folder`. */
export interface GitAddress {
  remote: string
  /** A branch, a tag or a commit; '' is what the remote's HEAD names. */
  ref: string
  /** Within the repository; '' is all of it. */
  folder: string
}

const timeoutMs = 10 * 60_000

/** Reads the address of a repository; undefined for anything else. Throws `invalid` for parts that git might take for options. */
export function gitAddress(text: string): GitAddress | undefined {
  const [address = '', fragment = ''] = splitOnce(text, '#')
  const known = /^(git|ssh):\/\//.test(address) || /^[\w.-]+@[\w.-]+:/.test(address) || (/^https?:\/\//.test(address) && /\.git$/.test(address.replace(/[?].*$/, '')))
  const hosted = /^(github\.com|gitlab\.com|bitbucket\.org)\//.test(address)
  if (!known && !hosted) return undefined
  const [ref = '', folder = ''] = splitOnce(fragment, ':')
  if (ref.startsWith('-') || /[\s~^:?*[\\]|\.\./.test(ref)) throw invalid(`invalid git reference ${JSON.stringify(ref)}`)
  if (folder.split('/').includes('..')) throw invalid(`invalid folder ${JSON.stringify(folder)} in a git repository`)
  if (address.startsWith('-')) throw invalid(`invalid address of a git repository: ${address}`)
  return { remote: hosted ? `https://${address}` : address, ref, folder: folder.replace(/^\/+|\/+$/g, '') }
}

/** What git is told for every command: nothing is asked of anybody, no program of a repository runs. */
function environment(proxies: Proxies): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: 'http:https:git:ssh',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    ...proxies.environment(),
    ...Object.fromEntries(['GIT_SSL_CAINFO', 'SSL_CERT_FILE'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
  }
}

/** The commit that an address means now. Throws `invalid` where there is none, `unsupported` without git. */
export async function resolveCommit({ remote, ref }: GitAddress, proxies: Proxies, signal: AbortSignal): Promise<string> {
  if (/^[0-9a-f]{40}$/.test(ref)) return ref
  const wanted = ref === '' ? ['HEAD'] : [`refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`, ref]
  const out = await git(['ls-remote', '--', remote, ...wanted], undefined, proxies, signal)
  const found = new Map(out.split('\n').flatMap((line) => { const [commit = '', name = ''] = line.split('\t'); return /^[0-9a-f]{40}$/.test(commit) ? [[name, commit] as const] : [] }))
  const commit = wanted.map((name) => found.get(name)).find((one) => one !== undefined)
  if (commit === undefined) throw invalid(`repository ${shown(remote)} does not contain ref ${ref === '' ? 'HEAD' : ref}`)
  return commit
}

/** Fetches one commit into a new folder, without its history; submodules come too. */
export async function checkOut({ remote, ref }: GitAddress, commit: string, folder: string, keepGitDir: boolean, proxies: Proxies, signal: AbortSignal): Promise<void> {
  mkdirSync(folder, { mode: 0o755 })
  await git(['init', '-q'], folder, proxies, signal)
  await git(['remote', 'add', 'origin', remote], folder, proxies, signal)
  try {
    await git(['fetch', '-q', '--depth', '1', 'origin', commit], folder, proxies, signal)
  } catch (thrown) {
    signal.throwIfAborted()
    // Servers may give out only what their branches and tags name.
    if (thrown instanceof StatusError && thrown.kind === ErrorKind.unsupported) throw thrown
    await git(['fetch', '-q', '--tags', 'origin', ...(ref === '' || ref === commit ? [] : [ref])], folder, proxies, signal)
  }
  await git(['-c', 'advice.detachedHead=false', 'checkout', '-q', '--force', commit], folder, proxies, signal)
  await git(['submodule', 'update', '-q', '--init', '--recursive', '--depth', '1'], folder, proxies, signal)
  if (!keepGitDir) await removeTree(`${folder}/.git`)
}

async function git(args: readonly string[], cwd: string | undefined, proxies: Proxies, signal: AbortSignal): Promise<string> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  let result
  try {
    result = await exec('git', args, { env: environment(proxies), signal: limit, ...(cwd !== undefined && { cwd }) })
  } catch (thrown) {
    signal.throwIfAborted()
    if (limit.aborted) throw invalid(`git ${args[0] ?? ''} took longer than ${timeoutMs / 60_000} minutes`)
    const missing = thrown instanceof StatusError && errnoOf(thrown.cause) === 'ENOENT'
    // Told in the same way when the folder to run it in is gone.
    if (missing && cwd !== undefined && !existsSync(cwd)) throw internal(`cannot run git ${args[0] ?? ''}: its folder ${cwd} is gone`, thrown)
    if (missing) {
      throw new StatusError(ErrorKind.unsupported, 'a git repository needs the program git on the host of the daemon: install it there, or send the files in the build context', { cause: thrown })
    }
    throw thrown
  }
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
