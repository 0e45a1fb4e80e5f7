import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { getSystemErrorMap } from 'node:util'
import { errnoOf, internal, messageOf } from '../../src/base/errors.js'
import { mount, MountFlag, unmountAll, type MountRequest } from '../kernel/mount.js'
import { addressOption, hideSecrets, isNetworkType, withAddress, withServer, serverOf, type VolumeMount } from './mount-options.js'

/** What mounting a volume takes of the host. */
export interface MountSystem {
  /** mount(2), at once. */
  mount(request: MountRequest): void
  /** mount(2) of what may wait for another host: nothing else waits with it. Rejects with the error's `code`. */
  mountAside(request: MountRequest): Promise<void>
  /** The address of a host, an IPv4 one where it has one. */
  lookup(host: string): Promise<string>
}

/** The host's own means; all on the calling thread. */
export const mountSystem: MountSystem = {
  mount,
  mountAside: async (request) => Promise.resolve(mount(request)),
  // Docker prefers IPv4 too: many file servers that have both listen on it alone.
  lookup: async (host) => (await lookup(host, { order: 'ipv4first' })).address,
}

/**
 * Mounts on `folder` what the options of a volume ask for. The kernel takes addresses alone for network file systems: names are looked
 * up each time, for they may lead elsewhere by now. A failure leaves nothing mounted. Throws `internal` with Docker's words, without
 * passwords.
 */
export async function mountVolume(wanted: VolumeMount, folder: string, system: MountSystem): Promise<void> {
  try {
    const { device, data } = await resolved(wanted, system)
    const { type, flags, propagation } = wanted
    const request: MountRequest = { source: device, target: folder, type, flags, ...(data !== '' && { data }) }
    try {
      if (isNetworkType(type)) await system.mountAside(request)
      else system.mount(request)
      try {
        // The kernel ignores all but "recursive" while it makes a bind mount.
        const also = flags & ~(MountFlag.bind | MountFlag.recursive)
        if ((flags & MountFlag.bind) !== 0 && also !== 0) system.mount({ source: 'none', target: folder, flags: MountFlag.bind | MountFlag.remount | also })
        if (propagation !== 0) system.mount({ source: 'none', target: folder, flags: propagation })
      } catch (thrown) {
        unmountAll(folder)
        throw thrown
      }
    } catch (thrown) {
      const shownFlags = flags === 0 ? '' : `, flags: 0x${flags.toString(16)}`
      const attempted = `mount ${device}:${folder}${shownFlags}${data === '' ? '' : `, data: ${data}`}`
      throw new Error(`failed to mount local volume: ${hideSecrets(attempted)}: ${reason(thrown)}${remedy(wanted, thrown)}`, { cause: thrown })
    }
  } catch (thrown) {
    throw internal(`error while mounting volume '${folder}': ${messageOf(thrown)}`, thrown)
  }
}

/** Device and options with addresses in place of names. */
async function resolved({ type, device, data }: VolumeMount, system: MountSystem): Promise<{ device: string; data: string }> {
  if (!isNetworkType(type)) return { device, data }
  const host = addressOption(data)
  if (host !== undefined) return { device, data: withAddress(data, await addressOf(host, system)) }
  const server = type === 'cifs' || type === 'smb3' ? serverOf(device) : undefined
  return { device: server === undefined ? device : withServer(device, await addressOf(server, system)), data }
}

async function addressOf(host: string, system: MountSystem): Promise<string> {
  if (isIP(host) !== 0) return host
  try {
    return await system.lookup(host)
  } catch (thrown) {
    const why = errnoOf(thrown) === 'ENOTFOUND' ? 'no such host' : messageOf(thrown)
    throw new Error(`error resolving passed in network volume address: lookup ${host}: ${why}`, { cause: thrown })
  }
}

/** The kernel's reason in the words of strerror(3). */
function reason(thrown: unknown): string {
  const code = errnoOf(thrown)
  for (const [name, text] of getSystemErrorMap().values()) if (name === code) return text
  return messageOf(thrown)
}

/** What the reason alone does not say. */
function remedy({ type, data, flags }: VolumeMount, thrown: unknown): string {
  const code = errnoOf(thrown)
  if (code === 'ENODEV' && (flags & MountFlag.bind) === 0) return ` (the kernel of this host knows no file system "${type}": load its module)`
  if (code === 'EINVAL' && type.startsWith('nfs') && addressOption(data) === undefined) return ' (the option o=addr=HOST is needed)'
  return ''
}
