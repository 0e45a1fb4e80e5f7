import type { FlagTable } from '../../base/flags.js'
import type { Noun, Verb } from '../command.js'

/** What can stand after some words of the command line. */
export interface Entry {
  /** `skep container ls`. */
  path: string
  commands: readonly { name: string; summary: string }[]
  flags: readonly { name: string; short: string | undefined; help: string; takesValue: boolean }[]
}

/** Every place of a command tree, the program itself first. */
export function entriesOf(program: string, commands: readonly (Verb | Noun)[], globals: FlagTable): Entry[] {
  return [entryOf(program, commands, globals), ...commands.flatMap((command) => below(program, command))]
}

function below(parent: string, command: Verb | Noun): Entry[] {
  return [command.name, ...command.aliases].flatMap((name) => {
    const path = `${parent} ${name}`
    if (command.kind === 'verb') return [entryOf(path, [], command.flags)]
    return [entryOf(path, command.commands, {}), ...command.commands.flatMap((one) => below(path, one))]
  })
}

function entryOf(path: string, commands: readonly (Verb | Noun)[], flags: FlagTable): Entry {
  return {
    path,
    commands: commands.filter((command) => !command.hidden).map(({ name, summary }) => ({ name, summary })),
    flags: [
      ...Object.entries(flags)
        .filter(([, flag]) => !flag.hidden)
        .map(([name, flag]) => ({ name, short: flag.short, help: flag.help.split('\n', 1)[0] ?? '', takesValue: flag.kind !== 'bool' })),
      { name: 'help', short: undefined, help: 'Print usage', takesValue: false },
    ],
  }
}
