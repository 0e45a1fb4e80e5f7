import { invalid } from '../../base/errors.js'
import { platformParameter } from '../images/platform.js'
import type { Query } from '../query.js'
import type { Handler } from '../route.js'
import { atLeast } from '../versions.js'
import type { ContainersBackend } from './backend.js'
import { createBody, updateBody } from './shape.js'

const namePattern = /^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/
const pruneFilters = ['label', 'label!', 'until'] as const

/** Endpoints that change a container. */
export function lifecycleHandlers(containers: ContainersBackend) {
  const create: Handler = async (exchange) => {
    const name = exchange.query.text('name')
    if (name !== undefined) checkName(name)
    const { Runtime: runtime, ...body } = await exchange.readJson(createBody)
    if (runtime) body.HostConfig = { ...body.HostConfig, Runtime: body.HostConfig?.Runtime || runtime }
    if (body.Image === undefined || body.Image === '') throw invalid('no image specified')
    const created = await containers.create(name?.replace(/^\//, ''), body, platformParameter(exchange.query))
    exchange.json(201, { Id: created.Id, Warnings: created.Warnings ?? [] })
  }

  const start: Handler = async (exchange) => {
    await containers.start(exchange.param('id'))
    exchange.empty(204)
  }

  const stop: Handler = async (exchange) => {
    await containers.stop(exchange.param('id'), stopOptions(exchange.query, atLeast(exchange.version, '1.42')))
    exchange.empty(204)
  }

  const restart: Handler = async (exchange) => {
    await containers.restart(exchange.param('id'), stopOptions(exchange.query, atLeast(exchange.version, '1.42')))
    exchange.empty(204)
  }

  const kill: Handler = async (exchange) => {
    await containers.kill(exchange.param('id'), exchange.query.text('signal') ?? 'SIGKILL')
    exchange.empty(204)
  }

  const pause: Handler = async (exchange) => {
    await containers.pause(exchange.param('id'))
    exchange.empty(204)
  }

  const unpause: Handler = async (exchange) => {
    await containers.unpause(exchange.param('id'))
    exchange.empty(204)
  }

  const rename: Handler = async (exchange) => {
    const name = exchange.query.text('name')
    if (name === undefined) throw invalid('Neither old nor new names may be empty')
    // Whether the name can be had is told after whether there is such a container.
    await containers.rename(exchange.param('id'), name.replace(/^\//, ''))
    exchange.empty(204)
  }

  const resize: Handler = async (exchange) => {
    await containers.resize(exchange.param('id'), terminalSize(exchange.query))
    exchange.empty(200)
  }

  const update: Handler = async (exchange) => {
    const changes = await exchange.readJson(updateBody)
    const done = await containers.update(exchange.param('id'), changes)
    exchange.json(200, { Warnings: done.Warnings ?? [] })
  }

  const remove: Handler = async (exchange) => {
    const { query } = exchange
    await containers.remove(exchange.param('id'), { force: query.flag('force'), volumes: query.flag('v'), link: query.flag('link') })
    exchange.empty(204)
  }

  const prune: Handler = async (exchange) => {
    exchange.json(200, await containers.prune(exchange.query.filters(pruneFilters)))
  }

  return { create, start, stop, restart, kill, pause, unpause, rename, resize, update, remove, prune }
}

function checkName(name: string): void {
  if (namePattern.test(name)) return
  throw invalid(`Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`)
}

/** `signal` is known since 1.42; a negative time waits for ever. */
function stopOptions(query: Query, withSignal: boolean): { signal?: string; timeoutSeconds?: number } {
  const signal = withSignal ? query.text('signal') : undefined
  const seconds = query.whole('t')
  return {
    ...(signal !== undefined && { signal }),
    ...(seconds !== undefined && { timeoutSeconds: Math.max(-1, seconds) }),
  }
}

/** The size of a terminal from `h` and `w`. */
export function terminalSize(query: Query): { rows: number; columns: number } {
  const rows = query.wholeNeeded('h', 'height')
  const columns = query.wholeNeeded('w', 'width')
  if (rows < 0 || rows > 65_535 || columns < 0 || columns > 65_535) throw invalid(`invalid terminal size ${columns}x${rows}`)
  return { rows, columns }
}
