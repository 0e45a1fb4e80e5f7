import { networkInterfaces } from 'node:os'
import type { SwarmInitOptions } from '../../api/swarm/backend.js'
import { resolveAdvertiseAddress, resolveDataPathAddress, resolveListenAddress } from './addresses.js'
import type { SwarmState } from './state-file.js'

/** The addresses of a node that is to be in a swarm, from its options and this host's interfaces. Throws `invalid` when there is none that can be meant. */
export function chooseAddresses(
  options: Pick<SwarmInitOptions, 'listenAddr' | 'advertiseAddr' | 'dataPathAddr'>,
  defaultAdvertiseAddress: string,
): SwarmState {
  const interfaces = networkInterfaces()
  const listenAddress = resolveListenAddress(options.listenAddr, interfaces)
  const wanted = options.advertiseAddr === '' ? defaultAdvertiseAddress : options.advertiseAddr
  const advertiseAddress = resolveAdvertiseAddress(wanted, listenAddress, interfaces)
  return {
    listenAddress,
    advertiseAddress,
    dataPathAddress: resolveDataPathAddress(options.dataPathAddr, advertiseAddress, listenAddress, interfaces),
    managers: [],
  }
}
