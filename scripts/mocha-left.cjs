// A mocha process that does not end after its last test is told of and ended: it would hold up what comes after it.
// For `npx mocha` it is required (.mocharc.json), for run-suites.mjs the reporter calls it.
const { createHook } = require('node:async_hooks')
const { writeSync } = require('node:fs')

/** How long a process may take to end after its last test. */
const endMsDefault = 60_000
/** For so long it is looked what the process still does. */
const watchedMs = 3_000
const stacksMax = 5

/** To be called after the last test. `onLeft` is told, in a line, when the process has not ended in time; it ends with 1 then. */
function endInTime({ name = 'mocha', endMs = endMsDefault, onLeft = () => undefined } = {}) {
  // What keeps the process is not to be this.
  setTimeout(() => {
    const kept = counted(process.getActiveResourcesInfo())
    const handles = process._getActiveHandles().map(describe).filter(Boolean)
    const begun = watchBeginnings()
    setTimeout(() => {
      begun.hook.disable()
      const line = `its process did not end within ${endMs / 1000} s of its last test; it is kept by ${kept || 'nothing that Node.js knows'}`
      const stacks = [...begun.stacks].sort(([, a], [, b]) => b - a).slice(0, stacksMax)
      const more = [
        ...handles.map((handle) => `  ${handle}`),
        ...stacks.map(([stack, times]) => `  begun ${times} times within ${watchedMs / 1000} s: ${stack}`),
      ]
      writeSync(2, `\n${[`${name}: ${line}`, ...more].join('\n')}\n`)
      onLeft(line)
      end()
    }, watchedMs)
  }, endMs).unref()
}

/** Ends the process as failed, whatever mocha makes of it. */
function end() {
  // Mocha sets the exit code at the end, to the number of failed tests.
  process.once('exit', () => (process.exitCode = 1))
  process.exit(1)
}

/** Where timers, requests and the like are begun from now on: a loop is seen by what it begins anew. */
function watchBeginnings() {
  const stacks = new Map()
  const limit = 30
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE' || type === 'TickObject' || type === 'Microtask') return
      const before = Error.stackTraceLimit
      Error.stackTraceLimit = limit
      const all = String(new Error().stack).split('\n').slice(2).filter((line) => !/node:|mocha-left\.cjs/.test(line))
      Error.stackTraceLimit = before
      const own = all.filter((line) => !line.includes('node_modules'))
      const calls = own.some((line) => line.includes('/')) ? own : all
      const key = [type, ...calls.map((line) => `    ${line.trim()}`)].join('\n')
      if (calls.length > 0) stacks.set(key, (stacks.get(key) ?? 0) + 1)
    },
  })
  hook.enable()
  return { hook, stacks }
}

function describe(handle) {
  const kind = handle.constructor?.name ?? 'handle'
  if (handle === process.stdin || handle === process.stdout || handle === process.stderr) return ''
  if (handle.spawnargs) return `${kind}: process ${handle.pid}, ${handle.spawnargs.join(' ').slice(0, 200)}`
  if (kind.endsWith('Server')) return `${kind}: ${JSON.stringify(handle.address?.() ?? '')}`
  if (handle.remoteAddress) return `${kind}: ${handle.localAddress}:${handle.localPort} to ${handle.remoteAddress}:${handle.remotePort}`
  return `${kind}${handle._handle?.fd >= 0 ? `: descriptor ${handle._handle.fd}, ${linkOf(handle._handle.fd)}` : ''}`
}

function linkOf(fd) {
  try {
    return require('node:fs').readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return 'closed'
  }
}

/** `2 FSEventWrap, 1 Timeout`; the streams of the process itself are left out. */
function counted(names) {
  const counts = new Map()
  for (const name of names) if (name !== 'TTYWrap' && name !== 'Immediate') counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ')
}

module.exports = { endInTime, end, mochaGlobalTeardown: () => endInTime() }
