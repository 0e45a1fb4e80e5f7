import { ErrorKind, invalid, messageOf, StatusError } from '../base/errors.js'
import type { BuildMessage } from '../model/engine-api/build.js'
import type { BuildKitBackend, PushedImage } from './backend.js'
import { clientCredentials } from './credentials.js'
import { sendArchive, sendFiles } from './file-send.js'
import type { BuildProgress } from './progress.js'

/** Where a client wants the result of its build. */
export interface Export {
  type: string
  attributes: Readonly<Record<string, string>>
}

/** Names of an image that are given at most. */
const namesMax = 256
const exportsMax = 16
/** Between two lines of progress. */
const toldBytes = 4 * 1024 * 1024

export type Exporters = Pick<BuildKitBackend, 'tag' | 'push' | 'save' | 'files' | 'manifest' | 'findSession'>

/** The build that has results to export. */
export interface ExportJob {
  /** The client's. */
  readonly session: string
  readonly progress: BuildProgress
  tell(messages: readonly Buffer[]): Promise<void>
}

/** What an export works with. */
interface Work {
  backend: Exporters
  job: ExportJob
  image: string
  attributes: Readonly<Record<string, string>>
  names: readonly string[]
  /** Its place among the client's outputs. */
  output: number
  signal: AbortSignal
}

/** What the client is told about the image. */
type Answer = Record<string, string>

interface Exporter {
  /** The step's name in the progress. */
  title: string
  /** The result is an image, not its files. */
  ofImage: boolean
  run(work: Work): Promise<Answer>
}

const store: Exporter = { title: 'exporting to image', ofImage: true, run: keepImage }

/** By the types that clients send: `moby` is the engine's own store, which `image` means too. */
const exporters: Readonly<Record<string, Exporter>> = {
  moby: store,
  image: store,
  local: { title: 'exporting to client directory', ofImage: false, run: copyFiles },
  tar: { title: 'exporting to client tarball', ofImage: false, run: (work) => withFiles(work, (files) => archiveToClient(work, files.archive())) },
  docker: { title: 'exporting to docker image format', ofImage: true, run: (work) => saveImage(work, true) },
  oci: { title: 'exporting to oci image format', ofImage: true, run: (work) => saveImage(work, false) },
}

/** What would change the result and is not done here, by attribute: whether its value asks for it. */
const notDone: Readonly<Record<string, (value: string) => boolean>> = {
  compression: (value) => value !== 'gzip' && value !== 'uncompressed',
  'force-compression': isTrue,
  'push-by-digest': isTrue,
  'registry.insecure': isTrue,
  'rewrite-timestamp': isTrue,
  'platform-split': isTrue,
}

/** Throws `unsupported` for an exporter that is not there, before anything is built. */
export function requireExporters(wanted: readonly Export[]): void {
  if (wanted.length > exportsMax) throw new StatusError(ErrorKind.unsupported, `a build has at most ${exportsMax} outputs`)
  for (const { type, attributes } of wanted) {
    const exporter = exporters[type]
    if (!exporter) throw new StatusError(ErrorKind.unsupported, `the exporter ${type} is not supported: there are image, local, tar, docker and oci`)
    if (isTrue(attributes['push'] ?? 'false') && namesOf(attributes).length === 0) throw invalid('an image needs a name to be pushed')
    if (namesOf(attributes).length > namesMax) throw invalid(`an image is given at most ${namesMax} names`)
    if (type !== 'local' && attributes['tar'] === 'false') throw new StatusError(ErrorKind.unsupported, `--output type=${type},tar=false is not supported: take the archive and unpack it`)
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('annotation')) throw new StatusError(ErrorKind.unsupported, `annotations of images are not supported: ${name}`)
      if (notDone[name]?.(value) === true) throw new StatusError(ErrorKind.unsupported, `--output ${name}=${value} is not supported`)
    }
  }
}

/** Takes an image to where the client wants it, one output after another; gives what the client is told about it. */
export async function exportImage(backend: Exporters, job: ExportJob, wanted: readonly Export[], image: string, signal: AbortSignal): Promise<Answer> {
  const answer: Answer = {}
  for (const [output, { type, attributes }] of wanted.entries()) {
    const exporter = exporters[type]
    if (!exporter) continue
    await job.tell(job.progress.begin(exporter.title))
    try {
      Object.assign(answer, await exporter.run({ backend, job, image, attributes, names: exporter.ofImage ? namesOf(attributes) : [], output, signal }))
      await job.tell(job.progress.end())
    } catch (thrown) {
      await job.tell(job.progress.end(messageOf(thrown)))
      throw thrown
    }
  }
  return answer
}

async function keepImage(work: Work): Promise<Answer> {
  const { backend, job, image, names, attributes } = work
  const done = (what: string): Promise<void> => job.tell(job.progress.translate({ id: what, status: 'export complete', progressDetail: {} }))
  await done(`writing image ${image}`)
  for (const name of names) {
    await backend.tag(image, name)
    await done(`naming to ${name}`)
  }
  // Its configuration is what the store knows an image by; a registry knows it by its manifest.
  const answer = { 'containerimage.digest': image, 'containerimage.config.digest': image, ...imageName(names) }
  return isTrue(attributes['push'] ?? 'false') ? { ...answer, ...(await pushAll(work)) } : answer
}

async function pushAll({ backend, job, names, signal }: Work): Promise<Answer> {
  let pushed: PushedImage | undefined
  for (const name of names) {
    await job.tell(job.progress.begin(`pushing ${name}`))
    pushed = await told(job, (progress) => backend.push(name, (domain) => clientCredentials(backend, job.session, domain, signal), progress, signal))
  }
  return pushed ? described(pushed) : {}
}

/** Does what tells progress, and resolves when that was told. */
export async function told<T>(job: ExportJob, work: (progress: (message: BuildMessage) => void) => Promise<T>): Promise<T> {
  let last: Promise<void> = Promise.resolve()
  const done = await work((message) => {
    last = last.then(() => job.tell(job.progress.translate(message)))
  })
  await last
  return done
}

async function saveImage(work: Work, compatible: boolean): Promise<Answer> {
  const { backend, image, names, signal } = work
  await archiveToClient(work, await backend.save(image, names, compatible, signal))
  return { ...described(backend.manifest(image)), 'containerimage.config.digest': image, ...imageName(names) }
}

async function copyFiles(work: Work): Promise<Answer> {
  const { backend, job, output, signal } = work
  return withFiles(work, async (files) => {
    const session = await backend.findSession(job.session, signal)
    await counted(work, 'copying files', (sent) => sendFiles(session, output, files, sent, signal))
  })
}

async function withFiles({ backend, image, signal }: Work, send: (files: Awaited<ReturnType<Exporters['files']>>) => Promise<void>): Promise<Answer> {
  await using files = await backend.files(image, signal)
  await send(files)
  return {}
}

async function archiveToClient(work: Work, archive: AsyncIterable<Uint8Array>): Promise<void> {
  const { backend, job, output, signal } = work
  const session = await backend.findSession(job.session, signal)
  await counted(work, 'sending tarball', (sent) => sendArchive(session, output, archive, sent, signal))
}

/** Tells now and then how much was sent. */
async function counted({ job }: Work, what: string, send: (sent: (bytes: number) => void) => Promise<void>): Promise<void> {
  let [all, told] = [0, 0]
  await send((bytes) => {
    all += bytes
    if (all - told < toldBytes) return
    told = all
    void job.tell(job.progress.translate({ id: what, status: 'transferring', progressDetail: { current: all } }))
  })
  await job.tell(job.progress.translate({ id: what, status: 'transfer complete', progressDetail: { current: all } }))
}

function described({ mediaType, digest, size }: PushedImage): Answer {
  return { 'containerimage.digest': digest, 'containerimage.descriptor': Buffer.from(JSON.stringify({ mediaType, digest, size })).toString('base64') }
}

function imageName(names: readonly string[]): Answer {
  return names.length > 0 ? { 'image.name': names.join(',') } : {}
}

function namesOf(attributes: Readonly<Record<string, string>>): string[] {
  return (attributes['name'] ?? '').split(',').filter((name) => name !== '')
}

/** As clients write it: an attribute without a value is set. */
export function isTrue(value: string): boolean {
  return ['', '1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)
}
