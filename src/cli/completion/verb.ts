import { invalid } from '../../base/errors.js'
import { verb, type Noun, type Verb } from '../command.js'
import { globalFlags } from '../contexts/endpoint.js'
import { entriesOf } from './entries.js'
import { bashScript, fishScript, zshScript } from './scripts.js'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

/** `skep completion`, made from the commands that it completes. */
export function completion(commands: () => readonly (Verb | Noun)[]): Verb {
  return verb({
    name: 'completion',
    summary: 'Generate the completion script for a shell',
    usage: 'bash|zsh|fish',
    minArgs: 1,
    flags: {},
    run({ context, args: [shell = ''] }) {
      const script = Object.entries(scripts).find(([name]) => name === shell)?.[1]
      if (!script) throw invalid(`no completion for "${shell}": bash, zsh and fish are known`)
      context.stdout.write(script(entriesOf('skep', commands(), globalFlags)))
      return Promise.resolve()
    },
  })
}
