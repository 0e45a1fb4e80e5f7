import { isIPv4 } from 'node:net'
import { invalid } from '../../../src/base/errors.js'
import { parseBool } from '../../../src/base/values.js'

/** The labels that Docker's bridge driver understands, read. */
export interface BridgeOptions {
  /** The bridge device. */
  device: string
  icc: boolean
  masquerade: boolean
  /** Host address for published ports that name none; undefined for the daemon's default. */
  hostIp: string | undefined
  mtu: number
  /** Prefix of interface names in containers. */
  containerPrefix: string
}

export const bridgeOption = {
  device: 'com.docker.network.bridge.name',
  icc: 'com.docker.network.bridge.enable_icc',
  masquerade: 'com.docker.network.bridge.enable_ip_masquerade',
  hostIp: 'com.docker.network.bridge.host_binding_ipv4',
  mtu: 'com.docker.network.driver.mtu',
  containerPrefix: 'com.docker.network.container_iface_prefix',
  defaultBridge: 'com.docker.network.bridge.default_bridge',
} as const

/** IFNAMSIZ less the zero byte. */
const deviceNameLengthMax = 15
const smallestMtu = 68

/** Reads the options of a bridge network; throws `invalid` naming the option. Options of other names are left alone. */
export function readBridgeOptions(id: string, options: Readonly<Record<string, string>>, defaultMtu: number): BridgeOptions {
  const device = options[bridgeOption.device] || `br-${id.slice(0, 12)}`
  if (!/^[a-zA-Z0-9_.-]+$/.test(device) || device.length > deviceNameLengthMax || device === '.' || device === '..') {
    throw invalid(`invalid bridge name "${device}": give 1 to ${deviceNameLengthMax} letters, digits, "-", "_" and "."`)
  }
  const containerPrefix = options[bridgeOption.containerPrefix] || 'eth'
  if (!/^[a-zA-Z][a-zA-Z0-9_-]{0,11}$/.test(containerPrefix)) throw invalid(`invalid ${bridgeOption.containerPrefix}: "${containerPrefix}"`)
  const hostIp = options[bridgeOption.hostIp] || undefined
  if (hostIp !== undefined && !isIPv4(hostIp)) throw invalid(`invalid ${bridgeOption.hostIp}: "${hostIp}" is not an IPv4 address`)
  const mtuText = options[bridgeOption.mtu]
  const mtu = mtuText === undefined || mtuText === '' || mtuText === '0' ? defaultMtu : Number(mtuText)
  if (!Number.isInteger(mtu) || mtu < smallestMtu || mtu > 65_535) throw invalid(`invalid ${bridgeOption.mtu}: "${String(mtuText)}"`)
  return {
    device,
    icc: readBoolean(options, bridgeOption.icc, true),
    masquerade: readBoolean(options, bridgeOption.masquerade, true),
    hostIp,
    mtu,
    containerPrefix,
  }
}

function readBoolean(options: Readonly<Record<string, string>>, name: string, otherwise: boolean): boolean {
  const text = options[name]
  if (text === undefined || text === '') return otherwise
  const value = parseBool(text)
  if (value === undefined) throw invalid(`invalid ${name}: "${text}" is neither true nor false`)
  return value
}
