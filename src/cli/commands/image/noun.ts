import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { noun, verb } from '../../command.js'
import { forEachArgument, inspectEach } from '../../each.js'
import { inspectFormatHelp, printInspect } from '../../formatter.js'
import { familiarName, namedReference, splitReference } from '../../image-name.js'
import { pullImage } from '../../progress/image-progress.js'
import { confirmed, pruned, pruneFilters, pruneFlags } from '../../prune.js'
import { importVerb, load, save } from './archives.js'
import { build } from './build.js'
import { history } from './history.js'
import { ls } from './ls.js'
import { push } from './push.js'

const inspect = verb({
  name: 'inspect',
  summary: 'Display detailed information on one or more images',
  usage: 'IMAGE [IMAGE...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {
    format: flag.string(inspectFormatHelp, { short: 'f' }),
    platform: flag.string('Inspect a specific platform of the multi-platform image. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
  },
  run: ({ context, args, flags: { platform, ...flags } }) =>
    inspectEach(context, args, (ref) => context.api.images.inspect(ref, { ...(platform !== undefined && { platform }) }), (found) => printInspect(context, found, flags.format)),
})

const rm = verb({
  name: 'rm',
  aliases: ['remove'],
  topLevel: 'rmi',
  summary: 'Remove one or more images',
  usage: 'IMAGE [IMAGE...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {
    force: flag.bool('Force removal of the image', { short: 'f' }),
    'no-prune': flag.bool('Do not delete untagged parents'),
    platform: flag.list('Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")', { valueName: 'strings' }),
  },
  run: ({ context, args, flags }) =>
    forEachArgument(
      context,
      args,
      async (ref) => {
        const items = await context.api.images.remove(ref, { force: flags.force, noprune: flags['no-prune'], platforms: flags.platform.flatMap((text) => text.split(',')) })
        for (const { Deleted: deleted, Untagged: untagged } of items) context.stdout.write(deleted ? `Deleted: ${deleted}\n` : `Untagged: ${untagged ?? ''}\n`)
      },
      { missing: flags.force ? 'told' : undefined },
    ),
})

const tag = verb({
  name: 'tag',
  topLevel: 'tag',
  summary: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
  usage: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  minArgs: 2,
  flags: {},
  async run({ context, args: [source = '', target = ''] }) {
    const { name, tag: wanted } = splitReference(target)
    await context.api.images.tag(source, name, wanted || 'latest')
  },
})

const pull = verb({
  name: 'pull',
  topLevel: 'pull',
  summary: 'Download an image from a registry',
  usage: 'NAME[:TAG|@DIGEST]',
  minArgs: 1,
  flags: {
    'all-tags': flag.bool('Download all tagged images in the repository', { short: 'a' }),
    'disable-content-trust': flag.bool('Skip image verification', { default: true }),
    platform: flag.string('Set platform if server is multi-platform capable'),
    quiet: flag.bool('Suppress verbose output', { short: 'q' }),
  },
  async run({ context, args: [reference = ''], flags }) {
    const { name, tag: wanted, digest } = namedReference(reference)
    const all = flags['all-tags']
    if (all && (wanted !== '' || digest !== '')) throw invalid("tag can't be used with --all-tags/-a")
    if (!all && !flags.quiet && wanted === '' && digest === '') context.stdout.write('Using default tag: latest\n')
    await pullImage(context, reference, { platform: flags.platform, quiet: flags.quiet, all, out: context.stdout })
    context.stdout.write(`${all ? name : familiarName(reference)}\n`)
  },
})

const prune = verb({
  name: 'prune',
  summary: 'Remove unused images',
  flags: { ...pruneFlags('until=<timestamp>'), all: flag.bool('Remove all unused images, not just dangling ones', { short: 'a' }) },
  async run({ context, flags }) {
    const question = flags.all
      ? 'WARNING! This will remove all images without at least one container associated to them.'
      : 'WARNING! This will remove all dangling images.'
    if (!flags.force && !(await confirmed(context, question))) return 0
    const filters = { ...pruneFilters(flags.filter), dangling: [String(!flags.all)] }
    const { ImagesDeleted: items, SpaceReclaimed: bytes } = await context.api.images.prune(filters)
    pruned(
      context,
      'Deleted Images',
      (items ?? []).map(({ Untagged: untagged, Deleted: deleted }) => (untagged ? `untagged: ${untagged}` : `deleted: ${deleted ?? ''}`)),
      bytes,
    )
    return 0
  },
})

export const image = noun('image', 'Manage images', [build, history, importVerb, inspect, load, ls, prune, pull, push, rm, save, tag])
