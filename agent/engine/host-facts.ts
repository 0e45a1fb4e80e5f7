import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, release, totalmem } from 'node:os'
import { capabilitiesOfMask } from '../runtime/bundle/capabilities.js'
import type { HostFacts } from './context.js'

/** What this host is. */
export function readHostFacts(): HostFacts {
  return {
    arch: process.arch,
    kernel: release(),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    seccomp: existsSync('/proc/sys/kernel/seccomp'),
    capabilities: capabilitiesOfMask(/^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'),
  }
}
