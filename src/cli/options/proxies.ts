import { messageOf } from '../../base/errors.js'
import type { Context } from '../context.js'
import { DockerConfigFile } from '../credentials/config-file.js'

/**
 * What docker's `config.json` says of proxies for builds and containers, as `NAME=value`: each name in capitals and in small
 * letters, but for those that `given` (`NAME=value` or `NAME`) has. A file that cannot be read is told of and has none.
 */
export function proxySettings(context: Pick<Context, 'environment' | 'host' | 'stderr'>, given: readonly string[]): string[] {
  const names = new Set(given.map((item) => item.split('=', 1)[0]))
  try {
    return Object.entries(DockerConfigFile.read(context.environment).proxiesOf(() => context.host))
      .flatMap(([name, value]) => [[name, value] as const, [name.toLowerCase(), value] as const])
      .filter(([name]) => !names.has(name))
      .map(([name, value]) => `${name}=${value}`)
  } catch (thrown) {
    context.stderr.write(`WARNING: ${messageOf(thrown)}\n`)
    return []
  }
}
