import { invalid } from '../../src/base/errors.js'
import type { PluginConfig, PluginDevice, PluginEnv, PluginMount } from '../../src/model/engine-api/plugin.js'

/** Of any list in a configuration: mounts, settings, words of the command line. */
const entriesMax = 1_000

/** What an interface type looks like: `docker.volumedriver/1.0`. */
const typePattern = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\/[A-Za-z0-9_.-]+$/
/** The socket is a file of the plugin's own folder, never a path. */
const socketPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/

/**
 * Reads a plugin's configuration (docs.docker.com, "Plugin Config Version 1 of Plugin V2"): what stands in the `config.json` of
 * `docker plugin create` and behind the media type `application/vnd.docker.plugin.v1+json`. Names of fields match in any case, as
 * people write them; unknown ones are left out. Throws `invalid` naming the field.
 */
export function parsePluginConfig(data: Uint8Array): PluginConfig {
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(data).toString('utf8'))
  } catch (cause) {
    throw invalid('the plugin configuration is not JSON', cause)
  }
  const top = new Fields(parsed, '')
  const wiring = top.object('Interface')
  const linux = top.object('Linux')
  const args = top.object('Args')
  const user = top.object('User')
  const rootfs = top.has('rootfs') ? top.object('rootfs') : undefined
  const socket = wiring.text('Socket')
  if (socket !== '' && !socketPattern.test(socket)) throw invalid(`the plugin configuration is wrong: Interface.Socket must be the name of a file, not ${JSON.stringify(socket)}`)
  const propagated = top.text('PropagatedMount')
  if (propagated !== '' && (!propagated.startsWith('/') || /(^|\/)\.\.?(\/|$)/.test(propagated) || /^\/+$/.test(propagated))) {
    throw invalid(`the plugin configuration is wrong: PropagatedMount must be an absolute path of a folder, not ${JSON.stringify(propagated)}`)
  }
  const version = top.text('DockerVersion')
  const scheme = wiring.text('ProtocolScheme')
  return {
    ...(version !== '' && { DockerVersion: version }),
    Description: top.text('Description'),
    Documentation: top.text('Documentation'),
    Interface: { ...(scheme !== '' && { ProtocolScheme: scheme }), Socket: socket, Types: wiring.texts('Types').map(checkedType) },
    Entrypoint: top.texts('Entrypoint'),
    WorkDir: top.text('WorkDir'),
    User: { ...user.count('UID'), ...user.count('GID') },
    Network: { Type: top.object('Network').text('Type') },
    Linux: {
      Capabilities: linux.texts('Capabilities'),
      AllowAllDevices: linux.flag('AllowAllDevices'),
      Devices: linux.objects('Devices').map((one): PluginDevice => ({ ...described(one), ...one.optional('Path') })),
    },
    PropagatedMount: propagated,
    IpcHost: top.flag('IpcHost'),
    PidHost: top.flag('PidHost'),
    Mounts: top.objects('Mounts').map((one): PluginMount => ({
      ...described(one),
      ...one.optional('Source'),
      Destination: one.text('Destination'),
      Type: one.text('Type'),
      Options: one.texts('Options'),
    })),
    Env: top.objects('Env').map((one): PluginEnv => ({ ...described(one), ...one.optional('Value') })),
    Args: { ...described(args), Value: args.texts('Value') },
    ...(rootfs && { rootfs: { type: rootfs.text('type'), diff_ids: rootfs.texts('diff_ids') } }),
  }
}

function described(one: Fields): { Name: string; Description: string; Settable: string[] } {
  return { Name: one.text('Name'), Description: one.text('Description'), Settable: one.texts('Settable') }
}

function checkedType(type: string): string {
  if (!typePattern.test(type)) throw invalid(`${JSON.stringify(type)} is not a plugin interface type`)
  return type
}

/** The parts of `docker.volumedriver/1.0`. */
export function interfaceType(type: string): { prefix: string; capability: string; version: string } {
  const [, prefix = '', capability = '', version = ''] = /^([^.]+)\.([^/]+)\/(.+)$/.exec(type) ?? []
  return { prefix, capability, version }
}

/** One object of the configuration, each field of it checked when it is read. */
class Fields {
  private readonly values = new Map<string, unknown>()

  constructor(
    value: unknown,
    private readonly path: string,
  ) {
    if (value === undefined || value === null) return
    if (typeof value !== 'object' || Array.isArray(value)) throw invalid(`the plugin configuration is wrong: ${path === '' ? 'it' : path} must be an object`)
    for (const [key, one] of Object.entries(value)) if (one !== null) this.values.set(key.toLowerCase(), one)
  }

  has(name: string): boolean {
    return this.values.has(name.toLowerCase())
  }

  text(name: string): string {
    const value = this.get(name)
    if (value === undefined) return ''
    if (typeof value !== 'string' || value.includes('\0')) throw this.wrong(name, 'a string')
    return value
  }

  /** The field when it is there; an empty string is there. */
  optional<K extends string>(name: K): { [key in K]?: string } {
    return this.has(name) ? ({ [name]: this.text(name) } as { [key in K]?: string }) : {}
  }

  flag(name: string): boolean {
    const value = this.get(name)
    if (value !== undefined && typeof value !== 'boolean') throw this.wrong(name, 'true or false')
    return value ?? false
  }

  count<K extends string>(name: K): { [key in K]?: number } {
    const value = this.get(name)
    if (value === undefined || value === 0) return {}
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw this.wrong(name, 'a number from 0')
    return { [name]: value } as { [key in K]?: number }
  }

  texts(name: string): string[] {
    return this.list(name).map((one) => {
      if (typeof one !== 'string' || one.includes('\0')) throw this.wrong(name, 'a list of strings')
      return one
    })
  }

  object(name: string): Fields {
    return new Fields(this.get(name), this.at(name))
  }

  objects(name: string): Fields[] {
    return this.list(name).map((one, index) => new Fields(one, `${this.at(name)}[${index}]`))
  }

  private list(name: string): unknown[] {
    const value = this.get(name)
    if (value === undefined) return []
    if (!Array.isArray(value)) throw this.wrong(name, 'a list')
    if (value.length > entriesMax) throw invalid(`the plugin configuration is wrong: ${this.at(name)} has more than ${entriesMax} entries`)
    return value
  }

  private get(name: string): unknown {
    return this.values.get(name.toLowerCase())
  }

  private at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }

  private wrong(name: string, expected: string): Error {
    return invalid(`the plugin configuration is wrong: ${this.at(name)} must be ${expected}`)
  }
}
