import { parseObject } from '../manifest.js'
import type { RegistryClient } from './client.js'
import { LyingRegistryError } from './errors.js'
import { readBody } from './transport.js'

const pageBytesMax = 4 * 1024 * 1024
const pagesMax = 1_000
const namesMax = 100_000
const tagPattern = /^\w[\w.-]{0,127}$/

/** All tags of a repository. Throws as `RegistryClient.ask`. */
export async function listTags(client: RegistryClient, repository: string, signal: AbortSignal): Promise<string[]> {
  const tags = new Set<string>()
  for await (const page of pages(client, client.url(`${repository}/tags/list`), 'tags', signal)) {
    for (const tag of page) if (tagPattern.test(tag)) tags.add(tag)
  }
  return [...tags].sort()
}

/** A registry's lists, page by page: each page's `Link` leads to the next (RFC 8288). */
export async function* pages(client: RegistryClient, first: URL, field: 'tags' | 'repositories', signal: AbortSignal): AsyncGenerator<string[], void, undefined> {
  let url: URL | undefined = first
  let names = 0
  for (let n = 0; url; n++) {
    const answer = await client.ask(url, { signal })
    const list = parseObject(await readBody(answer, pageBytesMax), `the answer of ${first.host} to ${first.pathname}`)[field]
    const page = Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : []
    names += page.length
    if (n >= pagesMax || names > namesMax) throw new LyingRegistryError(`${first.host} lists without end at ${first.pathname}`)
    yield page
    const header = answer.headers['link']
    const match = /<([^>]+)>\s*;\s*rel="?next"?/.exec(Array.isArray(header) ? header.join(',') : (header ?? ''))
    url = match ? client.follow(answer, match[1] as string) : undefined
  }
}
