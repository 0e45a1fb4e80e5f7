// Mocha's `spec` output for people, and the counts as JSON for run-suites.mjs.
const { writeFileSync } = require('node:fs')
const Mocha = require('mocha')

module.exports = class extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const failed = []
    runner.on('fail', (test) => failed.push(test.fullTitle()))
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats
      writeFileSync(options.reporterOption.output, JSON.stringify({ passes, failures, pending, failed }))
    })
  }
}
