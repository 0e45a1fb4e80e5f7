import { invalid } from '../../base/errors.js'
import type { Exchange } from '../exchange.js'
import { withProgress } from '../progress-stream.js'
import { registryAuth } from '../registry-auth.js'
import type { Handler } from '../route.js'
import type { ImagesBackend } from './backend.js'
import { platformParameter, platformParameters } from './platform.js'

/** Endpoints with an archive in the request or in the answer: nothing of it is held in memory. */
export function imageStreamHandlers(images: ImagesBackend) {
  const load: Handler = async (exchange) => {
    const { query, body, signal } = exchange
    const platform = platformParameter(query)
    const options = { quiet: query.flag('quiet'), ...(platform !== undefined && { platform }) }
    // Whatever is wrong with an archive, clients look for it in the stream.
    await withProgress(exchange, (progress) => images.load(body, options, progress, signal), { errorsInStream: true })
  }

  /** `docker import` sends a root filesystem here; `docker pull` comes to the same place with `fromImage`. */
  const create: Handler = async (exchange) => {
    const { query, body, signal } = exchange
    if (query.has('fromImage')) return pull(exchange)
    const source = query.text('fromSrc')
    if (source !== '-') throw invalid('fromSrc must be "-": the root filesystem is taken from the request body')
    const { repo, tag } = splitReference(query.text('repo'), query.text('tag'))
    const message = query.text('message')
    const platform = platformParameter(query)
    const options = {
      changes: query.all('changes'),
      ...(repo !== undefined && { repo }),
      ...(tag !== undefined && { tag }),
      ...(message !== undefined && { message }),
      ...(platform !== undefined && { platform }),
    }
    await withProgress(exchange, async (progress) => {
      const id = await images.import(body, options, progress, signal)
      progress({ status: id })
    })
  }

  const pull: Handler = async (exchange) => {
    const { query, signal } = exchange
    // "docker pull -a" of old clients leaves a colon behind the name.
    const name = (query.text('fromImage') ?? '').replace(/:$/, '')
    const tag = query.text('tag')
    const platform = platformParameter(query)
    const options = { auth: registryAuth(exchange.headers), ...(tag !== undefined && { tag }), ...(platform !== undefined && { platform }) }
    await withProgress(exchange, (progress) => images.pull(name, options, progress, signal))
  }

  const push: Handler = async (exchange) => {
    const { query, signal } = exchange
    const tag = query.text('tag')
    const platform = platformParameter(query)
    const options = { auth: registryAuth(exchange.headers), ...(tag !== undefined && { tag }), ...(platform !== undefined && { platform }) }
    await withProgress(exchange, (progress) => images.push(exchange.param('name'), options, progress, signal))
  }

  const save = async (exchange: Exchange, refs: string[]) => {
    const platforms = platformParameters(exchange.query, 'platform')
    const archive = await images.save(refs, exchange.signal, platforms)
    exchange.startStream('application/x-tar')
    for await (const chunk of archive) await exchange.write(chunk)
    exchange.end()
  }

  const saveOne: Handler = (exchange) => save(exchange, [exchange.param('name')])

  const saveMany: Handler = (exchange) => {
    const refs = exchange.query.all('names').flatMap((names) => names.split(',')).filter((name) => name !== '')
    if (refs.length === 0) throw invalid('no images named: give one or more names in the query parameter names')
    return save(exchange, refs)
  }

  return { load, create, push, saveOne, saveMany }
}

/** A tag may come within the repository (`app:v1`) or beside it. */
function splitReference(repo: string | undefined, tag: string | undefined): { repo?: string; tag?: string } {
  if (repo === undefined) return {}
  const colon = repo.lastIndexOf(':')
  if (tag === undefined && colon > repo.lastIndexOf('/')) return { repo: repo.slice(0, colon), tag: repo.slice(colon + 1) }
  return { repo, ...(tag !== undefined && { tag }) }
}
