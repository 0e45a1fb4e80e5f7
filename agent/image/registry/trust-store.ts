import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { errnoOf, invalid, messageOf } from '../../../src/base/errors.js'
import type { Trust } from './transport.js'

/** Where distributions keep the host's own list of authorities. */
const systemBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem', '/etc/ssl/cert.pem']
const fileBytesMax = 1024 * 1024

/**
 * Certificates for registries, kept as Docker keeps them: `<folder>/<host[:port]>/` with `*.crt` for
 * authorities and `*.cert` with `*.key` for what is shown to the registry. Read anew for each pull, so
 * that a new file counts at once.
 */
export class TrustStore {
  private system: Promise<string[]> | undefined

  constructor(private readonly folders: readonly string[]) {}

  /** For a host as URLs name it. Throws `invalid` for a certificate without its key. */
  async of(host: string, insecure: boolean): Promise<Trust> {
    const own: string[] = []
    let pair: { cert: string; key: string } | undefined
    for (const folder of this.folders) {
      const path = join(folder, host)
      const names = await list(path)
      for (const name of names.sort()) {
        if (name.endsWith('.crt')) own.push(await read(join(path, name)))
        if (!name.endsWith('.cert') || pair) continue
        const keyName = `${name.slice(0, -'.cert'.length)}.key`
        if (!names.includes(keyName)) throw invalid(`missing key ${keyName} for client certificate ${name} in ${path}. CA certificates must use the extension .crt`)
        pair = { cert: await read(join(path, name)), key: await read(join(path, keyName)) }
      }
    }
    const id = createHash('sha256').update(JSON.stringify([insecure, own, pair])).digest('hex')
    if (insecure) return { id, insecure, ...pair }
    this.system ??= systemAuthorities()
    return { id, insecure, ca: [...(await this.system), ...own], ...pair }
  }
}

async function systemAuthorities(): Promise<string[]> {
  for (const path of systemBundles) {
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text !== '') return [text]
  }
  return [...rootCertificates]
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT' || errnoOf(thrown) === 'ENOTDIR') return []
    throw invalid(`cannot read the registry certificates in ${folder}: ${messageOf(thrown)}`, thrown)
  }
}

async function read(path: string): Promise<string> {
  const text = await readFile(path, 'utf8')
  if (text.length > fileBytesMax) throw invalid(`${path} is no certificate: it has more than ${fileBytesMax} bytes`)
  return text
}
