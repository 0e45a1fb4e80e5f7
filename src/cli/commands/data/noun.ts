import { readFileSync } from 'node:fs'
import type { Config, Secret, SecretSpec } from '../../../model/engine-api/secret.js'
import { errnoOf, invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { noun, verb, type Noun } from '../../command.js'
import type { Context, InputStream } from '../../context.js'
import { forEachArgument, inspectEach } from '../../each.js'
import { filterValues, inspectFormatHelp, listFlags, printInspect, printListing, type Listing } from '../../formatter.js'
import { labelsOf } from '../../options/key-value.js'
import { naturalOrder } from '../../order.js'
import { ago } from '../../units.js'
import { labelsText } from '../container/ls.js'
import { prettyData } from './pretty.js'

type Kind = 'secret' | 'config'

/** The calls of one kind: secrets and configs differ in their names only. */
function clientOf({ api }: Context, kind: Kind) {
  return kind === 'secret' ? api.secrets : api.configs
}

function dataNoun(kind: Kind): Noun {
  const title = kind.replace(/^./, (letter) => letter.toUpperCase())
  const NAME = kind.toUpperCase()
  const create = verb({
    name: 'create',
    summary: kind === 'secret' ? 'Create a secret from a file or STDIN as content' : 'Create a config from a file or STDIN',
    usage: kind === 'secret' ? 'SECRET [file|-]' : 'CONFIG file|-',
    minArgs: kind === 'secret' ? 1 : 2,
    maxArgs: 2,
    flags: {
      label: flag.list(`${title} labels`, { short: 'l' }),
      'template-driver': flag.string('Template driver'),
      ...(kind === 'secret' && { driver: flag.string('Secret driver', { short: 'd' }) }),
    },
    async run({ context, args: [name = '', file], flags }) {
      const driver = 'driver' in flags && typeof flags.driver === 'string' ? flags.driver : undefined
      if (driver !== undefined && file !== undefined) throw invalid('when using secret driver secret data must be empty')
      const spec: SecretSpec = {
        Name: name,
        Labels: labelsOf(flags.label),
        ...(flags['template-driver'] !== undefined && { Templating: { Name: flags['template-driver'] } }),
        ...(driver === undefined ? { Data: await content(context.stdin, file, kind) } : { Driver: { Name: driver } }),
      }
      context.stdout.write(`${await clientOf(context, kind).create(spec)}\n`)
    },
  })
  const inspect = verb({
    name: 'inspect',
    summary: `Display detailed information on one or more ${kind}s`,
    usage: `${NAME} [${NAME}...]`,
    minArgs: 1,
    maxArgs: Infinity,
    flags: {
      format: flag.string(inspectFormatHelp, { short: 'f' }),
      pretty: flag.bool('Print the information in a human friendly format'),
    },
    async run({ context, args, flags }) {
      if (flags.pretty && flags.format !== undefined) throw invalid('--format is incompatible with human friendly format')
      const get = (ref: string): Promise<Secret | Config> => clientOf(context, kind).inspect(ref)
      return inspectEach(context, args, get, (found) => {
        if (flags.pretty) for (const object of found) context.stdout.write(prettyData(object, kind))
        else printInspect(context, found, flags.format)
      })
    },
  })
  const ls = verb({
    name: 'ls',
    aliases: ['list'],
    summary: `List ${kind}s`,
    flags: listFlags,
    async run({ context, flags }) {
      const objects: (Secret | Config)[] = await clientOf(context, kind).list(filterValues(flags.filter))
      objects.sort((a, b) => naturalOrder(a.Spec?.Name ?? '', b.Spec?.Name ?? ''))
      printListing(context, objects, listingOf(kind, context.clock.nowMs()), flags)
    },
  })
  const rm = verb({
    name: 'rm',
    aliases: ['remove'],
    summary: `Remove one or more ${kind}s`,
    usage: `${NAME} [${NAME}...]`,
    minArgs: 1,
    maxArgs: Infinity,
    flags: {},
    run: ({ context, args }) =>
      forEachArgument(context, args, async (ref) => {
        await clientOf(context, kind).remove(ref)
        return ref
      }),
  })
  return noun(kind, `Manage Swarm ${kind}s`, [create, inspect, ls, rm])
}

function listingOf(kind: Kind, nowMs: number): Listing<Secret | Config> {
  return {
    columns: {
      ID: { header: 'ID', value: ({ ID: id = '' }) => id },
      Name: { header: 'NAME', value: ({ Spec: spec }) => spec?.Name ?? '' },
      ...(kind === 'secret' && {
        Driver: { header: 'DRIVER', value: ({ Spec: spec }: Secret | Config) => (spec && 'Driver' in spec ? (spec.Driver?.Name ?? '') : '') },
      }),
      CreatedAt: { header: 'CREATED', value: ({ CreatedAt: at }) => ago(at, nowMs) },
      UpdatedAt: { header: 'UPDATED', value: ({ UpdatedAt: at }) => ago(at, nowMs) },
      Labels: { header: 'LABELS', value: ({ Spec: spec }) => labelsText(spec?.Labels ?? {}) },
    },
    table: kind === 'secret' ? ['ID', 'Name', 'Driver', 'CreatedAt', 'UpdatedAt'] : ['ID', 'Name', 'CreatedAt', 'UpdatedAt'],
    quiet: 'ID',
    methods: { Label: ({ Spec: spec }) => (name) => spec?.Labels?.[String(name)] ?? '' },
  }
}

/** The file, or standard input for `-`, in base 64. Without a file a secret is empty. */
async function content(stdin: InputStream, file: string | undefined, kind: Kind): Promise<string> {
  if (file === undefined) throw invalid(`give the ${kind}'s content as a file, or - for standard input`)
  if (file !== '-') {
    try {
      return readFileSync(file).toString('base64')
    } catch (thrown) {
      throw invalid(`error reading content from "${file}": open ${file}: ${errnoOf(thrown) === 'ENOENT' ? 'no such file or directory' : (errnoOf(thrown) ?? '')}`, thrown)
    }
  }
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('base64')
}

export const secret = dataNoun('secret')
export const config = dataNoun('config')
