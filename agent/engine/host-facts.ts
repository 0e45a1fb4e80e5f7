import { existsSync } from 'node:fs'
import { availableParallelism, release, totalmem } from 'node:os'
import type { HostFacts } from './context.js'

/** What this host is. */
export function readHostFacts(): HostFacts {
  return {
    arch: process.arch,
    kernel: release(),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    seccomp: existsSync('/proc/sys/kernel/seccomp'),
  }
}
