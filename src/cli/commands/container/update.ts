import { invalid } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { parseBytes } from '../../../base/values.js'
import { verb } from '../../command.js'
import { forEachArgument } from '../../each.js'
import { parseCpus } from '../../options/cpus.js'
import { restartPolicy } from './create-flags.js'

export const update = verb({
  name: 'update',
  topLevel: 'update',
  summary: 'Update configuration of one or more containers',
  usage: 'CONTAINER [CONTAINER...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {
    'blkio-weight': flag.int('Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)', { valueName: 'uint16' }),
    'cpu-period': flag.int('Limit CPU CFS (Completely Fair Scheduler) period'),
    'cpu-quota': flag.int('Limit CPU CFS (Completely Fair Scheduler) quota'),
    'cpu-rt-period': flag.int('Limit the CPU real-time period in microseconds'),
    'cpu-rt-runtime': flag.int('Limit the CPU real-time runtime in microseconds'),
    'cpu-shares': flag.int('CPU shares (relative weight)', { short: 'c' }),
    cpus: flag.string('Number of CPUs', { valueName: 'decimal' }),
    'cpuset-cpus': flag.string('CPUs in which to allow execution (0-3, 0,1)'),
    'cpuset-mems': flag.string('MEMs in which to allow execution (0-3, 0,1)'),
    memory: flag.bytes('Memory limit', { short: 'm' }),
    'memory-reservation': flag.bytes('Memory soft limit'),
    'memory-swap': flag.string('Swap limit equal to memory plus swap: -1 to enable unlimited swap', { valueName: 'bytes' }),
    'pids-limit': flag.int('Tune container pids limit (set -1 for unlimited)'),
    restart: flag.string('Restart policy to apply when a container exits'),
  },
  async run({ context, args, flags, given }) {
    if (given.size === 0) throw invalid('you must provide one or more flags when using this command')
    const swap = flags['memory-swap']
    const swapBytes = swap === undefined ? undefined : swap === '-1' ? -1 : parseBytes(swap)
    if (swap !== undefined && swapBytes === undefined) throw invalid(`invalid argument "${swap}" for "--memory-swap" flag: invalid size: '${swap}'`)
    const changes = {
      ...(flags['blkio-weight'] !== undefined && { BlkioWeight: flags['blkio-weight'] }),
      ...(flags['cpu-period'] !== undefined && { CpuPeriod: flags['cpu-period'] }),
      ...(flags['cpu-quota'] !== undefined && { CpuQuota: flags['cpu-quota'] }),
      ...(flags['cpu-rt-period'] !== undefined && { CpuRealtimePeriod: flags['cpu-rt-period'] }),
      ...(flags['cpu-rt-runtime'] !== undefined && { CpuRealtimeRuntime: flags['cpu-rt-runtime'] }),
      ...(flags['cpu-shares'] !== undefined && { CpuShares: flags['cpu-shares'] }),
      ...(flags.cpus !== undefined && { NanoCpus: parseCpus(flags.cpus) }),
      ...(flags['cpuset-cpus'] !== undefined && { CpusetCpus: flags['cpuset-cpus'] }),
      ...(flags['cpuset-mems'] !== undefined && { CpusetMems: flags['cpuset-mems'] }),
      ...(flags.memory !== undefined && { Memory: flags.memory }),
      ...(flags['memory-reservation'] !== undefined && { MemoryReservation: flags['memory-reservation'] }),
      ...(swapBytes !== undefined && { MemorySwap: swapBytes }),
      ...(flags['pids-limit'] !== undefined && { PidsLimit: flags['pids-limit'] }),
      ...(flags.restart !== undefined && { RestartPolicy: restartPolicy(flags.restart) }),
    }
    return forEachArgument(context, args, async (ref) => {
      const { Warnings: warnings } = await context.api.containers.update(ref, changes)
      for (const warning of warnings ?? []) context.stderr.write(`${warning}\n`)
      return ref
    })
  },
})
