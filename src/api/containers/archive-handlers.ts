import { invalid } from '../../base/errors.js'
import type { ContainerConfig, ContainerPathStat } from '../../model/engine-api/container.js'
import type { Exchange } from '../exchange.js'
import type { Handler } from '../route.js'
import type { ContainersBackend } from './backend.js'
import { createBody } from './shape.js'

/** PATH_MAX and NAME_MAX of Linux. */
const pathBytesMax = 4096
const nameBytesMax = 255

/** Endpoints that take a container's files out, put some in, or make an image of them. */
export function archiveHandlers(containers: ContainersBackend) {
  const stat: Handler = async (exchange) => {
    const found = await containers.statPath(exchange.param('id'), pathOf(exchange))
    exchange.empty(200, statHeader(found))
  }

  const read: Handler = async (exchange) => {
    const { stat: found, chunks } = await containers.readArchive(exchange.param('id'), pathOf(exchange))
    await send(exchange, chunks, statHeader(found))
  }

  const write: Handler = async (exchange) => {
    const { query, body, signal } = exchange
    const options = { keepKinds: query.flag('noOverwriteDirNonDir'), ownedByUser: query.flag('copyUIDGID') }
    await containers.writeArchive(exchange.param('id'), pathOf(exchange), body, options, signal)
    exchange.empty(200)
  }

  const exportFiles: Handler = async (exchange) => {
    await send(exchange, await containers.export(exchange.param('id')), {})
  }

  const commit: Handler = async (exchange) => {
    const { query, signal } = exchange
    const container = query.text('container')
    if (container === undefined) throw invalid('the query parameter container is needed: which one to make an image of')
    const text = (name: 'repo' | 'tag' | 'comment' | 'author') => {
      const value = query.text(name)
      return value === undefined ? {} : { [name]: value }
    }
    const { HostConfig: _host, NetworkingConfig: _network, ...config } = await exchange.readJson(createBody, {})
    const id = await containers.commit(
      container,
      {
        ...text('repo'),
        ...text('tag'),
        ...text('comment'),
        ...text('author'),
        changes: query.all('changes'),
        pause: query.flag('pause', true),
        config: config satisfies ContainerConfig,
      },
      signal,
    )
    exchange.json(201, { Id: id })
  }

  return { stat, read, write, export: exportFiles, commit }
}

function pathOf(exchange: Exchange): string {
  const path = exchange.query.text('path')
  if (path === undefined) throw invalid('the query parameter path is needed: a path in the container')
  if (path.includes('\0')) throw invalid('a path cannot hold a zero byte')
  const tooLong = Buffer.byteLength(path) >= pathBytesMax || path.split('/').some((part) => Buffer.byteLength(part) > nameBytesMax)
  if (tooLong) throw invalid(`file name too long: ${path.slice(0, 100)}...`)
  return path
}

function statHeader(stat: ContainerPathStat): Record<string, string> {
  return { 'X-Docker-Container-Path-Stat': Buffer.from(JSON.stringify(stat)).toString('base64') }
}

async function send(exchange: Exchange, chunks: AsyncIterable<Uint8Array>, headers: Record<string, string>): Promise<void> {
  exchange.startStream('application/x-tar', headers)
  for await (const chunk of chunks) await exchange.write(chunk)
  exchange.end()
}
