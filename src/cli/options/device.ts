import { invalid } from '../../base/errors.js'
import { parseBytes } from '../../base/values.js'
import type { HostConfig } from '../../model/engine-api/container.js'
import { csvFields } from './csv.js'

/** `/dev/sda[:/dev/xvda][:rwm]`. */
export function deviceMapping(text: string): { PathOnHost: string; PathInContainer: string; CgroupPermissions: string } {
  const [host = '', second, third] = text.split(':')
  if (text.split(':').length > 3 || host === '') throw invalid(`bad format for path: ${text}`)
  const isMode = (word: string | undefined): boolean => word !== undefined && /^[rwm]{1,3}$/.test(word)
  const inside = second === undefined || isMode(second) ? host : second
  const mode = third ?? (isMode(second) ? second : undefined) ?? 'rwm'
  if (!isMode(mode)) throw invalid(`bad mode specified: ${mode}`)
  return { PathOnHost: host, PathInContainer: inside, CgroupPermissions: mode }
}

/** `/dev/sda:300`, a weight between 10 and 1000, or 0. */
export function deviceWeight(text: string): { Path: string; Weight: number } {
  const { path, value } = deviceValue(text)
  const weight = /^\d{1,4}$/.test(value) ? Number(value) : -1
  if (weight !== 0 && (weight < 10 || weight > 1000)) throw invalid(`invalid weight for device: ${text}`)
  return { Path: path, Weight: weight }
}

/** `/dev/sda:1mb` for bytes a second, `/dev/sda:1000` for operations a second. */
export function deviceRate(text: string, bytes: boolean): { Path: string; Rate: number } {
  const { path, value } = deviceValue(text)
  const rate = bytes ? parseBytes(value) : /^\d{1,15}$/.test(value) ? Number(value) : undefined
  if (rate === undefined) {
    throw invalid(`invalid rate for device: ${text}. The correct format is <device-path>:<number>${bytes ? '[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb' : '. Number must be a positive integer'}`)
  }
  return { Path: path, Rate: rate }
}

/** `all`, a count, or `device=0,driver=nvidia,capabilities=compute,options=a=b`. */
export function gpuRequest(text: string): NonNullable<HostConfig['DeviceRequests']>[number] {
  const request = { Driver: '', Count: 0, DeviceIDs: [] as string[], Capabilities: [['gpu']], Options: {} as Record<string, string> }
  const count = (value: string): number => {
    if (value !== 'all' && !/^\d{1,9}$/.test(value)) throw invalid(`invalid count (${value}): value must be either "all" or an integer`)
    return value === 'all' ? -1 : Number(value)
  }
  let counted = false
  for (const { key, value, field } of csvFields(text)) {
    if (value === undefined || key === 'count') {
      request.Count = count(value ?? field)
      counted = true
    } else if (key === 'driver') request.Driver = value
    else if (key === 'device') request.DeviceIDs = value.split(',')
    else if (key === 'capabilities') request.Capabilities = [[...value.split(','), 'gpu']]
    else if (key === 'options') request.Options = Object.fromEntries(csvFields(value).map((option) => [option.key, option.value ?? '']))
    else throw invalid(`unexpected key '${key}' in '${field}'`)
  }
  if (!counted && request.DeviceIDs.length === 0) request.Count = 1
  return request
}

function deviceValue(text: string): { path: string; value: string } {
  const at = text.lastIndexOf(':')
  const path = at < 0 ? '' : text.slice(0, at)
  if (path === '') throw invalid(`bad format: ${text}`)
  if (!path.startsWith('/dev/')) throw invalid(`bad format for device path: ${text}`)
  return { path, value: text.slice(at + 1) }
}
