import { topLevelVerbs, type Noun, type Verb } from './command.js'
import { container } from './commands/container/noun.js'
import { node } from './commands/node/noun.js'
import { service } from './commands/service/noun.js'
import { swarm } from './commands/swarm/noun.js'
import type { Section } from './program.js'

const management: Noun[] = [container]
const cluster: Noun[] = [node, service, swarm]
const shorthands: Verb[] = topLevelVerbs([...management, ...cluster])
/** What people start with, in the order they need it. */
const commonNames = ['run', 'exec', 'ps', 'pull', 'images', 'version', 'info']
const common = commonNames.flatMap((name) => shorthands.filter((verb) => verb.name === name))

export const sections: readonly Section[] = [
  { title: 'Common Commands', commands: common },
  { title: 'Management Commands', commands: management },
  { title: 'Swarm Commands', commands: cluster },
  { title: 'Commands', commands: shorthands.filter((verb) => !common.includes(verb)) },
]
