import { homedir } from 'node:os'
import { posix, resolve } from 'node:path'
import { invalid } from '../../base/errors.js'
import type { Mount } from '../../model/engine-api/container.js'
import { defined, Field } from './field.js'
import { scoped, stackLabels } from './names.js'

const longKeys = new Set(['type', 'source', 'target', 'read_only', 'consistency', 'bind', 'volume', 'tmpfs', 'image'])
const volumeKeys = new Set(['name', 'driver', 'driver_opts', 'external', 'labels'])
const propagations = ['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave'] as const

/** What the mounts of a service are made of. */
export interface VolumeScope {
  stack: string
  /** `volumes` of the file. */
  declared: Field
  folder: string
}

/** The mounts of a service's `volumes` and `tmpfs`. Throws `invalid` with the place. */
export function mountsOf(service: Field, scope: VolumeScope): Mount[] {
  const tmpfs = service.at('tmpfs').texts().map((text): Mount => {
    const [target = '', options = ''] = text.split(':')
    const size = /(?:^|,)size=([^,]+)/.exec(options)?.[1]
    return { Type: 'tmpfs', Target: target, ...(size !== undefined && { TmpfsOptions: { SizeBytes: new Field(size, `${service.path}.tmpfs`).bytes() ?? 0 } }) }
  })
  return [...service.at('volumes').items().map((item) => longMount(item.isMapping ? item : new Field(longVolume(item.text() ?? ''), item.path), scope)), ...tmpfs]
}

/** The long form of `[SOURCE:]TARGET[:MODE]`. Throws `invalid`. */
export function longVolume(text: string): Record<string, unknown> {
  const parts = text.split(':')
  if (parts.length > 3 || parts.some((part) => part === '')) throw invalid(`invalid spec: ${text}: too many colons, or an empty section between them`)
  const [source = '', target, mode = ''] = parts
  if (target === undefined) return { type: 'volume', target: source }
  const modes = mode.split(',')
  const common = { source, target, ...(modes.includes('ro') && { read_only: true }) }
  if (!isPath(source)) return { type: 'volume', ...common, ...(modes.includes('nocopy') && { volume: { nocopy: true } }) }
  const propagation = propagations.find((one) => modes.includes(one))
  return { type: 'bind', ...common, ...(propagation && { bind: { propagation } }) }
}

function longMount(item: Field, scope: VolumeScope): Mount {
  item.allow(longKeys)
  const type = item.at('type').oneOf(['bind', 'volume', 'tmpfs', 'image'] as const) ?? 'volume'
  const source = item.at('source').text()
  const target = item.at('target').text()
  if (target === undefined) throw invalid(`${item.path}.target is required`)
  const common: Mount = { Type: type, Target: target, ...defined({ ReadOnly: item.at('read_only').bool(), Consistency: item.at('consistency').text() }) }
  switch (type) {
    case 'bind': {
      if (source === undefined) throw invalid(`invalid bind source, source cannot be empty: ${item.path}`)
      const propagation = item.at('bind').at('propagation').oneOf(propagations)
      return { ...common, Source: localPath(source, scope.folder), ...(propagation && { BindOptions: { Propagation: propagation } }) }
    }
    case 'tmpfs': {
      const options = defined({ SizeBytes: item.at('tmpfs').at('size').bytes(), Mode: item.at('tmpfs').at('mode').mode() })
      if (source !== undefined) throw invalid(`invalid tmpfs source, source must be empty: ${item.path}`)
      return { ...common, ...(Object.keys(options).length > 0 && { TmpfsOptions: options }) }
    }
    case 'image':
      return { ...common, Source: source ?? '', ...(item.at('image').at('subpath').given && { ImageOptions: defined({ Subpath: item.at('image').at('subpath').text() }) }) }
    case 'volume': {
      const options = defined({ NoCopy: item.at('volume').at('nocopy').bool(), Subpath: item.at('volume').at('subpath').text() })
      if (source === undefined) return { ...common, ...(Object.keys(options).length > 0 && { VolumeOptions: options }) }
      return { ...common, ...namedVolume(source, scope, options) }
    }
  }
}

/** A volume by the name that the file gives it: one of the stack, or one that is there. */
function namedVolume(key: string, { stack, declared }: VolumeScope, options: NonNullable<Mount['VolumeOptions']>): Mount {
  const volume = declared.at(key)
  if (!declared.given || !declared.entries().some(([name]) => name === key)) throw invalid(`undefined volume "${key}"`)
  volume.allow(volumeKeys)
  const external = externalName(volume, key)
  if (external !== undefined) return { Source: external, ...(Object.keys(options).length > 0 && { VolumeOptions: options }) }
  const driver = volume.at('driver').text()
  const driverOptions = volume.at('driver_opts').labels()
  return {
    Source: volume.at('name').text() ?? scoped(stack, key),
    VolumeOptions: {
      ...options,
      Labels: stackLabels(stack, volume.at('labels').labels()),
      ...((driver !== undefined || Object.keys(driverOptions).length > 0) && { DriverConfig: { ...defined({ Name: driver }), Options: driverOptions } }),
    },
  }
}

/** The name of what is not the stack's own (`external: true`, or the older `external: {name}`); undefined for its own. */
export function externalName(thing: Field, key: string): string | undefined {
  const external = thing.at('external')
  if (external.isMapping) return external.at('name').text() ?? key
  return external.bool() === true ? (thing.at('name').text() ?? key) : undefined
}

function isPath(source: string): boolean {
  return /^[./~]/.test(source)
}

/** A path of the host; a relative one begins at a folder, `~` at the user's own. */
export function localPath(source: string, folder: string): string {
  const path = source.replace(/^~(?=\/|$)/, homedir())
  return posix.isAbsolute(path) ? path : resolve(folder, path)
}
