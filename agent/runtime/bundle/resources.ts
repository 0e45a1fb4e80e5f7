import type { Resources } from '../../../src/model/engine-api/container.js'
import type { OciResources, OciThrottle } from './spec.js'

/** Period of CPU limits given as a number of CPUs, in microseconds. */
const cpuPeriodUs = 100_000
/** The largest figures that the kernel takes: -1 means no limit to clients, and crun hands it on to files that do not know it. */
const cpuQuotaMaxUs = 2 ** 44 - 1
const pidsLimitMax = 4_194_304

/** `stat` of a block device, for weights and throttles. Throws when it is none. */
export type DeviceNumbers = (path: string) => { major: number; minor: number }

/**
 * Limits as the runtime takes them, for both control group versions (it converts shares to weights
 * itself). Values are checked before; -1 means unlimited where the API has it so. Devices are apart.
 */
export function ociResources(resources: Resources, deviceNumbers: DeviceNumbers): OciResources {
  const memory: NonNullable<OciResources['memory']> = {}
  if (resources.Memory) memory.limit = resources.Memory
  if (resources.MemoryReservation) memory.reservation = resources.MemoryReservation
  if (resources.MemorySwap) memory.swap = Math.max(resources.MemorySwap, -1)
  // As Docker: a memory limit without a word on swap allows the same again as swap.
  else if (resources.Memory) memory.swap = resources.Memory * 2
  if (resources.MemorySwappiness !== undefined && resources.MemorySwappiness >= 0) memory.swappiness = resources.MemorySwappiness
  if (resources.OomKillDisable) memory.disableOOMKiller = true
  if (resources.KernelMemoryTCP) memory.kernelTCP = resources.KernelMemoryTCP

  const cpu: NonNullable<OciResources['cpu']> = {}
  if (resources.CpuShares) cpu.shares = resources.CpuShares
  if (resources.NanoCpus) {
    cpu.period = cpuPeriodUs
    cpu.quota = Math.round((resources.NanoCpus * cpuPeriodUs) / 1e9)
  }
  if (resources.CpuPeriod) cpu.period = resources.CpuPeriod
  if (resources.CpuQuota) cpu.quota = resources.CpuQuota > 0 ? resources.CpuQuota : cpuQuotaMaxUs
  if (resources.CpusetCpus) cpu.cpus = resources.CpusetCpus
  if (resources.CpusetMems) cpu.mems = resources.CpusetMems
  if (resources.CpuRealtimeRuntime) cpu.realtimeRuntime = resources.CpuRealtimeRuntime
  if (resources.CpuRealtimePeriod) cpu.realtimePeriod = resources.CpuRealtimePeriod

  const blockIO: NonNullable<OciResources['blockIO']> = {}
  if (resources.BlkioWeight) blockIO.weight = resources.BlkioWeight
  if (resources.BlkioWeightDevice?.length) {
    blockIO.weightDevice = resources.BlkioWeightDevice.map(({ Path = '', Weight = 0 }) => ({ ...deviceNumbers(Path), weight: Weight }))
  }
  const throttles = (devices: { Path?: string; Rate?: number }[] | undefined): OciThrottle[] | undefined =>
    devices?.length ? devices.map(({ Path = '', Rate = 0 }) => ({ ...deviceNumbers(Path), rate: Rate })) : undefined
  const throttled = {
    throttleReadBpsDevice: throttles(resources.BlkioDeviceReadBps),
    throttleWriteBpsDevice: throttles(resources.BlkioDeviceWriteBps),
    throttleReadIOPSDevice: throttles(resources.BlkioDeviceReadIOps),
    throttleWriteIOPSDevice: throttles(resources.BlkioDeviceWriteIOps),
  }
  for (const [key, value] of Object.entries(throttled)) if (value) Object.assign(blockIO, { [key]: value })

  return {
    ...(notEmpty(memory) && { memory }),
    ...(notEmpty(cpu) && { cpu }),
    ...(resources.PidsLimit && { pids: { limit: resources.PidsLimit > 0 ? resources.PidsLimit : pidsLimitMax } }),
    ...(notEmpty(blockIO) && { blockIO }),
  }
}

function notEmpty(object: object): boolean {
  return Object.keys(object).length > 0
}
