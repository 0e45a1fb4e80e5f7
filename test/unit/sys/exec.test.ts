import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ErrorKind, StatusError } from '../../../src/base/errors.js'
import { filtered, FilterError, NoProgramError, type Filter } from '../../../src/sys/exec.js'
import { eventually } from '../../support/eventually.js'

const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }

async function* words(...texts: string[]): AsyncGenerator<Buffer, void, undefined> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text))
}

async function through(filter: Partial<Filter>, source: AsyncIterable<Uint8Array> = words('a', 'b')): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of filtered({ program: 'cat', args: [], env, ...filter }, source)) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

describe('filtered', () => {
  let folder = ''
  before(() => (folder = mkdtempSync(join(tmpdir(), 'skep-exec-'))))
  after(() => rmSync(folder, { recursive: true }))

  it('gives what a program makes of a stream', async () => {
    assert.equal(await through({ program: 'tr', args: ['ab', 'xy'] }), 'xy')
  })

  it('tells a program that is not there from one that cannot be started', async () => {
    await assert.rejects(through({ program: 'skep-no-such-program' }), NoProgramError)
    const locked = join(folder, 'locked')
    writeFileSync(locked, '#!/bin/sh\n')
    chmodSync(locked, 0o600)
    const isInternal = (code: string) => (thrown: unknown) => thrown instanceof StatusError && thrown.kind === ErrorKind.internal && thrown.message.includes(code)
    await assert.rejects(through({ program: locked }), isInternal('EACCES'))
    // Node throws this one where the others are events.
    await assert.rejects(through({ args: ['x'.repeat(200_000)] }), isInternal('E2BIG'))
  })

  it('says so when the process has no descriptors left for pipes', () => {
    const script = join(folder, 'full.mts')
    const module = fileURLToPath(new URL('../../../src/sys/exec.ts', import.meta.url))
    writeFileSync(
      script,
      `import { openSync } from 'node:fs'
import { filtered } from ${JSON.stringify(module)}
const all = async () => { for await (const piece of filtered({ program: 'cat', args: [], env: process.env }, (async function* () { yield Buffer.from('a') })())) void piece }
try { for (;;) openSync('/dev/null') } catch {}
all().then(() => 'no error', (thrown) => thrown.message).then((text) => { process.stdout.write(text); process.exit() })\n`,
    )
    const { stdout, stderr } = spawnSync('bash', ['-c', `ulimit -n 200; exec ${JSON.stringify(process.execPath)} --import tsx ${JSON.stringify(script)}`], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      encoding: 'utf8',
    })
    assert.match(stdout, /cannot run cat: .*EMFILE/, stderr)
  })

  it('closes its source when the program cannot be started', async () => {
    let closed = false
    async function* source(): AsyncGenerator<Buffer, void, undefined> {
      try {
        yield* words('a')
      } finally {
        closed = true
      }
    }
    await assert.rejects(through({ program: 'skep-no-such-program' }, source()))
    await eventually('the source is closed', () => closed)
  })

  it('throws what a program that failed said, and what its source throws', async () => {
    await assert.rejects(through({ program: 'sh', args: ['-c', 'echo wrong >&2; exit 3'] }), (thrown) => thrown instanceof FilterError && thrown.message === 'wrong')
    async function* broken(): AsyncGenerator<Buffer, void, undefined> {
      yield* words('a')
      throw new Error('the source broke')
    }
    await assert.rejects(through({}, broken()), /the source broke/)
  })
})
