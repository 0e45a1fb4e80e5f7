import { internal, invalid } from '../../src/base/errors.js'
import type { PluginConfig, PluginSettings } from '../../src/model/engine-api/plugin.js'

/** The settings that a configuration begins with. */
export function initialSettings({ Mounts, Env, Args, Linux }: PluginConfig): PluginSettings {
  return {
    Mounts: Mounts.map((one) => ({ ...one })),
    Env: Env.flatMap(({ Name, Value }) => (Value === undefined ? [] : [`${Name}=${Value}`])),
    Args: [...Args.Value],
    Devices: Linux.Devices.map((one) => ({ ...one })),
  }
}

/** One of `docker plugin set`: `name[.field]=value`. */
interface Setting {
  name: string
  /** Empty when it is not given. */
  field: string
  value: string
}

/**
 * The settings after `name[.field]=value` of `docker plugin set`: values of environment variables and arguments, sources of
 * mounts, paths of devices, where the configuration lets them be set. Throws `internal` with Docker's words.
 */
export function changedSettings(config: PluginConfig, before: PluginSettings, changes: readonly string[]): PluginSettings {
  const after = structuredClone(before)
  for (const change of changes.map(parseSetting)) apply(config, after, change)
  return after
}

function parseSetting(text: string): Setting {
  const equals = text.indexOf('=')
  if (text.includes('\0')) throw invalid('a setting of a plugin cannot have a NUL character')
  if (equals === 0) throw internal('invalid format, must be <name>[.<field>][=<value>]')
  const full = equals < 0 ? text : text.slice(0, equals)
  const dot = full.lastIndexOf('.')
  const value = equals < 0 ? '' : text.slice(equals + 1)
  return dot > 0 ? { name: full.slice(0, dot), field: full.slice(dot + 1), value } : { name: full, field: '', value }
}

function apply(config: PluginConfig, settings: PluginSettings, change: Setting): void {
  const { name, value } = change
  const env = config.Env.find((one) => one.Name === name)
  if (env) {
    checkSettable(change, env.Settable, 'value')
    const at = settings.Env.findIndex((one) => one.split('=', 1)[0] === name)
    settings.Env.splice(at < 0 ? settings.Env.length : at, at < 0 ? 0 : 1, `${name}=${value}`)
    return
  }
  const mount = config.Mounts.find((one) => one.Name === name)
  if (mount) {
    checkSettable(change, mount.Settable, 'source')
    if (mount.Source === undefined) throw internal('plugin config has no mount source')
    for (const one of settings.Mounts) if (one.Name === name) one.Source = value
    return
  }
  const device = config.Linux.Devices.find((one) => one.Name === name)
  if (device) {
    checkSettable(change, device.Settable, 'path')
    if (device.Path === undefined) throw internal('plugin config has no device path')
    for (const one of settings.Devices) if (one.Name === name) one.Path = value
    return
  }
  if (config.Args.Name !== name) throw internal(`setting "${name}" not found in the plugin configuration`)
  checkSettable(change, config.Args.Settable, 'value')
  settings.Args = value.split(' ')
}

/** `only` is the one field that such a thing has to be set. */
function checkSettable({ name, field }: Setting, settable: readonly string[], only: string): void {
  if (field === '' && settable.length > 1) throw internal('multiple fields are settable, one must be specified')
  const meant = field === '' ? (settable[0] ?? '') : field
  if (meant !== only || !settable.includes(meant)) throw internal(`"${name}${meant === '' ? '' : `.${meant}`}" is not settable`)
}

/** The settings of another version of a plugin: its own, with what was set by hand where that can be set there too. */
export function carriedSettings(before: PluginConfig, settings: PluginSettings, config: PluginConfig): PluginSettings {
  const initial = initialSettings(before)
  const changes = [
    ...settings.Env.filter((one) => !initial.Env.includes(one)),
    ...settings.Mounts.filter((one, i) => one.Source !== initial.Mounts[i]?.Source).map((one) => `${one.Name}.source=${one.Source ?? ''}`),
    ...settings.Devices.filter((one, i) => one.Path !== initial.Devices[i]?.Path).map((one) => `${one.Name}.path=${one.Path ?? ''}`),
    ...(settings.Args.join(' ') === initial.Args.join(' ') ? [] : [`${before.Args.Name}=${settings.Args.join(' ')}`]),
  ]
  return changes.reduce((carried, change) => {
    try {
      return changedSettings(config, carried, [change])
    } catch {
      // The new version has no such setting any more.
      return carried
    }
  }, initialSettings(config))
}
