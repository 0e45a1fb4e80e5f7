import { createReadStream, existsSync } from 'node:fs'
import { invalid } from '../../../base/errors.js'
import { verb } from '../../command.js'
import { packContext, unpackContext } from '../../contexts/archive.js'
import { readTls } from '../../contexts/endpoint.js'
import { checkName } from '../../contexts/store.js'
import { writeArchiveFile } from '../../streams/archive-file.js'
import { writeAll } from '../../streams/write-all.js'
import { contextOf, storeOf } from './stored.js'

export const exportContext = verb({
  name: 'export',
  summary: 'Export a context to a tar archive FILE or a tar stream on STDOUT.',
  usage: 'CONTEXT [FILE|-]',
  minArgs: 1,
  maxArgs: 2,
  flags: {},
  async run({ context, args: [name = '', file = `${name}.dockercontext`] }) {
    const stored = contextOf(context, name)
    const { description, host } = stored
    const archive = packContext({ name, description, host, skipVerify: stored.tls?.skipVerify ?? false, tls: readTls(stored) })
    if (file === '-') {
      if (context.stdout.isTTY) throw invalid('cowardly refusing to export to a terminal, specify a file path')
      await writeAll(context.stdout, archive)
      return
    }
    // One that is there may be the only copy of its keys.
    if (existsSync(file)) throw invalid(`open ${file}: file exists`)
    await writeArchiveFile(file, archive)
    context.stderr.write(`Written file "${file}"\n`)
  },
})

export const importContext = verb({
  name: 'import',
  summary: 'Import a context from a tar file',
  usage: 'CONTEXT FILE|-',
  minArgs: 2,
  flags: {},
  async run({ context, args: [name = '', file = ''] }) {
    const store = storeOf(context)
    checkName(name)
    if (store.has(name)) throw invalid(`context "${name}" already exists`)
    const { description, host, skipVerify, tls } = await unpackContext(file === '-' ? context.stdin : createReadStream(file))
    const hasTls = skipVerify || Object.keys(tls).length > 0
    store.save({ name, description, host, ...(hasTls && { tls: { ...store.keepTls(name, tls), ...(skipVerify && { skipVerify }) } }) })
    context.stdout.write(`${name}\n`)
    context.stderr.write(`Successfully imported context "${name}"\n`)
  },
})
