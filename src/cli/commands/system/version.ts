import { flag } from '../../../base/flags.js'
import type { SystemVersion } from '../../../model/engine-api/system.js'
import { clientApiVersion } from '../../../client/client.js'
import { verb } from '../../command.js'
import { contextNameOf } from '../../contexts/endpoint.js'
import { errorText } from '../../error-text.js'
import { inspectFormatHelp, printOne } from '../../formatter.js'
import { commit, version as ownVersion } from '../../version.js'

export const version = verb({
  name: 'version',
  summary: 'Show the skep version information',
  flags: { format: flag.string(inspectFormatHelp, { short: 'f' }) },
  async run({ context, flags }) {
    const client = {
      Version: ownVersion,
      ApiVersion: clientApiVersion,
      DefaultAPIVersion: clientApiVersion,
      GitCommit: commit,
      NodeVersion: process.version,
      Os: process.platform,
      Arch: process.arch === 'x64' ? 'amd64' : process.arch,
      Context: contextNameOf(context.globals, context.environment),
    }
    let server: SystemVersion | undefined
    let failure: unknown
    try {
      server = await context.api.system.version()
    } catch (thrown) {
      failure = thrown
    }
    printOne(context, { Client: client, Server: server ?? null }, flags.format, () => clientPage(client) + (server ? serverPage(server) : ''))
    if (server) return 0
    context.stderr.write(`${errorText(failure)}\n`)
    return 1
  },
})

function rows(indent: string, width: number, entries: readonly (readonly [string, string])[]): string {
  return entries.map(([name, value]) => `${indent}${`${name}:`.padEnd(width)}${value}\n`).join('')
}

function clientPage(client: { Version: string; ApiVersion: string; NodeVersion: string; GitCommit: string; Os: string; Arch: string; Context: string }): string {
  return `Client:\n${rows(' ', 19, [
    ['Version', client.Version],
    ['API version', client.ApiVersion],
    ['Node version', client.NodeVersion],
    ['Git commit', client.GitCommit],
    ['OS/Arch', `${client.Os}/${client.Arch}`],
    ['Context', client.Context],
  ])}`
}

function serverPage(server: SystemVersion): string {
  const [, ...others] = server.Components ?? []
  let page = `\nServer: ${server.Platform?.Name ?? ''}\n Engine:\n${rows('  ', 18, [
    ['Version', server.Version ?? ''],
    ['API version', `${server.ApiVersion ?? ''} (minimum version ${server.MinAPIVersion ?? ''})`],
    ['Git commit', server.GitCommit ?? ''],
    ['OS/Arch', `${server.Os ?? ''}/${server.Arch ?? ''}`],
    ['Kernel version', server.KernelVersion ?? ''],
    ['Experimental', String(server.Experimental ?? false)],
  ])}`
  for (const { Name: name = '', Version: version = '', Details: details } of others) {
    const entries = Object.entries(details ?? {}).map(([key, value]) => [key, String(value)] as const)
    page += ` ${name}:\n${rows('  ', 18, [['Version', version], ...entries])}`
  }
  return page
}
