import { verb } from '../../command.js'
import { flag } from '../../../base/flags.js'
import { availabilityOf } from './init.js'

export const join = verb({
  name: 'join',
  summary: 'Join a swarm as a node and/or manager',
  usage: 'HOST:PORT',
  minArgs: 1,
  flags: {
    'advertise-addr': flag.string('Advertised address (format: "<ip|interface>[:port]")'),
    availability: flag.string('Availability of the node ("active", "pause", "drain")', { default: 'active' }),
    'data-path-addr': flag.string('Address or interface to use for data path traffic (format: "<ip|interface>")'),
    'listen-addr': flag.string('Listen address (format: "<ip|interface>[:port]")', { default: '0.0.0.0:2377' }),
    token: flag.string('Token for entry into the swarm'),
  },
  async run({ context: { api, stdout }, args, flags }) {
    await api.swarm.join({
      ListenAddr: flags['listen-addr'],
      AdvertiseAddr: flags['advertise-addr'] ?? '',
      DataPathAddr: flags['data-path-addr'] ?? '',
      RemoteAddrs: args,
      JoinToken: flags.token ?? '',
      Availability: availabilityOf(flags.availability),
    })
    const info = await api.system.info()
    stdout.write(`This node joined a swarm as a ${info.Swarm?.ControlAvailable ? 'manager' : 'worker'}.\n`)
  },
})
