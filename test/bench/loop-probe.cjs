// Loaded into a daemon that is measured (`node --require`): SIGUSR2 writes the longest stall of its event loop since
// the last time to the file that LOOP_PROBE names, and begins anew. Beside the clock it looks at how long the thread
// was ready to run but had no processor (schedstat of proc(5)): on a busy machine that is not the daemon's doing.
const { closeSync, openSync, readSync, renameSync, writeFileSync } = require('node:fs')
const { isMainThread } = require('node:worker_threads')

const file = process.env.LOOP_PROBE
// Programs that the daemon starts are not measured.
delete process.env.NODE_OPTIONS
delete process.env.LOOP_PROBE
if (file !== undefined && isMainThread) {
  const periodMs = 2
  const text = Buffer.alloc(128)
  // How long the thread ran, and how long it was ready to.
  const times = () => {
    const fd = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
    try {
      const [ranNs, waitedNs] = text.toString('latin1', 0, readSync(fd, text, 0, text.length, 0)).split(' ')
      return { ranMs: Number(ranNs) / 1e6, waitedMs: Number(waitedNs) / 1e6 }
    } finally {
      closeSync(fd)
    }
  }
  let longest = { wallMs: 0, ownMs: 0, ranMs: 0 }
  let last = { atMs: performance.now(), ...times() }
  setInterval(() => {
    const now = { atMs: performance.now(), ...times() }
    const wallMs = now.atMs - last.atMs - periodMs
    const ownMs = wallMs - (now.waitedMs - last.waitedMs)
    longest = { wallMs: Math.max(longest.wallMs, wallMs), ownMs: Math.max(longest.ownMs, ownMs), ranMs: Math.max(longest.ranMs, now.ranMs - last.ranMs) }
    last = now
  }, periodMs).unref()
  process.on('SIGUSR2', () => {
    writeFileSync(`${file}.part`, JSON.stringify(longest))
    renameSync(`${file}.part`, file)
    longest = { wallMs: 0, ownMs: 0, ranMs: 0 }
  })
}
