import { createReadStream, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { ErrorKind, invalid, messageOf, StatusError } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import type { Context, InputStream } from '../../context.js'
import { splitReference } from '../../image-name.js'
import { showProgress } from '../../progress/image-progress.js'
import { refuseIrregular, writeArchiveFile } from '../../streams/archive-file.js'
import { writeAll } from '../../streams/write-all.js'

export const load = verb({
  name: 'load',
  topLevel: 'load',
  summary: 'Load an image from a tar archive or STDIN',
  flags: {
    input: flag.string('Read from tar archive file, instead of STDIN', { short: 'i' }),
    platform: flag.string('Load only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
    quiet: flag.bool('Suppress the load output', { short: 'q' }),
  },
  async run({ context, flags }) {
    if (flags.input === undefined && context.stdin.isTTY) throw invalid('requested load from stdin, but stdin is empty')
    const archive = flags.input === undefined ? context.stdin : fileStream(flags.input)
    const quiet = flags.quiet || !context.stdout.isTTY
    const progress = await context.api.images.load(archive, { quiet, ...(flags.platform !== undefined && { platform: flags.platform }) })
    await showProgress(progress, context.stdout)
  },
})

export const save = verb({
  name: 'save',
  topLevel: 'save',
  summary: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
  usage: 'IMAGE [IMAGE...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {
    output: flag.string('Write to a file, instead of STDOUT', { short: 'o' }),
    platform: flag.string('Save only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
  },
  async run({ context, args, flags }) {
    const options = { ...(flags.platform !== undefined && { platform: flags.platform }) }
    if (flags.output === undefined) {
      if (context.stdout.isTTY) throw invalid('cowardly refusing to save to a terminal. Use the -o flag or redirect')
      await writeAll(context.stdout, await context.api.images.save(args, options))
      return
    }
    refuseIrregular(flags.output, 'failed to save image')
    await writeArchiveFile(flags.output, await context.api.images.save(args, options))
  },
})

export const importVerb = verb({
  name: 'import',
  topLevel: 'import',
  summary: 'Import the contents from a tarball to create a filesystem image',
  usage: 'file|URL|- [REPOSITORY[:TAG]]',
  minArgs: 1,
  maxArgs: 2,
  flags: {
    change: flag.list('Apply Dockerfile instruction to the created image', { short: 'c' }),
    message: flag.string('Set commit message for imported image', { short: 'm' }),
    platform: flag.string('Set platform if server is multi-platform capable'),
  },
  async run({ context, args: [file = '', reference], flags }) {
    const { name, tag } = splitReference(reference ?? '')
    const progress = await context.api.images.import(await archiveAt(file, context), {
      ...(reference !== undefined && { repo: name, tag }),
      ...(flags.message !== undefined && { message: flags.message }),
      ...(flags.change.length > 0 && { changes: flags.change }),
      ...(flags.platform !== undefined && { platform: flags.platform }),
    })
    await showProgress(progress, context.stdout)
  },
})

/** A file, standard input for `-`, or what a web address leads to: fetched here, the daemon sees the archive only. */
async function archiveAt(place: string, { stdin, stdout, signal }: Context): Promise<Readable> {
  if (place === '-') return stdin
  if (!/^https?:\/\//.test(place)) return fileStream(place)
  stdout.write(`Downloading from ${place}\n`)
  const answer = await fetch(place, { signal }).catch((thrown: unknown) => {
    throw new StatusError(ErrorKind.unavailable, `${place}: ${messageOf(thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown)}`, { cause: thrown })
  })
  if (!answer.ok || !answer.body) throw new StatusError(ErrorKind.unavailable, `${place}: the server answered ${answer.status} ${answer.statusText}`)
  return Readable.fromWeb(answer.body)
}

/** Throws when the file cannot be opened, before anything is sent. */
function fileStream(path: string): InputStream {
  try {
    statSync(path)
  } catch (thrown) {
    throw invalid(`open ${path}: ${/ENOENT/.test(messageOf(thrown)) ? 'no such file or directory' : messageOf(thrown)}`, thrown)
  }
  return createReadStream(path)
}
