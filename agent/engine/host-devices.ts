import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { errnoOf, invalid } from '../../src/base/errors.js'
import type { HostConfig } from '../../src/model/engine-api/container.js'
import type { ResolvedDevice } from '../runtime/bundle/devices.js'

/** Folders of /dev that every container has of its own. */
const ownFolders = new Set(['/dev/pts', '/dev/shm', '/dev/mqueue', '/dev/fd'])
const ownFiles = new Set(['/dev/console', '/dev/tty', '/dev/ptmx'])

/** The devices of `--device`, and all of the host's for privileged containers. Throws `invalid`. */
export function hostDevices(hostConfig: HostConfig): ResolvedDevice[] {
  const devices = hostConfig.Privileged ? devicesBelow('/dev', '/dev', 'rwm') : []
  for (const { PathOnHost = '', PathInContainer, CgroupPermissions } of hostConfig.Devices ?? []) {
    const target = PathInContainer || PathOnHost
    const permissions = CgroupPermissions || 'rwm'
    const one = deviceAt(PathOnHost, target, permissions)
    const found = one ? [one] : devicesBelow(PathOnHost, target, permissions)
    if (found.length === 0) {
      throw invalid(`error gathering device information while adding custom device "${PathOnHost}": not a device node`)
    }
    devices.push(...found)
  }
  return [...new Map(devices.map((device) => [device.path, device])).values()]
}

/** The numbers of a block device, for limits on its traffic. Throws `invalid`. */
export function blockDeviceNumbers(path: string): { major: number; minor: number } {
  const device = deviceAt(path, path, 'rw')
  if (!device) throw invalid(`${path} is not a device; give a block device such as /dev/sda`)
  return { major: device.major, minor: device.minor }
}

function deviceAt(path: string, target: string, permissions: string): ResolvedDevice | undefined {
  try {
    const info = statSync(path)
    const type = info.isCharacterDevice() ? 'c' : info.isBlockDevice() ? 'b' : undefined
    if (!type) return undefined
    return { path: target, type, ...deviceNumbers(info.rdev), mode: info.mode, uid: info.uid, gid: info.gid, permissions }
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
    throw invalid(`error gathering device information while adding custom device "${path}": no such file or directory`)
  }
}

function devicesBelow(folder: string, target: string, permissions: string): ResolvedDevice[] {
  let entries
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOTDIR' || errnoOf(thrown) === 'ENOENT') return []
    throw thrown
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (ownFolders.has(path) || ownFiles.has(path)) return []
    if (entry.isDirectory()) return devicesBelow(path, join(target, entry.name), permissions)
    if (!entry.isCharacterDevice() && !entry.isBlockDevice()) return []
    const device = deviceAt(path, join(target, entry.name), permissions)
    return device ? [device] : []
  })
}

/** Linux's encoding of device numbers in 64 bits, as glibc's `gnu_dev_major` reads it. */
function deviceNumbers(rdev: number): { major: number; minor: number } {
  const device = BigInt(rdev)
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn)
  return { major: Number(major), minor: Number(minor) }
}
