// Loaded into a daemon that is measured (`node --require`): SIGUSR2 writes the longest stall of its event loop since
// the last time to the file that LOOP_PROBE names, and begins anew.
const { renameSync, writeFileSync } = require('node:fs')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { isMainThread } = require('node:worker_threads')

const file = process.env.LOOP_PROBE
// Programs that the daemon starts are not measured.
delete process.env.NODE_OPTIONS
delete process.env.LOOP_PROBE
if (file !== undefined && isMainThread) {
  const resolutionMs = 2
  const delays = monitorEventLoopDelay({ resolution: resolutionMs })
  delays.enable()
  process.on('SIGUSR2', () => {
    const [maxMs, p99Ms] = [delays.max, delays.percentile(99)].map((ns) => ns / 1e6 - resolutionMs)
    delays.reset()
    writeFileSync(`${file}.part`, JSON.stringify({ maxMs, p99Ms }))
    renameSync(`${file}.part`, file)
  })
}
