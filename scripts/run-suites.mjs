// Runs the test suites one after another and adds their counts up. Each mocha suite writes its result as
// JSON beside its readable output; types and lint count as one test each. A suite that hangs is ended, counts as
// failed and keeps no other from running.
//   run-suites.mjs                   everything
//   run-suites.mjs unit kernel       only these
//   run-suites.mjs mine=/some/folder the tests of a folder
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const results = process.env.SKEP_SUITE_RESULTS ?? join(root, '.cache/results')
rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })

/** What a process may take to end after its last test; a suite in all; and then for the test that is under way and its clean-up. */
const [endMs, maxMs, graceMs] = (process.env.SKEP_SUITE_LIMITS_MS ?? '60000,2700000,240000').split(',').map(Number)
/** The process of a suite sees to these limits itself, unless its event loop stands still. */
const overdueMs = 30_000
const checkMaxMs = 20 * 60_000

/** Does nothing when it is started by way of a link. */
const mocha = realpathSync(join(root, 'node_modules/mocha/lib/cli/cli.js'))

const totals = { passed: 0, failed: 0, skipped: 0 }
const failures = []

function check(name, program, args) {
  const started = performance.now()
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', timeout: checkMaxMs, killSignal: 'SIGKILL' })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (status === 0) totals.passed++
  else {
    totals.failed++
    failures.push(error ? `${name}: ${error.message}` : name)
  }
  console.log(`-- ${name}: ${status === 0 ? 'passed' : 'FAILED'} (${seconds} s)`)
}

async function suite(name, folder, timeoutMs) {
  if (!existsSync(join(root, folder)) && !existsSync(folder)) return
  const started = performance.now()
  const report = join(results, `${name}.json`)
  const options = Object.entries({ output: report, name, endMs, maxMs, graceMs }).flatMap(([key, value]) => ['--reporter-option', `${key}=${value}`])
  // Not by way of mocha's own program, which starts another process: this one can be ended.
  const child = spawn(
    process.execPath,
    [
      '--import', 'tsx', mocha,
      '--no-config', '--extension', 'ts', '--recursive', '--timeout', String(timeoutMs),
      '--reporter', join(root, 'scripts/mocha-reporter.cjs'), ...options,
      `${folder}/**/*.test.ts`,
    ],
    { cwd: root, stdio: 'inherit', env: process.env },
  )
  const { how, hung } = await ended(child, report)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  let stats
  try {
    stats = JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    totals.failed++
    failures.push(`${name}: ${hung ?? `the suite ended without a result (${how})`}`)
    console.log(`-- ${name}: FAILED without a result (${seconds} s)`)
    return
  }
  // A suite that exits badly although each test passed left something broken or running behind.
  const more = hung ?? (how !== 'exit code 0' && stats.failures === 0 ? `all tests passed but the suite ended with ${how}` : undefined)
  if (more !== undefined) {
    stats.failures++
    stats.failed.push(more)
    console.log(`${name}: ${more}`)
  }
  totals.passed += stats.passes
  totals.failed += stats.failures
  totals.skipped += stats.pending
  failures.push(...stats.failed.map((title) => `${name}: ${title}`))
  console.log(`-- ${name}: ${stats.passes} passed, ${stats.failures} failed, ${stats.pending} skipped (${seconds} s)`)
}

/** Resolves when the process has ended: how, and if it had to be killed why. */
function ended(child, report) {
  return new Promise((resolve) => {
    let hung
    const kill = (why) => {
      hung ??= `${why}, nor does its event loop go on: it was killed`
      child.kill('SIGKILL')
    }
    const started = performance.now()
    let reported
    const watch = setInterval(() => {
      const now = performance.now()
      if (existsSync(report)) reported ??= now
      if (reported !== undefined && now - reported > endMs + overdueMs) kill('its process did not end after its last test')
      else if (now - started > maxMs + graceMs + overdueMs) kill(`not over after ${Math.round(maxMs / 60_000)} min`)
    }, 1000)
    const settle = (how) => {
      clearInterval(watch)
      resolve({ how, hung })
    }
    child.once('error', (thrown) => settle(thrown.message))
    child.once('exit', (code, signal) => settle(signal ?? `exit code ${code}`))
  })
}

const all = {
  types: () => check('types', process.execPath, [join(root, 'node_modules/typescript-native/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']),
  lint: () => check('lint', process.execPath, [join(root, 'node_modules/eslint/bin/eslint.js'), '.', '--max-warnings', '0']),
  unit: () => suite('unit', 'test/unit', 20_000),
  sim: () => suite('sim', 'test/sim', 60_000),
  conformance: () => suite('conformance', 'test/conformance', 60_000),
  kernel: () => suite('kernel', 'test/kernel', 60_000),
  e2e: () => suite('e2e', 'test/e2e', 180_000),
}
const wanted = process.argv.slice(2)
const folders = wanted.filter((one) => one.includes('=')).map((one) => one.split('=', 2))
for (const name of wanted) {
  if (!(name in all) && !name.includes('=')) {
    console.error(`unknown suite '${name}' (known: ${Object.keys(all).join(', ')})`)
    process.exit(2)
  }
}
for (const [name, run] of Object.entries(all)) if (wanted.length === 0 || wanted.includes(name)) await run()
for (const [name, folder] of folders) await suite(name, folder, 60_000)

if (failures.length > 0) console.log(`\nfailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`)
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exit(totals.failed === 0 ? 0 : 1)
