import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { invalid, messageOf } from '../../src/base/errors.js'

/** Where a plugin is reached. */
export type PluginAddress =
  /** `foreign`: others write to its folder, so that no link is followed there. */
  | { kind: 'unix'; path: string; foreign?: boolean }
  | { kind: 'tcp'; host: string; port: number; tls?: { insecure: boolean; ca?: string; cert?: string; key?: string } }

/** Folders in which plugins make themselves known (docs.docker.com, "Docker Plugin API", "Plugin discovery"). */
export interface PluginFolders {
  /** Sockets: `name.sock`, or `name/name.sock`. */
  sockets: readonly string[]
  /** `name.spec` with an address, or `name.json`. */
  specs: readonly string[]
}

/** Docker's own, so that its plugins work as they are, after those of skep. */
export const pluginFolders: PluginFolders = {
  sockets: ['/run/skep/plugins', '/run/docker/plugins'],
  specs: ['/etc/skep/plugins', '/usr/lib/skep/plugins', '/etc/docker/plugins', '/usr/lib/docker/plugins'],
}

const specBytesMax = 64 * 1024
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/

/** Where a plugin of this name is; undefined when nothing tells of one. Throws `invalid` for a description that cannot be read. */
export async function findPlugin(name: string, folders: PluginFolders): Promise<PluginAddress | undefined> {
  if (!namePattern.test(name)) return undefined
  for (const folder of folders.sockets) {
    for (const path of [join(folder, `${name}.sock`), join(folder, name, `${name}.sock`)]) {
      if ((await stat(path).catch(() => undefined))?.isSocket()) return { kind: 'unix', path }
    }
  }
  for (const folder of folders.specs) {
    for (const path of [join(folder, `${name}.spec`), join(folder, `${name}.json`), join(folder, name, `${name}.spec`), join(folder, name, `${name}.json`)]) {
      const text = await readSmall(path)
      if (text === undefined) continue
      try {
        return extname(path) === '.spec' ? parseAddress(text.trim()) : parseDescription(text)
      } catch (thrown) {
        throw invalid(`the description of plugin ${name} in ${path} cannot be used: ${messageOf(thrown)}`, thrown)
      }
    }
  }
  return undefined
}

/** Names of all plugins that make themselves known, ordered. */
export async function pluginNames(folders: PluginFolders): Promise<string[]> {
  const names = new Set<string>()
  for (const [kind, list] of [['.sock', folders.sockets], ['.spec', folders.specs], ['.json', folders.specs]] as const) {
    for (const folder of list) {
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        if (entry.isDirectory()) {
          if (await stat(join(folder, entry.name, `${entry.name}${kind}`)).catch(() => undefined)) names.add(entry.name)
        } else if (extname(entry.name) === kind) names.add(basename(entry.name, kind))
      }
    }
  }
  return [...names].filter((name) => namePattern.test(name)).sort()
}

async function readSmall(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return undefined
  if (found.size > specBytesMax) throw invalid(`${path} is over ${specBytesMax} bytes`)
  return readFile(path, 'utf8')
}

function parseAddress(text: string): PluginAddress {
  const url = new URL(text)
  if (url.protocol === 'unix:') return { kind: 'unix', path: decodeURIComponent(url.pathname) }
  if (url.protocol !== 'tcp:' && url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`${text} is neither unix:// nor tcp://`)
  const port = Number(url.port || (url.protocol === 'https:' ? '443' : '80'))
  return { kind: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port, ...(url.protocol === 'https:' && { tls: { insecure: false } }) }
}

function parseDescription(text: string): PluginAddress {
  const { Addr, TLSConfig } = JSON.parse(text) as { Addr?: unknown; TLSConfig?: { InsecureSkipVerify?: unknown; CAFile?: unknown; CertFile?: unknown; KeyFile?: unknown } | null }
  if (typeof Addr !== 'string') throw new Error('"Addr" must be a string')
  const address = parseAddress(Addr)
  if (!TLSConfig || address.kind !== 'tcp') return address
  const file = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
  const [ca, cert, key] = [file(TLSConfig.CAFile), file(TLSConfig.CertFile), file(TLSConfig.KeyFile)]
  return { ...address, tls: { insecure: TLSConfig.InsecureSkipVerify === true, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) } }
}
