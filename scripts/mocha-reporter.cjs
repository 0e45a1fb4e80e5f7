// Mocha's `spec` output for people, and the counts as JSON for run-suites.mjs. A suite that takes too long is broken off, a process
// that does not end is ended: both count as a failure, with what was under way.
const { writeFileSync, writeSync } = require('node:fs')
const Mocha = require('mocha')
const { end, endInTime } = require('./mocha-left.cjs')

module.exports = class extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const { output, name, endMs, maxMs, graceMs } = options.reporterOption
    const failed = []
    const more = []
    const write = () => {
      const { passes, failures, pending } = runner.stats
      writeFileSync(output, JSON.stringify({ passes, failures: failures + more.length, pending, failed: [...failed, ...more] }))
    }
    const underWay = () => runner.currentRunnable?.fullTitle() ?? 'no test'
    runner.on('fail', (test) => failed.push(test.fullTitle()))
    const tooLong = setTimeout(() => {
      const line = `not over after ${timeText(maxMs)}, in: ${underWay()}`
      more.push(line)
      writeSync(2, `\n${name}: ${line}; what comes after it is left out\n`)
      runner.abort()
      setTimeout(() => {
        const stuck = `not even broken off ${timeText(graceMs)} later, in: ${underWay()}`
        more.push(stuck)
        writeSync(2, `\n${name}: ${stuck}\n`)
        write()
        end()
      }, Number(graceMs)).unref()
    }, Number(maxMs)).unref()
    runner.once('end', () => {
      clearTimeout(tooLong)
      write()
      endInTime({ name, endMs: Number(endMs), onLeft: (line) => (more.push(line), write()) })
    })
  }
}

function timeText(ms) {
  return ms < 60_000 ? `${ms / 1000} s` : `${Math.round(ms / 60_000)} min`
}
