import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mountsBelow, unmountAll } from '../../agent/kernel/mount.js'
import { nullLogger } from '../../src/base/log.js'
import { OciRuntime } from '../../agent/runtime/oci-runtime.js'
import { ReadOnlyProgram } from '../../agent/runtime/read-only-program.js'

describe('a program on a read-only mount', () => {
  let folder: string
  let program: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-program-'))
    program = join(folder, 'crun')
    copyFileSync('/bin/echo', program)
  })
  afterEach(() => {
    for (const { target } of mountsBelow(folder)) unmountAll(target)
    rmSync(folder, { recursive: true, force: true })
  })

  it('runs, cannot be written to, and is gone afterwards', () => {
    const bin = join(folder, 'bin')
    {
      using mounted = ReadOnlyProgram.mount(program, bin)
      assert.equal(execFileSync(mounted.path, ['runs'], { encoding: 'utf8' }), 'runs\n')
      assert.throws(() => openSync(mounted.path, 'r+'), { code: 'EROFS' })
    }
    assert.deepEqual(mountsBelow(folder), [])
    assert.ok(!existsSync(join(bin, 'crun')))
  })

  it('takes the place of what a killed daemon left', () => {
    const bin = join(folder, 'bin')
    ReadOnlyProgram.mount(program, bin)
    // An upgrade puts another file into the program's place.
    rmSync(program)
    copyFileSync('/bin/pwd', program)
    using mounted = ReadOnlyProgram.mount(program, bin)
    assert.equal(execFileSync(mounted.path, { encoding: 'utf8', cwd: '/usr' }), '/usr\n')
    assert.equal(mountsBelow(folder).length, 1)
  })

  it('leaves what is in its place as it is', () => {
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    linkSync(program, join(bin, 'crun'))
    const before = { content: readFileSync(program), mode: statSync(program).mode }
    ReadOnlyProgram.mount(program, bin)[Symbol.dispose]()
    assert.deepEqual({ content: readFileSync(program), mode: statSync(program).mode }, before)
  })

  it('is done without where it cannot be had, and for other runtimes', () => {
    using missing = OciRuntime.open({ name: 'crun', path: join(folder, 'no/crun') }, join(folder, 'oci'), join(folder, 'bin'), nullLogger)
    assert.equal(missing.program, join(folder, 'no/crun'))
    using other = OciRuntime.open({ name: 'runc', path: '/usr/sbin/runc' }, join(folder, 'oci'), join(folder, 'bin'), nullLogger)
    assert.equal(other.program, '/usr/sbin/runc')
    assert.deepEqual(mountsBelow(folder), [])
  })
})
