import { isIP } from 'node:net'
import { invalid } from '../../base/errors.js'

/** `name=address` or `name:address`, an IPv6 address in brackets or without, or `host-gateway` for the host itself; gives `name:address`. */
export function extraHost(text: string): string {
  const at = text.includes('=') ? text.indexOf('=') : text.indexOf(':')
  const [name, value] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)]
  if (name === '') throw invalid(`bad format for add-host: ${JSON.stringify(text)}`)
  const address = value.replace(/^\[(.+)\]$/, '$1')
  if (address !== 'host-gateway' && isIP(address) === 0) throw invalid(`invalid IP address in add-host: ${JSON.stringify(address)}`)
  return `${name}:${address}`
}
