import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { refuseIrregular, writeArchiveFile } from '../../streams/archive-file.js'
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
    refuseIrregular(flags.output, 'failed to export container')
    await writeArchiveFile(flags.output, await context.api.containers.export(container))
  },
})
