import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const runner = resolve(import.meta.dirname, '../../scripts/run-suites.mjs')

describe('the runner of the suites', function () {
  this.timeout(120_000)
  let root: string
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'skep-suites-'))))
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const suite = (name: string, text: string): string => {
    mkdirSync(join(root, name))
    writeFileSync(join(root, name, `${name}.test.ts`), text)
    return `${name}=${join(root, name)}`
  }
  const run = async (limitsMs: string, ...suites: string[]): Promise<{ output: string; code: number }> => {
    // What tsx removes of its cache in the end takes its time.
    const env = { ...process.env, SKEP_SUITE_RESULTS: join(root, 'results'), SKEP_SUITE_LIMITS_MS: limitsMs, TSX_DISABLE_CACHE: '1' }
    const child = spawn(process.execPath, [runner, ...suites], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
    const [code] = (await once(child, 'close')) as [number]
    return { output, code }
  }

  it('ends what goes on after its last test or takes too long, says why, and goes on', async () => {
    const { output, code } = await run(
      '1000,2000,500',
      suite('loops', "it('passes', () => { const again = () => setTimeout(again, 50); again() })"),
      suite('waits', "it('never ends', () => { setInterval(() => undefined, 1000); return new Promise(() => undefined) })"),
      suite('fine', "it('passes', () => undefined)"),
    )
    assert.equal(code, 1, output)
    assert.match(output, /loops: its process did not end within 1 s of its last test; it is kept by .*1 Timeout/)
    assert.match(output, /begun \d+ times within 3 s: Timeout\n +at .*again .*loops\.test\.ts/)
    assert.match(output, /waits: not over after 2 s, in: never ends/)
    assert.match(output, /-- loops: 1 passed, 1 failed, 0 skipped/)
    assert.match(output, /-- waits: 0 passed, 2 failed, 0 skipped/)
    assert.match(output, /-- fine: 1 passed, 0 failed, 0 skipped/)
    assert.match(output, /\n2 passed, 3 failed, 0 skipped\n$/)
  })
})
