// Runs the test suites one after another and adds their counts up. Each mocha suite writes its result as
// JSON beside its readable output; types and lint count as one test each.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const results = join(root, '.cache/results')
rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })

const totals = { passed: 0, failed: 0, skipped: 0 }
const failures = []

function check(name, program, args) {
  const started = performance.now()
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (status === 0) totals.passed++
  else {
    totals.failed++
    failures.push(name)
  }
  console.log(`-- ${name}: ${status === 0 ? 'passed' : 'FAILED'} (${seconds} s)`)
}

function suite(name, folder, timeoutMs) {
  if (!existsSync(join(root, folder))) return
  const started = performance.now()
  const report = join(results, `${name}.json`)
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/mocha/bin/mocha.js'),
      '--no-config', '--node-option', 'import=tsx', '--extension', 'ts', '--recursive', '--timeout', String(timeoutMs),
      '--reporter', join(root, 'scripts/mocha-reporter.cjs'), '--reporter-option', `output=${report}`,
      `${folder}/**/*.test.ts`,
    ],
    { cwd: root, stdio: 'inherit', env: process.env },
  )
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  let stats
  try {
    stats = JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    totals.failed++
    failures.push(`${name}: the suite ended without a result (exit code ${status})`)
    console.log(`-- ${name}: FAILED without a result (${seconds} s)`)
    return
  }
  totals.passed += stats.passes
  totals.failed += stats.failures
  totals.skipped += stats.pending
  failures.push(...stats.failed.map((title) => `${name}: ${title}`))
  // A suite that exits badly although each test passed left something broken or running behind.
  if (status !== 0 && stats.failures === 0) {
    totals.failed++
    failures.push(`${name}: all tests passed but the suite exited with ${status}`)
  }
  console.log(`-- ${name}: ${stats.passes} passed, ${stats.failures} failed, ${stats.pending} skipped (${seconds} s)`)
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
for (const name of wanted) {
  if (!(name in all)) {
    console.error(`unknown suite '${name}' (known: ${Object.keys(all).join(', ')})`)
    process.exit(2)
  }
}
for (const [name, run] of Object.entries(all)) if (wanted.length === 0 || wanted.includes(name)) run()

if (failures.length > 0) console.log(`\nfailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`)
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exit(totals.failed === 0 ? 0 : 1)
