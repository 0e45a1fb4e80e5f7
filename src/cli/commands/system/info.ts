import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { contextNameOf } from '../../contexts/endpoint.js'
import { errorText } from '../../error-text.js'
import { inspectFormatHelp, printOne } from '../../formatter.js'
import type { SystemInfo } from '../../../model/engine-api/system.js'
import { version } from '../../version.js'
import { infoPage } from './info-page.js'

export const info = verb({
  name: 'info',
  topLevel: 'info',
  summary: 'Display system-wide information',
  flags: { format: flag.string(inspectFormatHelp, { short: 'f' }) },
  async run({ context, flags }) {
    const client = { Version: version, Context: contextNameOf(context.globals, context.environment), Debug: context.globals.debug }
    let server: SystemInfo | undefined
    let failure: unknown
    try {
      server = await context.api.system.info()
    } catch (thrown) {
      failure = thrown
    }
    printOne(context, { ...server, ClientInfo: client }, flags.format, () => infoPage(client, server))
    for (const warning of (flags.format === undefined && server?.Warnings) || []) context.stderr.write(`${warning}\n`)
    if (server) return 0
    context.stderr.write(`${errorText(failure)}\n`)
    return 1
  },
})
