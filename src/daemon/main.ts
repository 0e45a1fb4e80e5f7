import { messageOf } from '../base/errors.js'
import { flagHelp } from '../base/flag-help.js'
import { parseFlags, UsageError } from '../base/flags.js'
import { createLogger } from '../sys/logger.js'
import { loadConfig, type DaemonConfig } from './config.js'
import { daemonFlags } from './flags.js'
import { levelOf } from './log-level.js'
import { commit, version } from './version.js'

/** Parses the command line, starts the daemon, and stops it on SIGTERM or SIGINT. */
async function main(words: readonly string[]): Promise<number> {
  let config: DaemonConfig
  let loadAgain: () => DaemonConfig
  try {
    const { values, given, args, help } = parseFlags(daemonFlags, words, true)
    if (help) {
      process.stdout.write(`Usage:  skepd [OPTIONS]\n\nThe daemon of skep: runs containers on this host and takes part in a swarm.\n\nOptions:\n${flagHelp(daemonFlags)}`)
      return 0
    }
    if (values.version) {
      process.stdout.write(`skep version ${version}, build ${commit}\n`)
      return 0
    }
    if (args.length > 0) throw new UsageError(`"skepd" accepts no arguments: ${args.join(' ')}`)
    loadAgain = () => loadConfig(values, given)
    config = loadAgain()
    if (values.validate) {
      process.stdout.write('configuration OK\n')
      return 0
    }
  } catch (thrown) {
    process.stderr.write(`${messageOf(thrown)}\nSee 'skepd --help'.\n`)
    return thrown instanceof UsageError ? 125 : 1
  }
  // Containers read files that are made here, and others must not write them: whatever the daemon was started with.
  process.umask(0o022)
  const log = createLogger(levelOf(config))
  process.on('uncaughtException', (err) => {
    log.error('a defect: the daemon stops; containers go on', { err })
    process.exit(70)
  })
  process.on('unhandledRejection', (err) => log.error('a defect: a failure that nobody handled', { err }))

  // Neither ends the daemon when it comes before it can be obeyed.
  for (const signal of ['SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined)
  const stopping = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
  })
  // Loaded only now: `--help` and `--version` answer at once.
  const { startDaemon } = await import('./daemon.js')
  try {
    const daemon = await startDaemon(config, log, loadAgain)
    process.on('SIGHUP', () => daemon.reload())
    process.on('SIGUSR1', () => void daemon.dumpState().catch((err: unknown) => log.error('cannot write the state', { err })))
    log.info(`stopping on ${await stopping}; containers go on`)
    const late = setTimeout(() => {
      log.warn('the shutdown took too long and is cut short')
      process.exit(1)
    }, Math.max(1, config['shutdown-timeout']) * 1000)
    await daemon[Symbol.asyncDispose]()
    clearTimeout(late)
    return 0
  } catch (thrown) {
    log.error('skepd cannot run', { err: thrown })
    process.stderr.write(`skepd: ${messageOf(thrown)}\n`)
    return 1
  }
}

void main(process.argv.slice(2)).then((code) => process.exit(code))
