import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { splitReference } from '../../image-name.js'

export const commit = verb({
  name: 'commit',
  topLevel: 'commit',
  summary: "Create a new image from a container's changes",
  usage: 'CONTAINER [REPOSITORY[:TAG]]',
  minArgs: 1,
  maxArgs: 2,
  flags: {
    author: flag.string('Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', { short: 'a' }),
    change: flag.list('Apply Dockerfile instruction to the created image', { short: 'c' }),
    message: flag.string('Commit message', { short: 'm' }),
    pause: flag.bool('Pause container during commit', { short: 'p', default: true }),
  },
  async run({ context, args: [container = '', reference], flags }) {
    const { name, tag } = splitReference(reference ?? '')
    const { Id: id } = await context.api.containers.commit(container, {
      pause: flags.pause,
      ...(reference !== undefined && { repo: name, tag }),
      ...(flags.message !== undefined && { comment: flags.message }),
      ...(flags.author !== undefined && { author: flags.author }),
      ...(flags.change.length > 0 && { changes: flags.change }),
    })
    context.stdout.write(`${id}\n`)
  },
})
