import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabHost } from '../lab/lab-host.js'

/** How one test of a suite ended. */
export interface TestOutcome {
  name: string
  outcome: 'passed' | 'failed' | 'skipped'
  reason: string
  seconds: number
}

/** Another project's tests, run on a machine of the lab against its daemon's socket. */
export interface Suite {
  /** What to look for in a checkout, so that a wrong path is told at once. */
  readonly marker: string
  /** `only` is the test runner's own way to choose tests; the log of the runner goes into `logPath`. */
  run(host: LabHost, checkout: string, logPath: string, only: string | undefined): Promise<TestOutcome[]>
}

const suiteTimeoutMs = 40 * 60_000
const testTimeoutSeconds = 120

/** docker/docker-py's integration tests by pytest. `SUITE_PYTHON` names the interpreter, which has the packages needed. */
export const dockerPy: Suite = {
  marker: 'tests/integration/api_container_test.py',
  async run(host, checkout, logPath, only) {
    const outcomes = join(host.folder, 'outcomes.jsonl')
    rmSync(outcomes, { force: true })
    const words = ['-m', 'pytest', 'tests/integration', '-p', 'suite_outcomes', '-p', 'no:cacheprovider', '-q', '--tb=short', '--timeout', String(testTimeoutSeconds)]
    const env = { SUITE_OUTCOMES: outcomes, PYTHONPATH: `${import.meta.dirname}:${checkout}`, PYTHONDONTWRITEBYTECODE: '1' }
    await inCheckout(host, process.env['SUITE_PYTHON'] ?? 'python3', [...words, ...(only === undefined ? [] : ['-k', only])], checkout, logPath, env)
    if (!existsSync(outcomes)) throw new Error(`pytest told of no test: see ${logPath}`)
    const lines = readFileSync(outcomes, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as TestOutcome & { phase: string })
    // A test that passes and fails while it is torn down counts as failed.
    const byName = new Map<string, TestOutcome>()
    for (const { name, outcome, reason, seconds, phase } of lines) {
      byName.set(name, { name, outcome, reason: phase === 'call' ? reason : `${phase}: ${reason}`, seconds })
    }
    return [...byName.values()]
  },
}

interface MochaTest {
  fullTitle: string
  duration?: number
  err: { message?: string }
}

/** apocas/dockerode's own tests by its mocha, a file at a time: one that ends the process takes no other with it. */
export const dockerode: Suite = {
  marker: 'test/spec_helper.js',
  async run(host, checkout, logPath, only) {
    const all: TestOutcome[] = []
    const files = readdirSync(join(checkout, 'test')).filter((name) => name.endsWith('.js') && name !== 'spec_helper.js').sort()
    for (const file of files) {
      // Its tests take this image for granted.
      await host.docker('pull', '-q', 'ubuntu:latest')
      const output = join(host.folder, 'mocha.json')
      rmSync(output, { force: true })
      const words = ['node_modules/mocha/bin/mocha.js', '--exit', '-R', 'json', '--reporter-option', `output=${output}`, join('test', file)]
      // Any value makes it take the socket from DOCKER_HOST.
      await inCheckout(host, process.execPath, [...words, ...(only === undefined ? [] : ['-g', only])], checkout, logPath, { DOCKER_SOCKET: '1' })
      if (!existsSync(output)) {
        all.push({ name: file, outcome: 'failed', reason: 'mocha ended without a report', seconds: 0 })
        continue
      }
      const report = JSON.parse(readFileSync(output, 'utf8')) as Record<'passes' | 'failures' | 'pending', MochaTest[]>
      const add = (tests: MochaTest[], outcome: TestOutcome['outcome']): void => {
        for (const test of tests) all.push({ name: `${file}: ${test.fullTitle}`, outcome, reason: test.err.message ?? '', seconds: (test.duration ?? 0) / 1e3 })
      }
      add(report.passes, 'passed')
      add(report.failures, 'failed')
      add(report.pending, 'skipped')
    }
    return numbered(all)
  },
}

/** Tests of the same title are told apart by their order. */
function numbered(outcomes: TestOutcome[]): TestOutcome[] {
  const seen = new Map<string, number>()
  return outcomes.map((one) => {
    const n = (seen.get(one.name) ?? 0) + 1
    seen.set(one.name, n)
    return n === 1 ? one : { ...one, name: `${one.name} (${n})` }
  })
}

/** Runs a program in the checkout with a home of its own and DOCKER_HOST set. Its exit code says only that tests failed. */
function inCheckout(host: LabHost, program: string, args: string[], checkout: string, logPath: string, env: NodeJS.ProcessEnv): Promise<void> {
  const home = join(host.folder, 'home')
  mkdirSync(join(home, '.docker'), { recursive: true })
  // Without it docker-py keeps contexts in the working folder.
  writeFileSync(join(home, '.docker/config.json'), '{}')
  const log = openSync(logPath, 'a')
  const common = { ...process.env, HOME: home, DOCKER_HOST: `unix://${host.socketPath}`, DOCKER_CONFIG: undefined }
  const child = host.spawn(program, args, { cwd: checkout, env: { ...common, ...env }, stdio: ['ignore', log, log], timeout: suiteTimeoutMs, killSignal: 'SIGKILL' })
  closeSync(log)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
}
