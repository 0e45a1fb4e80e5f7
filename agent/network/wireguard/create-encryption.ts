import { dirname, join } from 'node:path'
import type { Clock } from '../../../src/base/clock.js'
import type { Logger } from '../../../src/base/log.js'
import type { HostKernel } from '../host-kernel.js'
import { Encryption } from './encryption.js'
import { HostTunnels } from './host-tunnels.js'

/** How packets of encrypted networks are carried. */
export interface EncryptionOptions {
  /** The file of this node's private keys. */
  keyFile: string
  /** The path of wireguard-go; undefined when it is not installed. */
  program: () => Promise<string | undefined>
  /** A key is used for so long. */
  rotationMs: number
  /** A folder that is empty after a reboot; `wireguard` beside the containers' namespaces when left out. */
  folder?: string
  /** Without an encrypted network for so long, encryption ends. */
  idleMs?: number
}

const defaultRotationMs = 12 * 3_600_000

/** A host's encryption; without options only by the kernel itself, with keys that a reboot ends. */
export function createEncryption(given: { kernel: HostKernel; clock: Clock; log: Logger; netnsDir: string }, options: EncryptionOptions | undefined): Encryption {
  const folder = options?.folder ?? join(dirname(given.netnsDir), 'wireguard')
  return new Encryption({
    tunnels: new HostTunnels({ kernel: given.kernel, clock: given.clock, folder, program: options?.program ?? (() => Promise.resolve(undefined)) }),
    clock: given.clock,
    log: given.log,
    keyFile: options?.keyFile ?? join(folder, 'keys.json'),
    rotationMs: options?.rotationMs ?? defaultRotationMs,
    ...(options?.idleMs !== undefined && { idleMs: options.idleMs }),
  })
}
