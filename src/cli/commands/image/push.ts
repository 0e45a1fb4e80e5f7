import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { registryAuthOf } from '../../credentials/store.js'
import { namedReference } from '../../image-name.js'
import { showProgress } from '../../progress/image-progress.js'

export const push = verb({
  name: 'push',
  topLevel: 'push',
  summary: 'Upload an image to a registry',
  usage: 'NAME[:TAG]',
  minArgs: 1,
  flags: {
    'all-tags': flag.bool('Push all tags of an image to the repository', { short: 'a' }),
    'disable-content-trust': flag.bool('Skip image signing', { default: true }),
    platform: flag.string('Push a platform-specific manifest as a single-platform image to the registry ("os[/arch[/variant]]")'),
    quiet: flag.bool('Suppress verbose output', { short: 'q' }),
  },
  async run({ context, args: [reference = ''], flags }) {
    const { name, tag, digest } = namedReference(reference)
    if (digest !== '') throw invalid('cannot push a digest reference')
    if (flags['all-tags'] && tag !== '') throw invalid("tag can't be used with --all-tags/-a")
    if (!flags['all-tags'] && tag === '' && !flags.quiet) context.stdout.write('Using default tag: latest\n')
    const auth = await registryAuthOf(context, name)
    const progress = await context.api.images.push(name, {
      ...(!flags['all-tags'] && { tag: tag || 'latest' }),
      ...(flags.platform !== undefined && { platform: flags.platform }),
      ...(auth !== undefined && { auth }),
    })
    await showProgress(progress, flags.quiet ? undefined : context.stdout)
    if (flags.quiet) context.stdout.write(`${name}${tag === '' ? '' : `:${tag}`}\n`)
  },
})
