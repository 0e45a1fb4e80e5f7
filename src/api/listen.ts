import { connect, type Server } from 'node:net'
import { chownSync, existsSync, lstatSync, mkdirSync, readFileSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { conflict, errnoOf, internal, invalid, messageOf, notFound } from '../base/errors.js'

/** Where the API is served, as `-H` names it. */
export type ListenAddress =
  | { kind: 'unix'; path: string }
  | { kind: 'tcp'; host: string; port: number }
  /** A socket handed over by the service manager. */
  | { kind: 'fd'; fd: number }

/** What systemd tells a process about the sockets it was started with (see sd_listen_fds(3)). */
export interface SocketActivation {
  pid: number
  env: Readonly<Record<string, string | undefined>>
}

const firstActivatedFd = 3
const plainPort = 2375
const tlsPort = 2376

/**
 * Reads a `-H` value: `unix://PATH`, `tcp://[HOST][:PORT]`, `fd://` (all sockets of the service manager), `fd://NAME`
 * or `fd://NUMBER`. Throws `invalid`.
 */
export function parseListenAddress(host: string, tls: boolean, activation: SocketActivation): ListenAddress[] {
  const at = host.indexOf('://')
  const [scheme, rest] = at < 0 ? [host.startsWith('/') ? 'unix' : 'tcp', host] : [host.slice(0, at), host.slice(at + 3)]
  if (scheme === 'unix') {
    if (!rest.startsWith('/')) throw invalid(`invalid listen address ${host}: a unix socket needs an absolute path`)
    return [{ kind: 'unix', path: rest }]
  }
  if (scheme === 'fd') return activatedSockets(host, rest, activation)
  if (scheme !== 'tcp') throw invalid(`invalid listen address ${host}: use unix://PATH, tcp://HOST:PORT or fd://`)
  const found = /^(\[[^\]]+\]|[^:/]*)(?::(\d+))?\/?$/.exec(rest)
  const port = found?.[2] === undefined ? (tls ? tlsPort : plainPort) : Number(found[2])
  if (!found || port > 65_535) throw invalid(`invalid listen address ${host}: tcp://HOST:PORT expected`)
  const name = found[1]?.replace(/^\[|\]$/g, '') ?? ''
  return [{ kind: 'tcp', host: name === '' ? '127.0.0.1' : name, port }]
}

function activatedSockets(host: string, wanted: string, { pid, env }: SocketActivation): ListenAddress[] {
  const count = Number(env.LISTEN_PID) === pid ? Number(env.LISTEN_FDS ?? 0) : 0
  const fds = Array.from({ length: count }, (_, index) => firstActivatedFd + index)
  if (fds.length === 0) throw invalid(`no sockets found for ${host}: start the daemon by its systemd socket unit, or use unix://PATH`)
  if (wanted === '' || wanted === '*') return fds.map((fd) => ({ kind: 'fd', fd }))
  const names = (env.LISTEN_FDNAMES ?? '').split(':')
  const chosen = fds.filter((fd, index) => String(fd) === wanted || names[index] === wanted)
  if (chosen.length === 0) throw invalid(`the service manager gave no socket ${wanted}`)
  return chosen.map((fd) => ({ kind: 'fd', fd }))
}

/**
 * Binds the server. A unix socket gets mode 0660 and the group (a name or a number; `docker` where there is one when
 * nothing is said, none when empty); a socket file that nobody listens on any more is replaced. Throws `conflict` when the
 * address is taken, `notFound` for a group that does not exist.
 */
export async function listenOn(server: Server, address: ListenAddress, group = usualGroup): Promise<void> {
  const gid = address.kind === 'unix' ? groupId(group) : undefined
  if (address.kind === 'unix') {
    mkdirSync(dirname(address.path), { recursive: true })
    await removeStaleSocket(address.path)
  }
  // The file gets its mode as it is made: with a later chmod it would be open to others for a moment.
  const umask = address.kind === 'unix' ? process.umask(0o117) : undefined
  const bound = bind(server, address)
  if (umask !== undefined) process.umask(umask)
  await bound
  if (address.kind === 'unix' && gid !== undefined) giveToGroup(address.path, gid)
}

function bind(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error) => {
      const where = describe(address)
      if (errnoOf(cause) === 'EADDRINUSE') reject(conflict(`cannot listen on ${where}: the address is in use`, cause))
      else reject(internal(`cannot listen on ${where}: ${messageOf(cause)}`, cause))
    }
    server.once('error', failed)
    server.once('listening', () => {
      server.off('error', failed)
      resolve()
    })
    if (address.kind === 'unix') server.listen({ path: address.path })
    else if (address.kind === 'fd') server.listen({ fd: address.fd })
    else server.listen({ host: address.host, port: address.port })
  })
}

export function describe(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix://${address.path}`
  return address.kind === 'fd' ? `fd://${address.fd}` : `tcp://${address.host}:${address.port}`
}

async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found) return
  if (!found.isSocket()) throw conflict(`cannot listen on unix://${path}: a file that is not a socket is there`)
  const inUse = await new Promise<boolean>((resolve) => {
    const probe = connect({ path })
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', (thrown) => resolve(errnoOf(thrown) !== 'ECONNREFUSED'))
  })
  if (inUse) throw conflict(`cannot listen on unix://${path}: another daemon serves it`)
  unlinkSync(path)
}

const usualGroup = 'docker'

function groupId(group: string): number | undefined {
  if (group === '') return undefined
  const line = existsSync('/etc/group') ? readFileSync('/etc/group', 'utf8').split('\n').find((one) => one.startsWith(`${group}:`)) : undefined
  const gid = Number(line?.split(':')[2])
  if (line !== undefined && Number.isInteger(gid)) return gid
  if (/^\d+$/.test(group)) return Number(group)
  if (group === usualGroup) return undefined
  throw notFound(`group ${group} not found: make it with groupadd, or give another --group`)
}

function giveToGroup(path: string, gid: number): void {
  try {
    chownSync(path, process.getuid?.() ?? 0, gid)
  } catch (thrown) {
    // Without the right to change groups the socket stays the user's own.
    if (errnoOf(thrown) !== 'EPERM') throw thrown
  }
}
