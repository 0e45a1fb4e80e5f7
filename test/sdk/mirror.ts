import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { registryProgram } from '../support/registry-process.js'
import { writeVolumePlugin } from '../support/volume-plugin.js'

const port = 5000

/** A registry on a machine's loopback, with its data in `folder`; it ends with the lab. */
export async function startMirror(host: LabHost, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const config = join(host.folder, 'registry.yml')
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: folder } },
    http: { addr: `127.0.0.1:${port}`, secret: 'of a test' },
  }))
  host.spawn(registryProgram ?? 'docker-registry', ['serve', config], { stdio: 'ignore' }).unref()
  await eventually('the registry answers', async () => (await host.http(`http://127.0.0.1:${port}/v2/`)).status === 200)
}

/** Puts images of an archive into the mirror, where an engine finds them under their short names; none stays in the engine. */
export async function fillMirror(host: LabHost, names: readonly string[], archive: Buffer): Promise<void> {
  const path = join(host.folder, 'images.tar')
  writeFileSync(path, archive)
  await host.docker('load', '-i', path)
  for (const name of names) {
    const copy = `127.0.0.1:${port}/library/${name}`
    await host.docker('tag', name, copy)
    await host.docker('push', '-q', copy)
    await host.docker('rmi', '-f', copy, name)
  }
}

/** Puts a driver of volumes into the mirror under the name of the plugin that the suites install; none stays in the engine. */
export async function addPlugin(host: LabHost, name: string): Promise<void> {
  const folder = join(host.folder, 'plugin')
  await writeVolumePlugin(folder)
  const copy = `127.0.0.1:${port}/${name}`
  await host.docker('plugin', 'create', copy, folder)
  await host.docker('plugin', 'push', copy)
  await host.docker('plugin', 'rm', copy)
}

export const mirrorFlags = ['--registry-mirror', `http://127.0.0.1:${port}`]
