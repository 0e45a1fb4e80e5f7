// Loaded into a daemon that is measured (`node --require`): SIGUSR2 writes the longest stalls of its event loop since
// the last time to the file that LOOP_PROBE names, and begins anew. Beside the clock it looks at how long the thread
// ran, and how long it was ready to run but had no processor (schedstat of proc(5)): on a busy machine that is not
// the daemon's doing.
const { openSync, readSync, renameSync, writeFileSync } = require('node:fs')
const { isMainThread } = require('node:worker_threads')

const file = process.env.LOOP_PROBE
// Programs that the daemon starts are not measured.
delete process.env.NODE_OPTIONS
delete process.env.LOOP_PROBE
if (file !== undefined && isMainThread) {
  const periodMs = 2
  const text = Buffer.alloc(128)
  // Kept open: the probe is to cost the thread as little as it can.
  const fd = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
  // How long the thread ran, and how long it was ready to.
  const times = () => {
    const [ranNs, waitedNs] = text.toString('latin1', 0, readSync(fd, text, 0, text.length, 0)).split(' ')
    return { ranMs: Number(ranNs) / 1e6, waitedMs: Number(waitedNs) / 1e6 }
  }
  const none = { wallMs: 0, wallRanMs: 0, ownMs: 0, ranMs: 0 }
  let longest = none
  let last = { atMs: performance.now(), ...times() }
  setInterval(() => {
    const now = { atMs: performance.now(), ...times() }
    const wallMs = now.atMs - last.atMs - periodMs
    const ranMs = now.ranMs - last.ranMs
    const ownMs = wallMs - (now.waitedMs - last.waitedMs)
    if (wallMs > longest.wallMs) longest = { ...longest, wallMs, wallRanMs: ranMs }
    longest = { ...longest, ownMs: Math.max(longest.ownMs, ownMs), ranMs: Math.max(longest.ranMs, ranMs) }
    last = now
  }, periodMs).unref()
  process.on('SIGUSR2', () => {
    writeFileSync(`${file}.part`, JSON.stringify(longest))
    renameSync(`${file}.part`, file)
    longest = none
  })
}
