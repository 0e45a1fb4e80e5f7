import { ErrorKind, invalid, messageOf, StatusError } from '../base/errors.js'
import type { IdSource } from '../base/id.js'
import type { BuildOptions } from '../model/engine-api/build.js'
import type { BuildKitBackend, ClientSession } from './backend.js'
import { ArchiveWriter } from './context-archive.js'
import { clientCredentials } from './credentials.js'
import { FileSync, type SyncEntry, type SyncFilter } from './file-sync.js'
import { ignorePatterns, readFrontend, requireSyntax, type FrontendPlan } from './frontend.js'
import { buildkit } from './gen/buildkit.js'
import type { Job } from './job.js'
import { formatted, layoutArchive } from './oci-layout.js'
import { SessionStream } from './session-stream.js'

const textBytesMax = 4 * 1024 * 1024
const linksMax = 8
/** No name of a named context. */
const dockerfileFolder = '@dockerfile'

/** What the client's files are for the builder. */
interface Source {
  archive: AsyncIterable<Uint8Array>
  options: Pick<BuildOptions, 'dockerfile' | 'remote' | 'namedContextsPrefix'>
}

/** Builds what a client asks a frontend for, with the files that it sends over its session. */
export class Solver {
  constructor(
    private readonly backend: Pick<BuildKitBackend, 'build' | 'load' | 'findSession' | 'platform'>,
    private readonly ids: IdSource,
  ) {}

  /** Builds, and gives the image's id. Progress goes to the job. `inputs` are images by the names that the attributes have for them. */
  async solve(job: Job, frontend: string, attributes: Readonly<Record<string, string>>, inputs: ReadonlyMap<string, string>, signal: AbortSignal): Promise<string> {
    const plan = readFrontend(frontend, attributes, inputs)
    const over = new AbortController()
    const until = AbortSignal.any([signal, job.ended.signal, over.signal])
    try {
      const { archive, options } = await this.source(job, plan, until)
      const namedContexts = { ...plan.options.namedContexts, ...(await this.layouts(job, plan, until)) }
      const request = { ...plan.options, ...options, namedContexts, cacheImports: plan.cacheImports, tags: [], session: job.session, credentials: (domain: string) => clientCredentials(this.backend, job.session, domain, until) }
      const image = await this.backend.build(archive, request, (message) => job.tell(job.progress.translate(message)), until)
      await job.tell(job.progress.end())
      return image
    } catch (thrown) {
      await job.tell(job.progress.end(messageOf(thrown)))
      throw thrown
    } finally {
      // What still runs of the transfer.
      over.abort(new StatusError(ErrorKind.cancelled, 'the build is over'))
    }
  }

  /** Takes in the images of the client's OCI layouts, as contexts by their names. */
  private async layouts(job: Job, plan: FrontendPlan, signal: AbortSignal): Promise<Record<string, string>> {
    const found: Record<string, string> = {}
    for (const [name, layout] of plan.layouts) {
      await job.tell(job.progress.begin(`[context ${name}] OCI load from client`))
      const session = await this.backend.findSession(job.session, signal)
      const { platform } = plan.options
      const archive = layoutArchive(session, layout, platform ?? formatted(this.backend.platform), signal)
      found[name] = `docker-image://${await this.backend.load(archive, platform, signal)}`
    }
    return found
  }

  private async source(job: Job, plan: FrontendPlan, signal: AbortSignal): Promise<Source> {
    const { context, filename, namedFolders } = plan
    if (context.kind !== 'local' && namedFolders.size > 0) throw new StatusError(ErrorKind.unsupported, 'folders of the client as named contexts need the main context to be a folder of the client too')
    if (context.kind === 'remote') return { archive: ArchiveWriter.archive(() => Promise.resolve()), options: { dockerfile: filename, remote: context.url } }
    if (context.kind === 'upload') {
      const session = await this.backend.findSession(job.session, signal)
      await job.tell(job.progress.begin('[internal] load build context'))
      return { archive: upload(session, context.path, signal), options: { dockerfile: filename } }
    }
    const folder = (name: string): LocalFolder => new LocalFolder(name, async () => this.backend.findSession(plan.sessions.get(name) ?? job.session, signal), signal)
    await job.tell(job.progress.begin(`[internal] load build definition from ${filename}`))
    const definitions = folder(plan.dockerfileFolder ?? context.name)
    const lowerCase = /(^|\/)Dockerfile$/.test(filename) ? [filename.replace(/Dockerfile$/, 'dockerfile')] : []
    const ignoreName = `${filename}.dockerignore`
    const texts = await definitions.texts([filename, ...lowerCase, ignoreName])
    const text = [filename, ...lowerCase].map((name) => texts.get(name)).find((found) => found !== undefined)
    if (text === undefined) throw invalid(`failed to read dockerfile: open ${filename}: no such file or directory`)
    requireSyntax(text.toString())
    const main = folder(context.name)
    await job.tell(job.progress.begin('[internal] load .dockerignore'))
    const rules = texts.get(ignoreName) ?? (await main.texts(['.dockerignore'])).get('.dockerignore')

    const prefix = `.contexts-${this.ids.hexId().slice(0, 16)}`
    const dockerfile = `${prefix}/${dockerfileFolder}/Dockerfile`
    const archive = ArchiveWriter.archive(async (writer) => {
      await writer.file(dockerfile, text)
      // The client leaves out what is to be ignored, so that nothing is left to the builder.
      await writer.file(`${dockerfile}.dockerignore`, Buffer.alloc(0))
      await job.tell(job.progress.begin('[internal] load build context'))
      let bytes = await main.write(writer, '', ignorePatterns(rules?.toString() ?? ''))
      for (const [name, localName] of namedFolders) {
        const named = folder(localName)
        const ignored = (await named.texts(['.dockerignore'])).get('.dockerignore')
        bytes += await named.write(writer, `${prefix}/${name}/`, ignorePatterns(ignored?.toString() ?? ''))
      }
      await job.tell(job.progress.translate({ id: 'transferring context:', status: 'transfer complete', progressDetail: { current: bytes, total: bytes } }))
      await job.tell(job.progress.end())
    })
    return { archive, options: { dockerfile, namedContextsPrefix: prefix } }
  }
}

/** A folder of the client's. */
class LocalFolder {
  constructor(
    private readonly name: string,
    private readonly session: () => Promise<ClientSession>,
    private readonly signal: AbortSignal,
  ) {}

  /** The files of these that are there, links followed. Throws `invalid` for one that is too large. */
  texts(names: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    return this.synced({ followPaths: names }, async (sync, entries) => {
      const byPath = new Map(entries.map((entry) => [entry.path, entry]))
      const wanted = new Map(names.flatMap((name) => {
        const entry = followed(byPath, name)
        return entry?.kind === 'file' ? [[name, entry] as const] : []
      }))
      const contents = new Map<number, Buffer>()
      const files = [...new Map([...wanted.values()].map((entry) => [entry.id, entry])).values()]
      for (const { path, size } of files) if (size > textBytesMax) throw invalid(`${path} has more than ${textBytesMax} bytes`)
      for await (const { file, data } of sync.contents(files)) {
        const pieces: Uint8Array[] = []
        for await (const piece of data) pieces.push(piece)
        contents.set(file.id, Buffer.concat(pieces))
      }
      return new Map([...wanted].map(([name, { id }]) => [name, contents.get(id) ?? Buffer.alloc(0)]))
    })
  }

  /** Writes everything that is not left out below `prefix`; gives its bytes. */
  write(writer: ArchiveWriter, prefix: string, excludes: readonly string[]): Promise<number> {
    return this.synced({ excludes }, (sync, entries) => writer.folder(sync, entries, prefix))
  }

  private async synced<T>(filter: SyncFilter, work: (sync: FileSync, entries: readonly SyncEntry[]) => Promise<T>): Promise<T> {
    const sync = new FileSync(await this.session(), this.name, filter, this.signal)
    try {
      const done = await work(sync, await sync.entries())
      await sync.finish()
      return done
    } finally {
      sync.close()
    }
  }
}

/** The entry at a path, through symbolic links within the folder. */
function followed(entries: ReadonlyMap<string, SyncEntry>, path: string): SyncEntry | undefined {
  let at = path
  for (let links = 0; links < linksMax; links++) {
    const entry = entries.get(at)
    if (entry?.kind === 'hardlink') at = entry.target
    else if (entry?.kind === 'symlink') at = joined(entry.target.startsWith('/') ? '' : at.replace(/[^/]*$/, ''), entry.target)
    else return entry
  }
  return undefined
}

function joined(folder: string, path: string): string {
  const parts: string[] = []
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** An archive that the client has from elsewhere, as its standard input: `moby.upload.v1.Upload/Pull` (github.com/moby/buildkit, session/upload). */
async function* upload(session: ClientSession, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = new SessionStream(session.open('/moby.upload.v1.Upload/Pull', { urlpath: path, urlhost: 'buildkit-session' }), 'cannot read the context', signal)
  try {
    for await (const message of stream.messages()) yield buildkit.session.BytesMessage.decode(message).data
  } finally {
    stream.close()
  }
}
