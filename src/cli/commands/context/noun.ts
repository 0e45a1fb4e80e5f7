import { invalid, notFound } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { noun, verb } from '../../command.js'
import { contextNameOf } from '../../contexts/endpoint.js'
import { checkName, defaultContextName } from '../../contexts/store.js'
import { forEachArgument } from '../../each.js'
import { inspectFormatHelp, listFormatHelp, printInspect, printListing, type Listing } from '../../formatter.js'
import { contextOf, defaultRow, endpointFlag, storeOf } from './stored.js'
import { exportContext, importContext } from './transfer.js'

interface Row {
  name: string
  description: string
  endpoint: string
  current: boolean
}

const listing: Listing<Row> = {
  columns: {
    Name: { header: 'NAME', value: ({ name, current }) => `${name}${current ? ' *' : ''}` },
    Description: { header: 'DESCRIPTION', value: ({ description }) => description },
    DockerEndpoint: { header: 'ENDPOINT', value: ({ endpoint }) => endpoint },
    Current: { header: 'CURRENT', value: ({ current }) => String(current) },
    Error: { header: 'ERROR', value: () => '' },
  },
  table: ['Name', 'Description', 'DockerEndpoint', 'Error'],
}

const ls = verb({
  name: 'ls',
  aliases: ['list'],
  summary: 'List contexts',
  flags: { format: flag.string(listFormatHelp), quiet: flag.bool('Only show context names', { short: 'q' }) },
  run({ context, flags }) {
    const current = contextNameOf(context.globals, context.environment)
    const contexts = [defaultRow(context), ...storeOf(context).list()]
    if (flags.quiet) for (const { name } of contexts) context.stdout.write(`${name}\n`)
    else {
      const rows = contexts.map(({ name, description, host }) => ({ name, description, endpoint: host, current: name === current }))
      printListing(context, rows, listing, flags)
    }
    return Promise.resolve()
  },
})

const description = flag.string('Description of the context')
const endpoint = flag.string('set the endpoint: host=tcp://myserver:2376,ca=~/ca.pem,cert=~/cert.pem,key=~/key.pem,skip-tls-verify=false', { valueName: 'stringToString' })

const create = verb({
  name: 'create',
  summary: 'Create a context',
  usage: 'CONTEXT',
  minArgs: 1,
  flags: {
    description,
    docker: endpoint,
    from: flag.string('create context from a named context'),
  },
  run({ context, args: [name = ''], flags }) {
    const store = storeOf(context)
    checkName(name)
    if (store.has(name)) throw invalid(`context "${name}" already exists`)
    if (flags.docker !== undefined && flags.from !== undefined) throw invalid('cannot use --docker flag when --from is set')
    const from = contextOf(context, flags.from ?? defaultContextName)
    const { host, tls } = flags.docker === undefined ? from : endpointFlag(flags.docker, context)
    store.save({ name, description: flags.description ?? (flags.from === undefined ? '' : from.description), host, ...(tls && { tls }) })
    context.stdout.write(`${name}\n`)
    context.stderr.write(`Successfully created context "${name}"\n`)
    return Promise.resolve()
  },
})

const update = verb({
  name: 'update',
  summary: 'Update a context',
  usage: 'CONTEXT',
  minArgs: 1,
  flags: { description, docker: endpoint },
  run({ context, args: [name = ''], flags }) {
    const store = storeOf(context)
    const before = store.get(name)
    const { tls, ...rest } = { ...before, ...(flags.docker === undefined ? {} : { tls: undefined, ...endpointFlag(flags.docker, context) }), name }
    store.save({ ...rest, description: flags.description ?? before.description, ...(tls && { tls }) })
    context.stdout.write(`${name}\n`)
    context.stderr.write(`Successfully updated context "${name}"\n`)
    return Promise.resolve()
  },
})

const inspect = verb({
  name: 'inspect',
  summary: 'Display detailed information on one or more contexts',
  usage: '[CONTEXT] [CONTEXT...]',
  maxArgs: Infinity,
  flags: { format: flag.string(inspectFormatHelp, { short: 'f' }) },
  run({ context, args, flags }) {
    const names = args.length > 0 ? args : [contextNameOf(context.globals, context.environment)]
    const found = names.map((name) => contextOf(context, name))
    const objects = found.map(({ name, description, host, tls }) => ({
      Name: name,
      Metadata: description === '' ? {} : { Description: description },
      Endpoints: { docker: { Host: host, SkipTLSVerify: tls?.skipVerify ?? false } },
      TLSMaterial: tls ? { docker: [tls.ca, tls.cert, tls.key].filter((path) => path !== undefined) } : {},
    }))
    printInspect(context, objects, flags.format)
    return Promise.resolve()
  },
})

const use = verb({
  name: 'use',
  summary: 'Set the current skep context',
  usage: 'CONTEXT',
  minArgs: 1,
  flags: {},
  run({ context, args: [name = ''] }) {
    const store = storeOf(context)
    if (name !== defaultContextName && !store.has(name)) throw notFound(`context "${name}" does not exist`)
    store.use(name)
    context.stdout.write(`${name}\n`)
    context.stderr.write(`Current context is now "${name}"\n`)
    const variable = ['SKEP_HOST', 'DOCKER_HOST'].find((one) => context.environment[one])
    if (variable && name !== defaultContextName) {
      context.stderr.write(`Warning: ${variable} environment variable overrides the active context. To use "${name}", either set the global --context flag, or unset ${variable} environment variable.\n`)
    }
    return Promise.resolve()
  },
})

const rm = verb({
  name: 'rm',
  aliases: ['remove'],
  summary: 'Remove one or more contexts',
  usage: 'CONTEXT [CONTEXT...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: { force: flag.bool('Force the removal of a context in use', { short: 'f' }) },
  run: ({ context, args, flags }) =>
    forEachArgument(context, args, (name) => {
      const store = storeOf(context)
      if (name === defaultContextName) throw invalid('context "default" cannot be removed')
      if (!store.has(name) && !flags.force) throw notFound(`context "${name}" does not exist`)
      const current = store.current() === name
      if (current && !flags.force) throw invalid(`context "${name}" is in use, set -f flag to force remove`)
      store.remove(name)
      if (current) store.use(defaultContextName)
      return Promise.resolve(name)
    }),
})

const show = verb({
  name: 'show',
  summary: 'Print the name of the current context',
  flags: {},
  run({ context }) {
    context.stdout.write(`${contextNameOf(context.globals, context.environment)}\n`)
    return Promise.resolve()
  },
})

export const context = noun('context', 'Manage contexts', [create, exportContext, importContext, inspect, ls, rm, show, update, use])
