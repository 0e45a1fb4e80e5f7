import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { invalid, notFound, errnoOf } from '../../base/errors.js'
import { namesIn } from '../../sys/names-in.js'
import { tlsParts, type TlsMaterial, type TlsPart } from './archive.js'

/** A named daemon: where it is and the files of its TLS. */
export interface StoredContext {
  name: string
  description: string
  host: string
  tls?: { ca?: string; cert?: string; key?: string; skipVerify?: boolean }
}

/** The context that stands for flags, environment and the default socket. It is never stored. */
export const defaultContextName = 'default'

/**
 * Contexts as files below one folder: `contexts/<name>.json`, what was imported with them in
 * `contexts/tls/<name>`, and the name of the one in use in `config.json`.
 */
export class ContextStore {
  constructor(private readonly folder: string) {}

  /** By name, without the default one. */
  list(): StoredContext[] {
    return namesIn(join(this.folder, 'contexts'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => this.get(file.slice(0, -'.json'.length)))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Throws `notFound`. */
  get(name: string): StoredContext {
    checkName(name)
    const text = textOf(this.file(name))
    if (text === undefined) throw notFound(`context "${name}" does not exist`)
    try {
      return { ...(JSON.parse(text) as StoredContext), name }
    } catch (cause) {
      throw invalid(`context "${name}": ${this.file(name)} is not JSON`, cause)
    }
  }

  has(name: string): boolean {
    return textOf(this.file(name)) !== undefined
  }

  save(context: StoredContext): void {
    checkName(context.name)
    mkdirSync(join(this.folder, 'contexts'), { recursive: true, mode: 0o700 })
    const kept = { ...context, ...(context.tls && { tls: this.withOwnFiles(context.name, context.tls) }) }
    writeFileSync(this.file(context.name), `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600 })
  }

  remove(name: string): void {
    checkName(name)
    rmSync(this.file(name), { force: true })
    rmSync(this.tlsFolder(name), { recursive: true, force: true })
  }

  /** Keeps certificates and a key for a context until it is removed, and gives their paths. */
  keepTls(name: string, tls: TlsMaterial): NonNullable<StoredContext['tls']> {
    checkName(name)
    const folder = this.tlsFolder(name)
    rmSync(folder, { recursive: true, force: true })
    const paths: NonNullable<StoredContext['tls']> = {}
    for (const [part, text] of Object.entries(tls) as [TlsPart, string][]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      paths[part] = join(folder, `${part}.pem`)
      writeFileSync(paths[part], text, { mode: 0o600 })
    }
    return paths
  }

  /** The context in use; the default one when none was chosen. */
  current(): string {
    const text = textOf(join(this.folder, 'config.json'))
    if (text === undefined) return defaultContextName
    try {
      const { currentContext } = JSON.parse(text) as { currentContext?: unknown }
      return typeof currentContext === 'string' && currentContext !== '' ? currentContext : defaultContextName
    } catch (cause) {
      throw invalid(`${join(this.folder, 'config.json')} is not JSON`, cause)
    }
  }

  use(name: string): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    const path = join(this.folder, 'config.json')
    const config = JSON.parse(textOf(path) ?? '{}') as Record<string, unknown>
    if (name === defaultContextName) delete config['currentContext']
    else config['currentContext'] = name
    writeFileSync(path, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 })
  }

  /** What is kept for another context goes with that one: it is copied. */
  private withOwnFiles(name: string, tls: NonNullable<StoredContext['tls']>): NonNullable<StoredContext['tls']> {
    const ofOthers = (path: string | undefined): path is string => path !== undefined && dirname(dirname(path)) === dirname(this.tlsFolder(name)) && dirname(path) !== this.tlsFolder(name)
    const copied = Object.fromEntries(tlsParts.flatMap((part) => (ofOthers(tls[part]) ? [[part, readFileSync(tls[part], 'utf8')]] : []))) as TlsMaterial
    return Object.keys(copied).length === 0 ? tls : { ...tls, ...this.keepTls(name, copied) }
  }

  private tlsFolder(name: string): string {
    return join(this.folder, 'contexts', 'tls', name)
  }

  private file(name: string): string {
    return join(this.folder, 'contexts', `${name}.json`)
  }
}

/** Throws `invalid` for a name that could not be a file's, or is the default's. */
export function checkName(name: string): void {
  if (name === defaultContextName) throw invalid('"default" is a reserved context name')
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$/.test(name)) {
    throw invalid(`context name "${name}" is invalid, names are validated against regexp "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"`)
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}
