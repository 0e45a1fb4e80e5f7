import { existsSync, renameSync, rmSync, statSync, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { writeAll } from '../../streams/write-all.js'

export const exportVerb = verb({
  name: 'export',
  topLevel: 'export',
  summary: "Export a container's filesystem as a tar archive",
  usage: 'CONTAINER',
  minArgs: 1,
  flags: { output: flag.string('Write to a file, instead of STDOUT', { short: 'o' }) },
  async run({ context, args: [container = ''], flags }) {
    if (flags.output === undefined) {
      if (context.stdout.isTTY) throw invalid('cowardly refusing to save to a terminal. Use the -o flag or redirect')
      await writeAll(context.stdout, await context.api.containers.export(container))
      return
    }
    if (existsSync(flags.output) && statSync(flags.output).isDirectory()) throw invalid(`failed to export container: "${flags.output}" is a directory`)
    const archive = await context.api.containers.export(container)
    // Half an archive must not look like a whole one.
    const partial = `${flags.output}.part-${process.pid}`
    try {
      await pipeline(archive, createWriteStream(partial, { mode: 0o600 }))
      renameSync(partial, flags.output)
    } catch (thrown) {
      rmSync(partial, { force: true })
      throw thrown
    }
  },
})
