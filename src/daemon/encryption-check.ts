import { closeSync, existsSync, openSync } from 'node:fs'
import { exec } from '../sys/exec.js'
import { KernelWireguard } from '../../agent/kernel/wireguard-netlink.js'
import { findProgram, isExecutable } from '../../agent/runtime/programs.js'

export interface EncryptionCheckOptions {
  /** `--wireguard-path`; empty looks for wireguard-go. */
  wireguardPath: string
  environment: NodeJS.ProcessEnv
}

/** Why this host cannot be on encrypted networks, and the remedy; undefined when it can. Makes nothing. */
export async function encryptionProblem(options: EncryptionCheckOptions): Promise<string | undefined> {
  if (!existsSync('/proc/net/if_inet6')) return 'this kernel runs without IPv6, which is needed inside of tunnels: start it without ipv6.disable=1'
  using kernel = KernelWireguard.open()
  if (kernel) return undefined
  const { wireguardPath, environment } = options
  const program = wireguardPath !== '' ? await isExecutable(wireguardPath) : (await findProgram('wireguard-go', environment)) !== undefined
  if (program && opens('/dev/net/tun')) return undefined
  // Loaded by the kernel when it is first asked for.
  const loadable = await exec('modprobe', ['-n', '-q', 'wireguard']).then(({ code }) => code === 0, () => false)
  if (loadable) return undefined
  if (program) return '/dev/net/tun cannot be opened: load the kernel module tun'
  return 'neither the kernel has WireGuard nor is the program wireguard-go installed: install the package wireguard-go, or load the kernel module wireguard'
}

function opens(path: string): boolean {
  try {
    closeSync(openSync(path, 'r+'))
    return true
  } catch {
    return false
  }
}
