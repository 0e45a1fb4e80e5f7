import type { AttachSession, OutputChunk } from '../../../src/model/engine-api/attach.js'
import type { ExecConfig } from '../../../src/model/engine-api/exec.js'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Timer } from '../../../src/base/clock.js'
import { detachKeysDefault, parseDetachKeys } from '../../../src/base/detach-keys.js'
import { conflict, invalid, notFound } from '../../../src/base/errors.js'
import { identify, sendSignal, setOomScoreAdj, withOomScoreAdj, type ProcessIdentity } from '../../kernel/process.js'
import type { DescriptorUse } from '../../kernel/spawn.js'
import { effectiveCapabilities } from '../../runtime/bundle/capabilities.js'
import { capabilitySets, environment, processLimits } from '../../runtime/bundle/process.js'
import type { OciProcess } from '../../runtime/bundle/spec.js'
import { resolveUser } from '../../runtime/bundle/user.js'
import { resizeTerminal } from '../../runtime/conmon.js'
import { removeFolder } from '../../runtime/remove-folder.js'
import { execFailure, RuntimeError, toStatusError } from '../../runtime/runtime-error.js'
import { AttachHub } from './attach-hub.js'
import { withDetachKeys } from './attach.js'
import type { Container } from '../container.js'
import type { EngineContext } from '../context.js'
import { ExecSession } from './exec-session.js'
import { inputTo } from './input-stream.js'
import { runningLinkEnvironment } from '../net/links.js'
import { OutputQueue } from './output-queue.js'
import { readInRoot } from '../files/rootfs-path.js'
import type { TerminalSize } from '../types.js'

/** Ended execs that can still be inspected, for each container. */
const endedExecsMax = 64

/** Readies a process for a running container. Throws `conflict` when it does not run, `invalid` without a command. */
export function createExec(context: EngineContext, container: Container, request: ExecConfig): ExecSession {
  assertRuns(container)
  if (!request.Cmd || request.Cmd.length === 0) throw invalid('No exec command specified')
  if (request.DetachKeys) parseDetachKeys(request.DetachKeys)
  const session = new ExecSession(context.ids.hexId(), container.id, request)
  container.execs.set(session.id, session)
  const ended = [...container.execs.values()].filter((one) => one.status === 'ended')
  for (const old of ended.slice(0, Math.max(0, ended.length - endedExecsMax))) container.execs.delete(old.id)
  publish(context, container, session, `exec_create: ${request.Cmd.join(' ')}`)
  return session
}

/** The exec of this id, in any container. Throws `notFound`. */
export function findExec(context: EngineContext, id: string): { container: Container; session: ExecSession } {
  for (const container of context.store.all()) {
    const session = container.execs.get(id)
    if (session) return { container, session }
  }
  throw notFound(`No such exec instance: ${id}`)
}

/** Runs it. Throws `conflict` when it ran already or the container does not run, and what the runtime refuses. */
export async function startExec(
  context: EngineContext,
  container: Container,
  session: ExecSession,
  options: { tty?: boolean; size?: TerminalSize; detached: boolean },
): Promise<AttachSession> {
  if (session.status !== 'created') throw conflict(`exec ${session.id} has already been started`)
  assertRuns(container)
  if (options.tty !== undefined) session.request.Tty = options.tty
  session.status = 'running'
  const folder = context.paths.exec(container.id, session.id)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const size = options.size ?? sizeOf(session.request.ConsoleSize)
    writeFileSync(join(folder, 'process.json'), JSON.stringify(processSpec(context, container, session.request, size)))
    const attached = session.request.Tty
      ? await startOnTerminal(context, container, session, folder)
      : await startOnPipes(context, container, session, folder, options.detached)
    publish(context, container, session, `exec_start: ${(session.request.Cmd ?? []).join(' ')}`)
    return attached
  } catch (thrown) {
    finish(context, container, session, thrown instanceof RuntimeError ? thrown.exitCode : 126)
    throw toStatusError(thrown)
  }
}

/** The terminal's size. Throws `notFound` for one that does not run. */
export async function resizeExec(context: EngineContext, session: ExecSession, size: TerminalSize): Promise<void> {
  if (session.status !== 'running') throw conflict(`exec ${session.id} is not running`)
  await resizeTerminal(context.paths.exec(session.containerId, session.id), size)
}

async function startOnTerminal(context: EngineContext, container: Container, session: ExecSession, folder: string): Promise<AttachSession> {
  const { request } = session
  const hub = new AttachHub(() => undefined)
  session.hub = hub
  const queue = hub.read({ stdout: true, stderr: true })
  const { hostConfig } = container.record
  const supervised = { containerId: container.id, runtime: context.runtimes.of(hostConfig.Runtime), folder, program: request.Cmd?.[0] ?? '', terminal: true, stdin: request.AttachStdin ?? false }
  const begun = await context.conmon.exec(supervised)
  try {
    await hub.connect(folder)
  } catch (thrown) {
    // The container ended meanwhile, or there are no descriptors left.
    await begun.abandon()
    throw thrown
  }
  const ended = begun.exitCode.then((code) => finish(context, container, session, code))
  const { pid } = await begun.begin()
  session.process = identify(pid)
  // conmon gives what it starts the usual one.
  if (session.process && hostConfig.OomScoreAdj) setOomScoreAdj(session.process, hostConfig.OomScoreAdj)
  const input = request.AttachStdin ? withDetachKeys(hub.input(true), detachKeysOf(request), () => hub.leave(queue)) : undefined
  return { tty: true, output: followedBy(queue, ended), ...(input && { input }), close: () => hub.leave(queue) }
}

async function startOnPipes(
  context: EngineContext,
  container: Container,
  session: ExecSession,
  folder: string,
  detached: boolean,
): Promise<AttachSession> {
  const { request } = session
  const { hostConfig } = container.record
  const attached = <Use extends DescriptorUse>(wanted: boolean | undefined, use: Use) => (wanted && !detached ? use : 'ignore')
  const descriptors = [attached(request.AttachStdin, 'input'), attached(request.AttachStdout, 'output'), 'output'] as const
  // Errors of the runtime itself come on stderr too, so it is read in any case.
  // Runtimes give it to a container's first process alone.
  const spawned = withOomScoreAdj(hostConfig.OomScoreAdj ?? 0, () => context.runtimes.of(hostConfig.Runtime).exec(container.id, folder, descriptors))
  session.spawned = spawned
  const streams = [
    ...(request.AttachStdout && !detached ? [{ name: 'stdout' as const, stream: spawned.reader(1) }] : []),
    { name: 'stderr' as const, stream: spawned.reader(2) },
  ]
  const pace = (): void => {
    for (const { name, stream } of streams) {
      if (queue.bytes + (name === 'stderr' ? heldBytes : 0) > execBacklogBytes) stream.pause()
      else if (stream.isPaused()) stream.resume()
    }
  }
  const queue = new OutputQueue(pace)
  const wantsErrors = (request.AttachStderr ?? false) && !detached
  // What comes before the pid file may be the runtime's own message: it is held back until it is known whose it is.
  let held: Buffer[] = []
  let heldBytes = 0
  let recheck: Timer | undefined
  let hasStarted = false
  // A runtime that says so much has failed: its log tells why, and its end is known only when its pipe is empty.
  let fullMs: number | undefined
  let isDrained = false
  const started = (): boolean => (hasStarted ||= readOrEmpty(join(folder, 'pid')) !== '')
  let begin: () => void = () => undefined
  const hasBegun = new Promise<void>((resolve) => (begin = resolve))
  const deliver = (wanted: boolean): void => {
    const data = Buffer.concat(held)
    held = []
    heldBytes = 0
    if (wanted && data.length > 0) queue.push({ stream: 'stderr', data })
  }
  const release = (): void => {
    recheck?.cancel()
    recheck = undefined
    if (started()) {
      deliver(wantsErrors)
      begin()
    } else {
      if (heldBytes > execBacklogBytes) fullMs ??= context.clock.monotonicMs()
      if (context.clock.monotonicMs() - (fullMs ?? Infinity) > startPatienceMs) {
        isDrained = true
        deliver(false)
      }
      recheck = context.clock.setTimer(startedRecheckMs, release)
    }
    pace()
  }
  for (const { name, stream } of streams) {
    stream.on('data', (data: Buffer) => {
      if (name === 'stdout') {
        queue.push({ stream: name, data })
      } else if (hasStarted) {
        if (wantsErrors) queue.push({ stream: name, data })
      } else {
        if (!isDrained) {
          held.push(data)
          heldBytes += data.length
        }
        release()
      }
    })
  }
  const ended = spawned.ended.then(({ code }) => {
    // No pid file: the runtime could not start it, and what it wrote to stderr is told in Docker's words, where Docker has them.
    const failure = started() ? undefined : execFailure(folder, request.Cmd?.[0], Buffer.concat(held).toString('utf8'))
    if (failure) queue.push({ stream: 'stdout', data: Buffer.from(`${failure.message}\r\n`) })
    else deliver(wantsErrors)
    recheck?.cancel()
    finish(context, container, session, failure?.exitCode ?? code ?? 137)
    queue.close()
    return failure
  })
  if (detached) {
    // Nobody is attached who could be told later.
    release()
    const failure = await Promise.race([hasBegun, ended])
    if (failure) throw failure
  }
  const input = request.AttachStdin && !detached ? inputTo(spawned.writer(0)) : undefined
  return {
    tty: false,
    output: queue,
    ...(input && { input }),
    close: () => {
      // Nobody reads any more, but the process must not block on a full pipe.
      input?.end()
      queue.abandon()
    },
  }
}

/** The end of the output says that the exit code is known. */
async function* followedBy(queue: OutputQueue, ended: Promise<void>): AsyncGenerator<OutputChunk, void, undefined> {
  yield* queue
  if (!queue.isAbandoned) await ended
}

/** Output held for a client that reads slowly. */
const execBacklogBytes = 1024 * 1024
/** How soon it is looked again whether a process has started that has written already. */
const startedRecheckMs = 10
/** How long the start of a process may take that has written more than is held. */
const startPatienceMs = 1000

function finish(context: EngineContext, container: Container, session: ExecSession, exitCode: number): void {
  if (session.status === 'ended') return
  session.status = 'ended'
  session.exitCode = exitCode
  session.hub = undefined
  session.spawned = undefined
  publish(context, container, session, 'exec_die', { exitCode: String(exitCode) })
  // Who waits for the end is told first. What stays behind goes with the container's bundle.
  setImmediate(() => {
    try {
      removeFolder(context.paths.exec(container.id, session.id))
    } catch (err) {
      context.log.warn('files of an exec stay until its container ends', { container: container.id, exec: session.id, err })
    }
  })
}

/** The program of an exec; undefined before the runtime has started it, and once it is over. */
export function execProcess(context: EngineContext, session: ExecSession): ProcessIdentity | undefined {
  const pid = Number(readOrEmpty(join(context.paths.exec(session.containerId, session.id), 'pid')))
  return session.process ?? (pid > 0 ? identify(pid) : undefined)
}

/** Ends a process that takes too long. */
export function killExec(context: EngineContext, session: ExecSession, signal: number): void {
  const process = execProcess(context, session)
  if (process) sendSignal(process, signal)
  else session.spawned?.kill('SIGKILL')
}

/** The OCI process: the container's settings, with what the request changes. Its identity files come from the running root. */
function processSpec(context: EngineContext, container: Container, request: ExecConfig, size: TerminalSize | undefined): OciProcess {
  const { config, hostConfig, state } = container.record
  const root = `/proc/${state.process?.pid ?? 0}/root`
  const user = resolveUser(request.User || config.User || '', readInRoot(root, '/etc/passwd'), readInRoot(root, '/etc/group'), hostConfig.GroupAdd ?? [])
  const privileged = request.Privileged || hostConfig.Privileged || false
  const capabilities = effectiveCapabilities({ add: hostConfig.CapAdd ?? [], drop: hostConfig.CapDrop ?? [], privileged, available: context.host.capabilities })
  const tty = request.Tty ?? false
  return {
    terminal: tty,
    ...(tty && size && { consoleSize: { height: size.rows, width: size.columns } }),
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    args: request.Cmd ?? [],
    env: environment({ Tty: tty, Env: [...runningLinkEnvironment(context, container), ...(config.Env ?? []), ...(request.Env ?? [])] }, config.Hostname ?? '', user.home),
    cwd: request.WorkingDir || config.WorkingDir || '/',
    capabilities: capabilitySets(capabilities, user),
    ...processLimits(hostConfig),
  }
}

function assertRuns(container: Container): void {
  if (container.status === 'paused') throw conflict(`container ${container.id} is paused, unpause the container before exec`)
  if (container.status !== 'running') throw conflict(`container ${container.id} is not running`)
}

function publish(context: EngineContext, container: Container, session: ExecSession, action: string, extra: Record<string, string> = {}): void {
  context.events.publish('container', action, container.id, container.eventAttributes({ execID: session.id, ...extra }))
}

function detachKeysOf(request: ExecConfig): Uint8Array {
  return parseDetachKeys(request.DetachKeys || detachKeysDefault)
}

function sizeOf(consoleSize: number[] | null | undefined): TerminalSize | undefined {
  const [rows = 0, columns = 0] = consoleSize ?? []
  return rows > 0 && columns > 0 ? { rows, columns } : undefined
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
