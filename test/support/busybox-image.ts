import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { pack, type Pack } from 'tar-stream'
import { execOk } from '../../src/sys/exec.js'

/** An image made from files at hand. */
export interface ImageRecipe {
  /** `web:1` */
  name: string
  command: string[]
  env?: string[]
  /** Further files by absolute path: a second layer. */
  files?: Record<string, { content: string | Buffer; mode?: number }>
  labels?: Record<string, string>
  user?: string
  workingDir?: string
  volumes?: string[]
  exposedPorts?: string[]
  healthcheck?: { Test: string[]; Interval?: number; Timeout?: number; Retries?: number; StartPeriod?: number }
}

/**
 * A `docker save` archive with images on top of this machine's busybox and the libraries it is linked
 * with, so that tests and the demo need no registry. The same recipe gives the same bytes.
 */
export async function busyboxArchive(recipes: ImageRecipe[]): Promise<Buffer> {
  const base = await busyboxLayer()
  const archive = pack()
  const manifest: { Config: string; RepoTags: string[]; Layers: string[] }[] = []
  const written = new Set<string>()
  const put = (name: string, content: Buffer): void => {
    if (written.has(name)) return
    written.add(name)
    archive.entry({ name, mtime: epoch }, content)
  }
  const collected = collect(archive)
  for (const recipe of recipes) {
    const layers = [base]
    if (recipe.files) layers.push(await filesLayer(recipe.files))
    const config = Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        os: 'linux',
        created: epoch.toISOString(),
        config: {
          Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...(recipe.env ?? [])],
          Cmd: recipe.command,
          Labels: recipe.labels ?? {},
          User: recipe.user ?? '',
          WorkingDir: recipe.workingDir ?? '/',
          ...(recipe.volumes && { Volumes: Object.fromEntries(recipe.volumes.map((path) => [path, {}])) }),
          ...(recipe.exposedPorts && { ExposedPorts: Object.fromEntries(recipe.exposedPorts.map((port) => [port, {}])) }),
          ...(recipe.healthcheck && { Healthcheck: recipe.healthcheck }),
        },
        rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
        history: layers.map((_, index) => ({ created: epoch.toISOString(), created_by: index === 0 ? 'busybox' : 'files' })),
      }),
    )
    for (const layer of layers) put(`${sha256(layer)}/layer.tar`, layer)
    put(`${sha256(config)}.json`, config)
    manifest.push({ Config: `${sha256(config)}.json`, RepoTags: [recipe.name], Layers: layers.map((layer) => `${sha256(layer)}/layer.tar`) })
  }
  put('manifest.json', Buffer.from(JSON.stringify(manifest)))
  archive.finalize()
  return collected
}

/** A tar of a small root filesystem: busybox, its libraries, its commands as links, the usual folders. */
export async function busyboxRootfs(): Promise<Buffer> {
  return busyboxLayer()
}

const epoch = new Date('2024-01-01T00:00:00Z')
let cached: Promise<Buffer> | undefined

function busyboxLayer(): Promise<Buffer> {
  cached ??= buildBusyboxLayer()
  return cached
}

async function buildBusyboxLayer(): Promise<Buffer> {
  const program = (await execOk('sh', ['-c', 'command -v busybox'])).trim()
  const linked = await execOk('sh', ['-c', `ldd ${program} 2>/dev/null || true`])
  const libraries = [...linked.matchAll(/(\/\S+)\s+\(0x/g)].map((match) => match[1] as string)
  const applets = (await execOk(program, ['--list'])).trim().split('\n')

  const layer = pack()
  const collected = collect(layer)
  const folders = ['bin', 'dev', 'etc', 'home', 'lib', 'lib64', 'proc', 'root', 'run', 'sbin', 'sys', 'tmp', 'usr', 'usr/bin', 'usr/lib', 'usr/sbin', 'var', 'var/log', 'var/run', 'www']
  const extra = new Set<string>()
  for (const library of libraries) {
    const parts = library.split('/').slice(1, -1)
    parts.forEach((_, depth) => extra.add(parts.slice(0, depth + 1).join('/')))
  }
  for (const folder of [...new Set([...folders, ...extra])].sort()) {
    layer.entry({ name: `${folder}/`, type: 'directory', mode: folder === 'tmp' ? 0o1777 : 0o755, mtime: epoch })
  }
  layer.entry({ name: 'bin/busybox', mode: 0o755, mtime: epoch }, await readFile(program))
  for (const library of libraries) {
    const real = await realpath(library)
    const { mode } = await stat(real)
    layer.entry({ name: library.slice(1), mode: mode & 0o777, mtime: epoch }, await readFile(real))
  }
  for (const applet of applets) {
    if (applet !== 'busybox') layer.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox', mtime: epoch })
  }
  const files: Record<string, string> = {
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nwww-data:x:33:33:www-data:/www:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n',
    'etc/group': 'root:x:0:\ndaemon:x:1:\nmail:x:8:\nwww-data:x:33:\nnogroup:x:65534:\n',
    'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  }
  for (const [name, content] of Object.entries(files)) layer.entry({ name, mode: 0o644, mtime: epoch }, content)
  layer.finalize()
  return collected
}

async function filesLayer(files: NonNullable<ImageRecipe['files']>): Promise<Buffer> {
  const layer = pack()
  const collected = collect(layer)
  for (const [path, { content, mode }] of Object.entries(files)) {
    layer.entry({ name: path.replace(/^\//, ''), mode: mode ?? 0o644, mtime: epoch }, content)
  }
  layer.finalize()
  return collected
}

async function collect(stream: Pack): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
