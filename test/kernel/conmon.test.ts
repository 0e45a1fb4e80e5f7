import { strict as assert } from 'node:assert'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Conmon, type ConmonStart } from '../../agent/runtime/conmon.js'
import { OciRuntime } from '../../agent/runtime/oci-runtime.js'
import { findProgram } from '../../agent/runtime/programs.js'
import { must } from '../../src/base/assert.js'

const id = 'd'.repeat(64)

describe('the supervisor of containers', function () {
  this.timeout(30_000)
  let folder: string
  let conmon: Conmon

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'skep-conmon-'))
    mkdirSync(join(folder, 'bundle'))
    conmon = new Conmon(must(await findProgram('conmon', process.env), 'conmon is installed'), folder)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const runtimeOf = (content: string): OciRuntime => {
    const path = join(folder, 'runtime')
    writeFileSync(path, content)
    chmodSync(path, 0o755)
    return new OciRuntime({ name: 'runtime', path }, join(folder, 'state'))
  }
  const failureOf = async (start: Partial<ConmonStart>): Promise<string> => {
    const made = conmon.create({
      id, name: 'name', program: 'true', runtime: start.runtime ?? runtimeOf('#!/bin/sh\nexit 1\n'), bundle: join(folder, 'bundle'), exitDir: folder,
      terminal: false, stdin: false, leaveStdinOpen: false, log: start.log,
    })
    const why = await made.then(() => assert.fail('it was created'), (thrown: Error) => thrown.message)
    const prefix = `conmon ended before it created container ${id}: `
    assert.ok(why.startsWith(prefix), why)
    return why.slice(prefix.length)
  }

  it('says itself why it creates no container', async () => {
    assert.equal(await failureOf({ log: { path: '/nowhere/log' } }), 'Failed to open log file No such file or directory')
    const gone = new OciRuntime({ name: 'gone', path: '/nowhere/crun' }, join(folder, 'state'))
    assert.equal(await failureOf({ runtime: gone }), 'Runtime path /nowhere/crun is not valid No such file or directory')
    const long = await failureOf({ log: { path: `/nowhere/${'x/'.repeat(1000)}` } })
    assert.ok(long.length < 1000, long)
  })

  it('says why it runs no process in a container', async () => {
    const runtime = new OciRuntime({ name: 'gone', path: '/nowhere/crun' }, join(folder, 'state'))
    const made = conmon.exec({ containerId: id, program: 'true', runtime, folder: join(folder, 'bundle'), terminal: true, stdin: false })
    await assert.rejects(made, { kind: 'internal', message: `conmon ended before it ran true in container ${id}: Runtime path /nowhere/crun is not valid No such file or directory` })
  })

  it('ends without starting anything when it is abandoned', async () => {
    const bundle = mkdtempSync(join(folder, 'exec-'))
    writeFileSync(join(bundle, 'process.json'), '{}')
    const runtime = runtimeOf(`#!/bin/sh\ntest -e ${bundle}/process.json && touch ${bundle}/started\nexit 1\n`)
    const made = await conmon.exec({ containerId: id, program: 'true', runtime, folder: bundle, terminal: true, stdin: false })
    // Resolves when it has closed its pipe.
    await made.abandon()
    assert.equal(existsSync(join(bundle, 'started')), false)
  })

  it('cannot say why a runtime does not: that is found out', async () => {
    const path = join(folder, 'runtime')
    assert.match(await failureOf({ runtime: runtimeOf('of another processor') }), new RegExp(`^cannot run ${path}: .*(ENOEXEC|[Ee]xec format error)`))
    const broken = runtimeOf('#!/bin/sh\n[ "$1" = --version ] && echo "libyajl.so.2: cannot open shared object file" >&2\nexit 127\n')
    assert.equal(await failureOf({ runtime: broken }), `${path} --version: exit code 127: libyajl.so.2: cannot open shared object file`)
    assert.equal(await failureOf({ runtime: runtimeOf('#!/bin/sh\nkill -9 $$\n') }), `${path} --version: ended by SIGKILL`)
    const silent = runtimeOf('#!/bin/sh\n[ "$1" = --version ]\n')
    assert.equal(await failureOf({ runtime: silent }), `${path} ended without a word; the kernel may have ended it (see: dmesg)`)
  })
})
