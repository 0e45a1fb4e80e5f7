import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import type { Proxies } from '../image/registry/proxies.js'
import { serveAgent } from './agent-socket.js'
import type { BuildSession } from './session.js'

/** What git gets to repositories with. */
export interface GitAccess {
  proxies: Proxies
  /** The session of the client's, which may have tokens and an ssh agent. */
  session?: (() => Promise<BuildSession>) | undefined
}

/** Variables for git, good until disposed. */
export interface GitEnvironment extends AsyncDisposable {
  variables: NodeJS.ProcessEnv
}

/** What git is told for every command: nothing is asked of anybody, no program of a repository runs. */
export async function gitEnvironment(remote: string, { proxies, session }: GitAccess): Promise<GitEnvironment> {
  const variables: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: 'http:https:git:ssh',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    ...proxies.environment(),
    ...Object.fromEntries(['GIT_SSL_CAINFO', 'SSL_CERT_FILE'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
  }
  if (session && /^https?:\/\//.test(remote)) Object.assign(variables, await authorization(new URL(remote), await session()))
  const agent = session && isSsh(remote) ? await agentSocket(await session()) : undefined
  if (agent) variables['SSH_AUTH_SOCK'] = agent.path
  return { variables, [Symbol.asyncDispose]: async () => agent?.[Symbol.asyncDispose]() }
}

/**
 * The secrets of a build by which repositories are got to, as BuildKit names them: `GIT_AUTH_HEADER` is all of the header,
 * `GIT_AUTH_TOKEN` a password; with a dot and a host behind they are for that host. They go by variables: arguments can be read by all.
 */
async function authorization({ protocol, host, username }: URL, session: BuildSession): Promise<NodeJS.ProcessEnv> {
  // The address itself says who asks.
  if (username !== '') return {}
  for (const [name, isToken] of [[`GIT_AUTH_HEADER.${host}`, false], [`GIT_AUTH_TOKEN.${host}`, true], ['GIT_AUTH_HEADER', false], ['GIT_AUTH_TOKEN', true]] as const) {
    const secret = (await session.secret(name))?.toString('utf8').trim()
    if (secret === undefined || secret === '') continue
    // It would begin another header.
    if (/[\r\n\0]/.test(secret)) throw invalid(`the secret ${name} has more than one line`)
    const value = isToken ? `basic ${Buffer.from(`x-access-token:${secret}`).toString('base64')}` : secret
    return { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: `http.${protocol}//${host}/.extraheader`, GIT_CONFIG_VALUE_0: `Authorization: ${value}` }
  }
  return {}
}

function isSsh(remote: string): boolean {
  return remote.startsWith('ssh://') || !remote.includes('://')
}

async function agentSocket(session: BuildSession): Promise<({ path: string } & AsyncDisposable) | undefined> {
  if (!(await session.hasAgent('default'))) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'skep-git-agent-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const served = await serveAgent(session, 'default', folder)
    return {
      path: join(folder, 'agent.sock'),
      [Symbol.asyncDispose]: async () => {
        await served[Symbol.asyncDispose]()
        remove()
      },
    }
  } catch (thrown) {
    remove()
    throw thrown
  }
}
