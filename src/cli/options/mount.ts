import { resolve } from 'node:path'
import { invalid } from '../../base/errors.js'
import type { Mount } from '../../model/engine-api/container.js'
import { parseBool, parseBytes } from '../../base/values.js'
import { csvFields } from './csv.js'

/** A `--mount` option: `type=bind,source=/a,target=/b,readonly`. */
export function parseMount(text: string): Mount {
  const mount: Mount = { Type: 'volume' }
  const volumeLabels: string[] = []
  const volumeOptions: string[] = []
  for (const { key, value, field } of csvFields(text)) {
    const need = (): string => {
      if (value === undefined) throw invalid(`invalid field '${field}' must be a key=value pair`)
      return value
    }
    const flagValue = (): boolean => {
      const given = parseBool(value ?? 'true')
      if (given === undefined) throw invalid(`invalid value for ${key}: ${value}`)
      return given
    }
    switch (key) {
      case 'type': {
        const type = need().toLowerCase()
        if (!['bind', 'volume', 'tmpfs', 'image', 'npipe', 'cluster'].includes(type)) throw invalid(`invalid mount type '${type}' (known: bind, volume, tmpfs, image)`)
        mount.Type = type as NonNullable<Mount['Type']>
        break
      }
      case 'source':
      case 'src':
        mount.Source = need()
        break
      case 'target':
      case 'dst':
      case 'destination':
        mount.Target = need()
        break
      case 'readonly':
      case 'ro':
        mount.ReadOnly = flagValue()
        break
      case 'consistency':
        mount.Consistency = need()
        break
      case 'bind-propagation':
        mount.BindOptions = { ...mount.BindOptions, Propagation: need() as 'rprivate' }
        break
      case 'bind-nonrecursive':
        mount.BindOptions = { ...mount.BindOptions, NonRecursive: flagValue() }
        break
      case 'bind-recursive': {
        const mode = need()
        if (mode === 'disabled') mount.BindOptions = { ...mount.BindOptions, NonRecursive: true }
        else if (mode === 'writable') mount.BindOptions = { ...mount.BindOptions, ReadOnlyNonRecursive: true }
        else if (mode === 'readonly') mount.BindOptions = { ...mount.BindOptions, ReadOnlyForceRecursive: true }
        else if (mode !== 'enabled') throw invalid(`invalid value for bind-recursive: ${mode} (must be "enabled", "disabled", "writable", or "readonly")`)
        break
      }
      case 'volume-nocopy':
        mount.VolumeOptions = { ...mount.VolumeOptions, NoCopy: flagValue() }
        break
      case 'volume-subpath':
        mount.VolumeOptions = { ...mount.VolumeOptions, Subpath: need() }
        break
      case 'volume-label':
        volumeLabels.push(need())
        break
      case 'volume-driver':
        mount.VolumeOptions = { ...mount.VolumeOptions, DriverConfig: { ...mount.VolumeOptions?.DriverConfig, Name: need() } }
        break
      case 'volume-opt':
        volumeOptions.push(need())
        break
      case 'tmpfs-size': {
        const size = parseBytes(need())
        if (size === undefined) throw invalid(`invalid value for ${key}: ${String(value)}`)
        mount.TmpfsOptions = { ...mount.TmpfsOptions, SizeBytes: size }
        break
      }
      case 'tmpfs-mode': {
        if (!/^[0-7]{1,4}$/.test(need())) throw invalid(`invalid value for ${key}: ${String(value)}`)
        mount.TmpfsOptions = { ...mount.TmpfsOptions, Mode: Number.parseInt(need(), 8) }
        break
      }
      case 'image-subpath':
        mount.ImageOptions = { Subpath: need() }
        break
      default:
        throw invalid(`unexpected key '${key}' in '${field}'`)
    }
  }
  if (!mount.Target) throw invalid('target is required')
  const pairs = (items: string[]): Record<string, string> =>
    Object.fromEntries(items.map((item) => [item.split('=', 1)[0] as string, item.includes('=') ? item.slice(item.indexOf('=') + 1) : '']))
  if (volumeLabels.length > 0) mount.VolumeOptions = { ...mount.VolumeOptions, Labels: pairs(volumeLabels) }
  if (volumeOptions.length > 0) {
    mount.VolumeOptions = { ...mount.VolumeOptions, DriverConfig: { ...mount.VolumeOptions?.DriverConfig, Options: pairs(volumeOptions) } }
  }
  if (mount.VolumeOptions && mount.Type !== 'volume') throw invalid(`cannot mix 'volume-*' options with mount type '${String(mount.Type)}'`)
  if (mount.BindOptions && mount.Type !== 'bind') throw invalid(`cannot mix 'bind-*' options with mount type '${String(mount.Type)}'`)
  if (mount.TmpfsOptions && mount.Type !== 'tmpfs') throw invalid(`cannot mix 'tmpfs-*' options with mount type '${String(mount.Type)}'`)
  if (mount.Type === 'bind' && mount.Source?.startsWith('.')) mount.Source = resolve(mount.Source)
  return mount
}
