import type { FlagTable } from '../../base/flags.js'
import type { Noun, Verb } from '../command.js'

/** What can stand after some words of the command line. */
export interface Entry {
  /** `skep container ls`. */
  path: string
  commands: readonly { name: string; summary: string }[]
  /** The words of the command that lists what can be named here (`service ls …`); undefined where nothing can. */
  listing: string | undefined
  flags: readonly { name: string; short: string | undefined; help: string; takesValue: boolean }[]
}

/** Every place of a command tree, the program itself first. */
export function entriesOf(program: string, commands: readonly (Verb | Noun)[], globals: FlagTable): Entry[] {
  return [entryOf(program, commands, globals), ...commands.flatMap((command) => below(program, command))]
}

function below(parent: string, command: Verb | Noun): Entry[] {
  return [command.name, ...command.aliases].flatMap((name) => {
    const path = `${parent} ${name}`
    if (command.kind === 'verb') return [entryOf(path, [], command.flags, listingOf(command))]
    return [entryOf(path, command.commands, {}), ...command.commands.flatMap((one) => below(path, one))]
  })
}

/** The commands that list the things which usage lines name. */
const listings: Readonly<Record<string, string>> = {
  CONFIG: 'config ls --format {{.Name}}',
  CONTAINER: 'ps -a --format {{.Names}}',
  CONTEXT: 'context ls -q',
  IMAGE: 'images --format {{.Repository}}:{{.Tag}}',
  NETWORK: 'network ls --format {{.Name}}',
  NODE: 'node ls --format {{.Hostname}}',
  SECRET: 'secret ls --format {{.Name}}',
  SERVICE: 'service ls --format {{.Name}}',
  STACK: 'stack ls --format {{.Name}}',
  VOLUME: 'volume ls -q',
}

/** What the first argument of a verb names. What `create` names is not there yet. */
function listingOf({ name, usage }: Verb): string | undefined {
  const thing = /^\[?(?:self\|)?(?:SOURCE_)?([A-Z]+)(?![A-Z_:=])/.exec(usage)?.[1]
  return thing === undefined || (name === 'create' && thing !== 'IMAGE') ? undefined : listings[thing]
}

function entryOf(path: string, commands: readonly (Verb | Noun)[], flags: FlagTable, listing?: string): Entry {
  return {
    path,
    listing,
    commands: commands.filter((command) => !command.hidden).map(({ name, summary }) => ({ name, summary })),
    flags: [
      ...Object.entries(flags)
        .filter(([, flag]) => !flag.hidden)
        .map(([name, flag]) => ({ name, short: flag.short, help: flag.help.split('\n', 1)[0] ?? '', takesValue: flag.kind !== 'bool' })),
      { name: 'help', short: undefined, help: 'Print usage', takesValue: false },
    ],
  }
}
