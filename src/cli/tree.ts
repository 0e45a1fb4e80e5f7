import { topLevelVerbs, type Noun, type Verb } from './command.js'
import { builder } from './commands/builder/noun.js'
import { container } from './commands/container/noun.js'
import { context } from './commands/context/noun.js'
import { config, secret } from './commands/data/noun.js'
import { image } from './commands/image/noun.js'
import { network } from './commands/network/noun.js'
import { node } from './commands/node/noun.js'
import { plugin } from './commands/plugin/noun.js'
import { login } from './commands/registry/login.js'
import { logout } from './commands/registry/logout.js'
import { search } from './commands/registry/search.js'
import { service } from './commands/service/noun.js'
import { stack } from './commands/stack/noun.js'
import { swarm } from './commands/swarm/noun.js'
import { inspect } from './commands/system/inspect.js'
import { system } from './commands/system/noun.js'
import { version } from './commands/system/version.js'
import { volume } from './commands/volume/noun.js'
import { completion } from './completion/verb.js'
import type { Section } from './program.js'

const management: Noun[] = [builder, container, context, image, network, plugin, system, volume]
const cluster: Noun[] = [config, node, secret, service, stack, swarm]
const shorthands: Verb[] = [...topLevelVerbs([...management, ...cluster]), inspect, login, logout, search, version]
/** What people start with, in the order they need it. */
const commonNames = ['run', 'exec', 'ps', 'build', 'pull', 'push', 'images', 'login', 'logout', 'search', 'version', 'info']
const common = commonNames.flatMap((name) => shorthands.filter((verb) => verb.name === name))
const all = (): readonly (Verb | Noun)[] => sections.flatMap(({ commands }) => commands)

export const sections: readonly Section[] = [
  { title: 'Common Commands', commands: common },
  { title: 'Management Commands', commands: management },
  { title: 'Swarm Commands', commands: cluster },
  { title: 'Commands', commands: [...shorthands.filter((verb) => !common.includes(verb)), completion(all)] },
]
