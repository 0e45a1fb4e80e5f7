import type { AttachOptions, LogsOptions, WaitCondition } from '../../model/engine-api/attach.js'
import type { Clock, Timer } from '../../base/clock.js'
import { invalid, messageOf } from '../../base/errors.js'
import { encodeOutput, serveAttach, serveWebSocket, streamType } from '../hijack.js'
import type { Query } from '../query.js'
import type { Handler } from '../route.js'
import type { ContainersBackend } from './backend.js'

const conditions: readonly WaitCondition[] = ['not-running', 'next-exit', 'removed']

/**
 * How long the header of a wait for `not-running` is held back. A client that is attached too reads its connections in the
 * order in which something came: a header just before the last output would let it learn of the end first.
 */
const waitHeaderDelayMs = 10

/** Endpoints whose answer grows over time. */
export function streamHandlers(containers: ContainersBackend, clock: Clock) {
  const logs: Handler = async (exchange) => {
    const { query, signal } = exchange
    const options = { ...readLogsOptions(query), joinLines: readsStreams(exchange.headers['user-agent']) }
    const { tty, chunks, frames } = await containers.logs(exchange.param('id'), options, signal)
    exchange.startStream(streamType(tty, exchange.version))
    if (frames) for await (const batch of frames) await exchange.write(batch)
    else for await (const chunk of chunks) await exchange.write(encodeOutput(tty, chunk))
    exchange.end()
  }

  const stats: Handler = async (exchange) => {
    const { query, signal } = exchange
    const oneShot = query.flag('one-shot')
    const once = !query.flag('stream', true)
    if (oneShot && !once) throw invalid('cannot have stream=true and one-shot=true')
    const samples = containers.stats(exchange.param('id'), { once, oneShot }, signal)[Symbol.asyncIterator]()
    // The first sample comes before the header: a container that does not exist is a 404.
    let sample = await samples.next()
    if (once || oneShot) exchange.startStream('application/json')
    else exchange.startEndlessStream('application/json')
    for (; sample.done !== true; sample = await samples.next()) await exchange.write(`${JSON.stringify(sample.value)}\n`)
    exchange.end()
  }

  const attach: Handler = async (exchange) => {
    await serveAttach(exchange, await containers.attach(exchange.param('id'), readAttachOptions(exchange.query)))
  }

  const attachWebSocket: Handler = async (exchange) => {
    exchange.requireWebSocket()
    await serveWebSocket(exchange, await containers.attach(exchange.param('id'), readAttachOptions(exchange.query)))
  }

  const wait: Handler = async (exchange) => {
    const asked = exchange.query.text('condition') ?? 'not-running'
    const condition = conditions.find((one) => one === asked)
    if (!condition) throw invalid(`invalid condition: "${asked}", use one of ${conditions.join(', ')}`)
    let armed = false
    const sendHeader = () => {
      armed = true
      if (exchange.open && !exchange.signal.aborted) exchange.startStream('application/json')
    }
    let timer: Timer | undefined
    const accepted = () => {
      armed = true
      // The other conditions are waited for before a start, which is for the header to come.
      if (condition === 'not-running') timer = clock.setTimer(waitHeaderDelayMs, sendHeader)
      else sendHeader()
    }
    try {
      const { exitCode, error } = await containers.wait(exchange.param('id'), condition, accepted, exchange.signal)
      sendHeader()
      await exchange.write(`${JSON.stringify({ StatusCode: exitCode, ...(error !== undefined && { Error: { Message: error } }) })}\n`)
    } catch (thrown) {
      if (!armed || exchange.signal.aborted) throw thrown
      sendHeader()
      // The header is out, so the error goes where a client of `wait` looks for it.
      await exchange.write(`${JSON.stringify({ StatusCode: -1, Error: { Message: messageOf(thrown) } })}\n`)
    } finally {
      timer?.cancel()
    }
    exchange.end()
  }

  return { logs, stats, attach, attachWebSocket, wait }
}

/**
 * True for clients that are known to put frames back together as two streams: then frames may hold many lines, which such a
 * client takes several times faster. Docker makes a frame of each line, and programs by means of SDKs (testcontainers-go,
 * docker-py, Portainer's pages) take a frame for a line, so whoever is not known gets it so.
 */
export function readsStreams(userAgent: string | undefined): boolean {
  return /^(Docker-Client\/|compose\/|skep(\/|$))/.test(userAgent ?? '')
}

function readAttachOptions(query: Query): AttachOptions {
  const detachKeys = query.text('detachKeys')
  return {
    stdin: query.flag('stdin'),
    stdout: query.flag('stdout'),
    stderr: query.flag('stderr'),
    logs: query.flag('logs'),
    stream: query.flag('stream'),
    ...(detachKeys !== undefined && { detachKeys }),
  }
}

/** The query parameters of the log endpoints. Throws `invalid` when no stream is chosen. */
export function readLogsOptions(query: Query): LogsOptions {
  const stdout = query.flag('stdout')
  const stderr = query.flag('stderr')
  if (!stdout && !stderr) throw invalid('Bad parameters: you must choose at least one stream')
  const tail = tailLines(query)
  const sinceMs = query.timeMs('since')
  const untilMs = query.timeMs('until')
  return {
    stdout,
    stderr,
    follow: query.flag('follow'),
    timestamps: query.flag('timestamps'),
    details: query.flag('details'),
    ...(tail !== undefined && { tail }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(untilMs !== undefined && { untilMs }),
  }
}

/** `all`, and what is not a number from 0, means everything. */
function tailLines(query: Query): number | undefined {
  const value = query.text('tail')
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined
}
