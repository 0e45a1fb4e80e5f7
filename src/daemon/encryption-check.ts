import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import { release } from 'node:os'
import { exec } from '../sys/exec.js'
import { KernelWireguard } from '../../agent/kernel/wireguard-netlink.js'
import { findProgram, isExecutable } from '../../agent/runtime/programs.js'

export interface EncryptionCheckOptions {
  /** `--wireguard-path`; empty looks for wireguard-go. */
  wireguardPath: string
  environment: NodeJS.ProcessEnv
}

/** What is asked of the host. */
export interface EncryptionProbes {
  hasIpv6(): boolean
  /** The kernel has WireGuard now. */
  kernelHasWireguard(): boolean
  /** wireguard-go is there. */
  hasProgram(): Promise<boolean>
  hasTun(): boolean
  /** The kernel would load its module when asked for WireGuard. A program is started for the answer. */
  canLoadModule(): Promise<boolean>
  /** Is another one when the kernel's modules are others. */
  modulesStamp(): string
}

/** Tells whether this host can be on encrypted networks, as often as it is asked. */
export class EncryptionCheck {
  private loadable: { stamp: string; answer: boolean } | undefined

  constructor(private readonly probes: EncryptionProbes) {}

  /** Why the host cannot be on encrypted networks, and the remedy; undefined when it can. Makes nothing. */
  async problem(): Promise<string | undefined> {
    const { probes } = this
    if (!probes.hasIpv6()) return 'this kernel runs without IPv6, which is needed inside of tunnels: start it without ipv6.disable=1'
    if (probes.kernelHasWireguard()) return undefined
    const program = await probes.hasProgram()
    if (program && probes.hasTun()) return undefined
    // Loaded by the kernel when it is first asked for.
    if (await this.canLoad()) return undefined
    if (program) return '/dev/net/tun cannot be opened: load the kernel module tun'
    return 'neither the kernel has WireGuard nor is the program wireguard-go installed: install the package wireguard-go, or load the kernel module wireguard'
  }

  /** Asked again only when modules were installed or taken away. */
  private async canLoad(): Promise<boolean> {
    const stamp = this.probes.modulesStamp()
    if (this.loadable?.stamp !== stamp) this.loadable = { stamp, answer: await this.probes.canLoadModule() }
    return this.loadable.answer
  }
}

/** The check of this host. */
export function encryptionCheck({ wireguardPath, environment }: EncryptionCheckOptions): EncryptionCheck {
  return new EncryptionCheck({
    hasIpv6: () => existsSync('/proc/net/if_inet6'),
    kernelHasWireguard: () => {
      using kernel = KernelWireguard.open()
      return kernel !== undefined
    },
    hasProgram: async () => (wireguardPath !== '' ? isExecutable(wireguardPath) : (await findProgram('wireguard-go', environment)) !== undefined),
    hasTun: () => opens('/dev/net/tun'),
    canLoadModule: () => exec('modprobe', ['-n', '-q', 'wireguard']).then(({ code }) => code === 0, () => false),
    modulesStamp: () => String(statSync(`/lib/modules/${release()}/modules.dep`, { throwIfNoEntry: false })?.mtimeMs ?? ''),
  })
}

function opens(path: string): boolean {
  try {
    closeSync(openSync(path, 'r+'))
    return true
  } catch {
    return false
  }
}
