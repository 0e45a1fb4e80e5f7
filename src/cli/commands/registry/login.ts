import { ErrorKind, invalid, kindOf } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import type { AuthConfig } from '../../../model/engine-api/image.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { CredentialStore, hubKey, registryKey } from '../../credentials/store.js'
import { errorText } from '../../error-text.js'
import { prompt, secretFrom } from '../../prompt.js'

export const login = verb({
  name: 'login',
  summary: 'Authenticate to a registry',
  usage: '[SERVER]',
  maxArgs: 1,
  flags: {
    password: flag.string('Password or Personal Access Token (PAT)', { short: 'p' }),
    'password-stdin': flag.bool('Take the Password or Personal Access Token (PAT) from stdin'),
    username: flag.string('Username', { short: 'u' }),
  },
  async run({ context, args: [server = ''], flags }) {
    if (flags.password !== undefined && flags['password-stdin']) throw invalid('conflicting options: cannot specify both --password and --password-stdin')
    if (flags['password-stdin'] && !flags.username) throw invalid('the --password-stdin option requires --username to be set')
    if (flags.password !== undefined) context.stderr.write('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n')
    const password = flags['password-stdin'] ? await secretFrom(context, 'password') : flags.password
    const registry = registryKey(server)
    const store = new CredentialStore(context.environment)
    const known = flags.username === undefined && password === undefined ? await loggedInBefore(context, store, registry) : undefined
    if (known !== undefined) {
      context.stdout.write(`${known}\n`)
      return
    }
    const auth = await asked(context, store, registry, { username: flags.username, password })
    const { Status: status, IdentityToken: identitytoken } = await context.api.system.login(auth)
    await store.set(registry, { ...auth, ...(identitytoken && { identitytoken }) })
    if (store.helperName(registry) === undefined) {
      context.stderr.write(
        `\nWARNING! Your credentials are stored unencrypted in '${store.path}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n\n`,
      )
    }
    context.stdout.write(`${status ?? 'Login Succeeded'}\n`)
  },
})

/** Tries what is stored. Undefined when there is nothing, or when the registry will not have it. */
async function loggedInBefore(context: Context, store: CredentialStore, registry: string): Promise<string | undefined> {
  const auth = await store.get(registry)
  if (!auth.username && !auth.identitytoken) return undefined
  context.stdout.write(`Authenticating with existing credentials...${auth.username ? ` [Username: ${auth.username}]` : ''}\n`)
  try {
    const { Status: status } = await context.api.system.login({ ...auth, serveraddress: registry })
    return status ?? 'Login Succeeded'
  } catch (thrown) {
    if (kindOf(thrown) !== ErrorKind.unauthorized) throw thrown
    context.stderr.write(`Login did not succeed, error: ${errorText(thrown)}\n`)
    return undefined
  }
}

async function asked(
  context: Context,
  store: CredentialStore,
  registry: string,
  given: { username: string | undefined; password: string | undefined },
): Promise<AuthConfig> {
  let { username, password } = given
  if ((username === undefined || username === '' || password === undefined || password === '') && !context.stdin.isTTY) {
    throw invalid('Error: Cannot perform an interactive login from a non TTY device')
  }
  if (username === undefined || username === '') {
    if (registry === hubKey) context.stdout.write('Log in with your Docker ID or email address to push and pull images from Docker Hub.\n')
    const before = (await store.get(registry)).username ?? ''
    username = (await prompt(context, before === '' ? 'Username: ' : `Username (${before}): `, true)).trim() || before
    if (username === '') throw invalid('username is required')
  }
  if (password === undefined || password === '') {
    password = await prompt(context, 'Password: ', false)
    context.stdout.write('\n')
    if (password === '') throw invalid('password is required')
  }
  return { username, password, serveraddress: registry }
}
