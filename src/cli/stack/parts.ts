import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { invalid, messageOf } from '../../base/errors.js'
import type { NetworkCreate } from '../../client/networks.js'
import type { ConfigSpec, SecretSpec } from '../../model/engine-api/secret.js'
import { defined, type Field } from './field.js'
import { scoped, stackLabels } from './names.js'
import { externalName } from './volumes.js'

const networkKeys = new Set(['name', 'driver', 'driver_opts', 'ipam', 'external', 'internal', 'attachable', 'labels', 'enable_ipv4', 'enable_ipv6'])
const dataKeys = new Set(['name', 'file', 'environment', 'content', 'external', 'labels', 'driver', 'driver_opts', 'template_driver'])

/** The networks of a stack. */
export interface StackNetworks {
  /** To be made, where they are not there. */
  own: NetworkCreate[]
  /** Names of those that must be there. */
  external: string[]
  /** What each is called in the cluster, by its key in the file. */
  nameOf: ReadonlyMap<string, string>
}

/** The networks that services use: those of the file, and `default` where a service names none. Throws `invalid`. */
export function networksOf(root: Field, stack: string, used: ReadonlySet<string>): StackNetworks {
  const own: NetworkCreate[] = []
  const external: string[] = []
  const nameOf = new Map<string, string>()
  const declared = new Map(root.at('networks').entries())
  for (const key of [...new Set([...used].filter((name) => name === 'default' || declared.has(name)))].sort()) {
    const network = declared.get(key) ?? root.at('networks').at(key)
    network.allow(networkKeys)
    const there = externalName(network, key)
    nameOf.set(key, there ?? network.at('name').text() ?? scoped(stack, key))
    if (there !== undefined) external.push(there)
    else own.push(ownNetwork(network, nameOf.get(key) ?? key, stack))
  }
  return { own, external, nameOf }
}

function ownNetwork(network: Field, name: string, stack: string): NetworkCreate {
  const ipam = network.at('ipam')
  const config = ipam.at('config').items().map((item) =>
    defined({
      Subnet: item.at('subnet').text(),
      IPRange: item.at('ip_range').text(),
      Gateway: item.at('gateway').text(),
      AuxiliaryAddresses: item.at('aux_addresses').given ? item.at('aux_addresses').labels() : undefined,
    }),
  )
  return {
    Name: name,
    Driver: network.at('driver').text() ?? 'overlay',
    Labels: stackLabels(stack, network.at('labels').labels()),
    ...defined({ Internal: network.at('internal').bool(), Attachable: network.at('attachable').bool(), EnableIPv4: network.at('enable_ipv4').bool(), EnableIPv6: network.at('enable_ipv6').bool() }),
    ...(network.at('driver_opts').given && { Options: network.at('driver_opts').labels() }),
    ...(ipam.given && { IPAM: { ...defined({ Driver: ipam.at('driver').text() }), ...(config.length > 0 && { Config: config }) } }),
  }
}

/** Secrets or configs of a stack. */
export interface StackData {
  own: (SecretSpec & ConfigSpec)[]
  nameOf: ReadonlyMap<string, string>
}

/** The file's `secrets` or `configs` with their content. Throws `invalid` for a file that cannot be read. */
export function dataOf(root: Field, kind: 'secrets' | 'configs', stack: string, folder: string, environment: Readonly<Record<string, string | undefined>>): StackData {
  const own: StackData['own'] = []
  const nameOf = new Map<string, string>()
  for (const [key, data] of root.at(kind).entries()) {
    data.allow(dataKeys)
    const external = externalName(data, key)
    const name = external ?? data.at('name').text() ?? scoped(stack, key)
    nameOf.set(key, name)
    if (external !== undefined) continue
    const driver = data.at('driver').text()
    const template = data.at('template_driver').text()
    own.push({
      Name: name,
      Labels: stackLabels(stack, data.at('labels').labels()),
      ...(template !== undefined && { Templating: { Name: template } }),
      ...(driver === undefined ? { Data: content(data, folder, environment).toString('base64') } : { Driver: { Name: driver, Options: data.at('driver_opts').labels() } }),
    })
  }
  return { own, nameOf }
}

function content(data: Field, folder: string, environment: Readonly<Record<string, string | undefined>>): Buffer {
  const file = data.at('file').text()
  const variable = data.at('environment').text()
  const text = data.at('content').text()
  if (text !== undefined) return Buffer.from(text)
  if (variable !== undefined) {
    const value = environment[variable]
    if (value === undefined) throw invalid(`${data.path}: environment variable ${JSON.stringify(variable)} is not set`)
    return Buffer.from(value)
  }
  if (file === undefined) throw invalid(`${data.path}: give a file, or "external: true" for one that is there`)
  try {
    return readFileSync(resolve(folder, file))
  } catch (thrown) {
    throw invalid(`${data.path}: ${messageOf(thrown)}`, thrown)
  }
}
