import { topLevelVerbs, type Noun, type Verb } from './command.js'
import type { Section } from './program.js'
import { node } from './commands/node/noun.js'
import { service } from './commands/service/noun.js'
import { swarm } from './commands/swarm/noun.js'

const management: Noun[] = []
const cluster: Noun[] = [node, service, swarm]
const shorthands: Verb[] = topLevelVerbs([...management, ...cluster])

export const sections: readonly Section[] = [
  { title: 'Management Commands', commands: management },
  { title: 'Swarm Commands', commands: cluster },
  { title: 'Commands', commands: shorthands },
]
