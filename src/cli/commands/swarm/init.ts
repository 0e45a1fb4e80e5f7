import { invalid } from '../../../base/errors.js'
import type { SwarmSpec } from '../../../model/engine-api/swarm.js'
import { verb } from '../../command.js'
import { flag } from '../../../base/flags.js'
import { applySwarmFlags, swarmSpecFlags } from './spec-flags.js'

const availabilities = ['active', 'pause', 'drain'] as const

/** `active`, `pause` or `drain`; throws `invalid` for anything else. */
export function availabilityOf(text: string): 'active' | 'pause' | 'drain' {
  const availability = availabilities.find((one) => one === text.toLowerCase())
  if (!availability) {
    throw invalid(`invalid availability "${text}", only active, pause and drain are supported`)
  }
  return availability
}

export const init = verb({
  name: 'init',
  summary: 'Initialize a swarm',
  flags: {
    ...swarmSpecFlags,
    'advertise-addr': flag.string('Advertised address (format: "<ip|interface>[:port]")'),
    availability: flag.string('Availability of the node ("active", "pause", "drain")', { default: 'active' }),
    'data-path-addr': flag.string('Address or interface to use for data path traffic (format: "<ip|interface>")'),
    'data-path-port': flag.int('Port number to use for data path traffic (1024 - 49151). If no value is set or is set to 0, the default port (4789) is used.', { valueName: 'uint32' }),
    'default-addr-pool': flag.list('default address pool in CIDR format', { valueName: 'ipNetSlice' }),
    'default-addr-pool-mask-length': flag.int('default address pool subnet mask length', { default: 24, valueName: 'uint32' }),
    'force-new-cluster': flag.bool('Force create a new cluster from current state'),
    'listen-addr': flag.string('Listen address (format: "<ip|interface>[:port]")', { default: '0.0.0.0:2377', valueName: 'node-addr' }),
  },
  async run({ context: { api, stdout }, flags, given }) {
    const spec: SwarmSpec = {}
    applySwarmFlags(spec, flags, given)
    const nodeId = await api.swarm.init({
      ListenAddr: flags['listen-addr'],
      AdvertiseAddr: flags['advertise-addr'] ?? '',
      DataPathAddr: flags['data-path-addr'] ?? '',
      DataPathPort: flags['data-path-port'] ?? 0,
      DefaultAddrPool: flags['default-addr-pool'].flatMap((pool) => pool.split(',')),
      SubnetSize: flags['default-addr-pool-mask-length'],
      ForceNewCluster: flags['force-new-cluster'],
      Availability: availabilityOf(flags.availability),
      AutoLockManagers: flags.autolock,
      Spec: spec,
    })
    stdout.write(`Swarm initialized: current node (${nodeId}) is now a manager.\n\n`)
    const [swarm, info] = await Promise.all([api.swarm.inspect(), api.system.info()])
    const address = info.Swarm?.RemoteManagers?.[0]?.Addr ?? ''
    stdout.write(
      `To add a worker to this swarm, run the following command:\n\n    skep swarm join --token ${swarm.JoinTokens?.Worker ?? ''} ${address}\n\n` +
        "To add a manager to this swarm, run 'skep swarm join-token manager' and follow the instructions.\n\n",
    )
    if (flags.autolock) {
      const key = await api.swarm.unlockKey()
      stdout.write(unlockKeyText(key))
    }
  },
})

/** What to do with an unlock key. */
export function unlockKeyText(key: string): string {
  return `To unlock a swarm manager after it restarts, run the \`skep swarm unlock\`\ncommand and provide the following key:\n\n    ${key}\n\nRemember to store this key in a password manager, since without it you\nwill not be able to restart the manager.\n`
}
