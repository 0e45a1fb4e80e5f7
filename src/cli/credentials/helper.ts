import { internal, messageOf, notFound } from '../../base/errors.js'
import { exec } from '../../sys/exec.js'

export interface HelperSecret {
  username: string
  secret: string
}

/** The user name that says that the secret is a token of the registry's and no password. */
export const tokenUser = '<token>'

const noCredentials = /credentials not found in native (?:keychain|store)/i

/**
 * A program `docker-credential-<name>` that keeps credentials: the verb is its argument, JSON goes in and out by
 * its standard streams (docker/docker-credential-helpers). Methods throw `internal` with what the program says.
 */
export class CredentialHelper {
  private readonly program: string

  constructor(
    name: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    // A name, never a path: it comes from a file that others may have written.
    if (!/^[A-Za-z0-9._-]+$/.test(name)) throw notFound(`${JSON.stringify(name)} is no name of a credential helper`)
    this.program = `docker-credential-${name}`
  }

  /** Undefined when the program has none for that registry. */
  async get(registry: string): Promise<HelperSecret | undefined> {
    const text = await this.call('get', registry, true)
    if (text === undefined) return undefined
    try {
      const { Username: username, Secret: secret } = JSON.parse(text) as { Username?: unknown; Secret?: unknown }
      if (typeof username === 'string' && typeof secret === 'string') return { username, secret }
    } catch (cause) {
      throw internal(`${this.program} does not answer with JSON: ${messageOf(cause)}`, cause)
    }
    throw internal(`${this.program} answers without a user name and a secret`)
  }

  async store(registry: string, { username, secret }: HelperSecret): Promise<void> {
    await this.call('store', JSON.stringify({ ServerURL: registry, Username: username, Secret: secret }), false)
  }

  async erase(registry: string): Promise<void> {
    await this.call('erase', registry, true)
  }

  private async call(verb: string, input: string, mayBeMissing: boolean): Promise<string | undefined> {
    const { code, signal, stdout, stderr } = await exec(this.program, [verb], { input, env: this.environment })
    if (code === 0) return stdout
    const said = `${stdout}\n${stderr}`.trim()
    if (mayBeMissing && noCredentials.test(said)) return undefined
    throw internal(`${this.program} ${verb} failed (${signal ?? `exit code ${String(code)}`}): ${said || 'it says nothing'}`)
  }
}
