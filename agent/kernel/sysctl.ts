import { readFileSync, writeFileSync } from 'node:fs'
import { errnoOf } from '../../src/base/errors.js'

/**
 * Kernel parameters by their names under /proc/sys, with slashes: `net/ipv4/ip_forward`. Interface names
 * may hold dots, so dotted names are not taken. Those under `net/` belong to the network namespace that
 * the thread is in.
 */

/** The value without the line end; undefined when the kernel has no such parameter. */
export function readSysctl(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trimEnd()
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

/** Writes only when the value differs: some parameters have side effects when written. */
export function writeSysctl(name: string, value: string): void {
  if (readSysctl(name) === value) return
  writeFileSync(`/proc/sys/${name}`, value)
}

/** Like `writeSysctl`; false when the kernel has no such parameter (IPv6 can be compiled out). */
export function writeSysctlIfPresent(name: string, value: string): boolean {
  const present = readSysctl(name)
  if (present === undefined) return false
  if (present !== value) writeFileSync(`/proc/sys/${name}`, value)
  return true
}
