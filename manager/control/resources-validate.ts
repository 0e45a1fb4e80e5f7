import { invalid } from '../../src/base/errors.js'
import type { GenericResource, ResourceRequirements } from '../../src/model/resources.js'

const nanoCpusMin = 1_000_000
const memoryBytesMin = 4 * 1024 * 1024

/** Limits and reservations of a task; 0 stands for none. */
export function validateResources({ limits, reservations, swapBytes, memorySwappiness }: ResourceRequirements): void {
  if (limits) {
    validateAmounts(limits)
    if (!Number.isSafeInteger(limits.pids) || limits.pids < 0) throw invalid(`invalid pids limit ${limits.pids}: it must not be negative`)
  }
  if (reservations) {
    validateAmounts(reservations)
    reservations.generic.forEach(validateGeneric)
  }
  if (limits && reservations) {
    if (limits.nanoCpus > 0 && reservations.nanoCpus > limits.nanoCpus) {
      const [reserved, limit] = [cpus(reservations.nanoCpus), cpus(limits.nanoCpus)]
      throw invalid(`cpu reservation ${reserved} is more than the cpu limit ${limit}: raise the limit or reserve less`)
    }
    if (limits.memoryBytes > 0 && reservations.memoryBytes > limits.memoryBytes) {
      const [reserved, limit] = [reservations.memoryBytes, limits.memoryBytes]
      throw invalid(`memory reservation ${reserved} is more than the memory limit ${limit}: raise the limit or reserve less`)
    }
  }
  if (swapBytes !== undefined && swapBytes !== -1) {
    if (!Number.isSafeInteger(swapBytes) || swapBytes < 0) throw invalid(`invalid swap value ${swapBytes}: use -1 for no limit, or bytes`)
    if (swapBytes > 0 && !limits?.memoryBytes) throw invalid('a swap limit needs a memory limit: set one, or leave swap out')
  }
  if (memorySwappiness !== undefined && memorySwappiness !== -1 && !(memorySwappiness >= 0 && memorySwappiness <= 100)) {
    throw invalid(`invalid memory swappiness ${memorySwappiness}: it must be from 0 to 100`)
  }
}

function validateAmounts({ nanoCpus, memoryBytes }: { nanoCpus: number; memoryBytes: number }): void {
  if (nanoCpus !== 0 && (!Number.isSafeInteger(nanoCpus) || nanoCpus < nanoCpusMin)) {
    throw invalid(`invalid cpu value ${cpus(nanoCpus)}: Must be at least ${cpus(nanoCpusMin)}`)
  }
  if (memoryBytes !== 0 && (!Number.isSafeInteger(memoryBytes) || memoryBytes < memoryBytesMin)) {
    throw invalid(`invalid memory value ${memoryBytes}: Must be at least 4MiB`)
  }
}

function validateGeneric({ kind, value, count }: GenericResource): void {
  if (kind === '') throw invalid('invalid generic resource: its kind is missing, as in gpu=2')
  // Taken as Docker takes it, though which piece a task gets is for the node to say: it waits for a node that has some.
  if (value !== undefined) return
  if (count === undefined || !Number.isSafeInteger(count) || count < 0) {
    throw invalid(`invalid argument for resource ${kind}: ${String(count)} is not a number of it`)
  }
}

function cpus(nanoCpus: number): number {
  return nanoCpus / 1e9
}
