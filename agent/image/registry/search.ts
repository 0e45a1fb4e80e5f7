import type { ImageSearchResponseItem } from '../../../src/model/engine-api/image.js'
import { parseObject } from '../manifest.js'
import type { RegistryClient } from './client.js'
import { hubDomain } from './endpoints.js'
import { RegistryError } from './errors.js'
import { pages } from './tags.js'
import { readBody } from './transport.js'

const answerBytesMax = 4 * 1024 * 1024

/** By the search of Docker Hub's index, which other registries may have too. Throws as `RegistryClient.ask`. */
export async function searchIndex(client: RegistryClient, term: string, limit: number, signal: AbortSignal): Promise<ImageSearchResponseItem[]> {
  const url = new URL(`${client.endpoint.origin}${client.endpoint.prefix}/v1/search`)
  url.searchParams.set('q', term)
  url.searchParams.set('n', String(limit))
  const answer = await client.ask(url, { headers: { 'X-Docker-Token': 'true' }, signal })
  const { results } = parseObject(await readBody(answer, answerBytesMax), `the answer of ${url.host} to the search`)
  const list: unknown[] = Array.isArray(results) ? results.slice(0, limit) : []
  return list.flatMap((one): ImageSearchResponseItem[] => {
    if (typeof one !== 'object' || one === null) return []
    const { name, description, star_count: stars, is_official: official, is_automated: automated } = one as Record<string, unknown>
    if (typeof name !== 'string') return []
    return [
      {
        name,
        description: typeof description === 'string' ? description : '',
        star_count: typeof stars === 'number' ? stars : 0,
        is_official: official === true,
        is_automated: automated === true,
      },
    ]
  })
}

/** By a registry's list of its repositories. Names come ready to be pulled: with the registry's, but for Docker Hub's. */
export async function searchCatalogue(client: RegistryClient, domain: string, term: string, limit: number, signal: AbortSignal): Promise<ImageSearchResponseItem[]> {
  const found: ImageSearchResponseItem[] = []
  const url = client.url('_catalog')
  url.searchParams.set('n', '1000')
  for await (const page of pages(client, url, 'repositories', signal)) {
    for (const name of page) {
      if (!name.includes(term.toLowerCase())) continue
      const official = domain === hubDomain && name.startsWith('library/')
      const shown = domain !== hubDomain ? `${domain}/${name}` : official ? name.slice('library/'.length) : name
      found.push({ name: shown, description: '', star_count: 0, is_official: official, is_automated: false })
      if (found.length >= limit) return found
    }
  }
  return found
}

/** True when a registry has no such thing as an index's search. */
export function hasNoIndex(thrown: unknown): boolean {
  return thrown instanceof RegistryError && (thrown.status === 404 || thrown.status === 405)
}
