import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createGzip } from 'node:zlib'
import { errnoOf, invalid, messageOf } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { packFiles } from '../../archive/pack.js'
import { verb } from '../../command.js'

export const create = verb({
  name: 'create',
  summary: 'Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.',
  usage: 'PLUGIN PLUGIN-DATA-DIR',
  minArgs: 2,
  flags: { compress: flag.bool('Compress the context using gzip') },
  async run({ context, args: [name = '', given = ''], flags }) {
    const folder = resolve(given)
    if (!statSync(folder, { throwIfNoEntry: false })) throw invalid(`lstat ${folder}: no such file or directory`)
    if (!statSync(folder).isDirectory()) throw invalid('context must be a directory')
    checkConfig(join(folder, 'config.json'))
    const archive = packFiles({ path: `${folder}/.`, name: '.' })
    const packed = flags.compress ? archive.pipe(createGzip()) : archive
    if (packed !== archive) archive.once('error', (thrown) => packed.destroy(thrown))
    await context.api.plugins.create(name, packed)
    context.stdout.write(`${name}\n`)
  },
})

/** Before anything is sent. */
function checkConfig(path: string): void {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') throw invalid(`open ${path}: no such file or directory`)
    throw thrown
  }
  try {
    JSON.parse(text)
  } catch (cause) {
    throw invalid(`${path} is not JSON: ${messageOf(cause)}`, cause)
  }
}
