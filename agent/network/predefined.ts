import { StatusError } from '../../src/base/errors.js'
import { bridgeOption } from './bridge/bridge-options.js'
import type { NetworkOptions, NetworkSpec } from './types.js'
import { familyOf } from '../kernel/address-bytes.js'
import { addressText, addressNumber, parseSubnet, prefixText } from './subnet.js'

/** The networks that every host has, which users can neither make nor remove. */
export const predefinedNames: readonly string[] = ['bridge', 'host', 'none']

const defaultBridgeDevice = 'skep0'

/** The network by which containers of overlay networks reach the outside, and by which host ports reach them. */
export const gatewayNetworkName = 'skep_gwbridge'

export const gatewayNetworkSpec: NetworkSpec = {
  name: gatewayNetworkName,
  driver: 'bridge',
  options: {
    [bridgeOption.device]: 'sk-gwbridge',
    // Tasks reach one another by the networks they share, not by this one.
    [bridgeOption.icc]: 'false',
    [bridgeOption.masquerade]: 'true',
  },
}

/** The spec of the default network, from the daemon's options. */
export function defaultBridgeSpec(options: NetworkOptions): NetworkSpec {
  const config = []
  if (options.bip !== undefined) {
    const gateway = options.bip.split('/')[0] as string
    const subnet = parseSubnet(options.bip)
    if (addressNumber(gateway) === subnet.base) throw new StatusError('invalid', `invalid bip ${options.bip}: give the bridge's own address in its subnet`)
    config.push({
      subnet: prefixText(subnet),
      gateway: addressText(familyOf(gateway), addressNumber(gateway)),
      ...(options.fixedCidr !== undefined && { ipRange: options.fixedCidr }),
    })
  } else if (options.fixedCidr !== undefined) {
    config.push({ subnet: options.fixedCidr })
  }
  if (options.ipv6 && options.fixedCidrV6 !== undefined) config.push({ subnet: options.fixedCidrV6 })
  return {
    name: 'bridge',
    driver: 'bridge',
    enableIpv6: options.ipv6 ?? false,
    options: {
      [bridgeOption.defaultBridge]: 'true',
      [bridgeOption.device]: options.bridge ?? defaultBridgeDevice,
      [bridgeOption.icc]: String(options.icc ?? true),
      [bridgeOption.masquerade]: String(options.ipMasquerade ?? true),
      [bridgeOption.hostIp]: options.defaultHostIp ?? '0.0.0.0',
      [bridgeOption.mtu]: String(options.mtu ?? 1500),
    },
    ipam: { config },
  }
}
