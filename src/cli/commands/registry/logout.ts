import { messageOf } from '../../../base/errors.js'
import { verb } from '../../command.js'
import { CredentialStore, registryKey } from '../../credentials/store.js'

export const logout = verb({
  name: 'logout',
  summary: 'Log out from a registry',
  usage: '[SERVER]',
  maxArgs: 1,
  flags: {},
  async run({ context, args: [server = ''] }) {
    const registry = registryKey(server)
    context.stdout.write(`Removing login credentials for ${registry}\n`)
    try {
      await new CredentialStore(context.environment).erase(registry)
    } catch (thrown) {
      context.stderr.write(`WARNING: could not erase credentials: ${messageOf(thrown)}\n`)
    }
  },
})
