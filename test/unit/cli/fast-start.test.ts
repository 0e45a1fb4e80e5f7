import { strict as assert } from 'node:assert'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { repositoryRoot } from '../../lab/belongings.js'

/** With all that could be lost on the way: several lines, comments in texts, characters beyond ASCII. */
const program = `#!/usr/bin/env node
const text = \`one
//two \${/[µ🐝]/u.test('µ')}
\`
function later() { return text + /^\\S+$/.test(__filename) + typeof require('node:fs').readFileSync }
if (process.argv.includes('throw')) throw new Error('on line six')
process.stdout.write(later())
`
const said = 'one\n//two true\ntruefunction'

describe('programs with their compiled code beside them', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-fast-'))
    path = join(folder, 'program')
    const script = `import { writeCached } from ${JSON.stringify(join(repositoryRoot, 'scripts/fast-start.mjs'))}; process.umask(0); writeCached(${JSON.stringify(path)}, ${JSON.stringify(program)})`
    execFileSync(process.execPath, ['--input-type=module', '-e', script])
    chmodSync(path, 0o755)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const run = (...flags: string[]): string => execFileSync(process.execPath, [...flags, path], { encoding: 'utf8' })

  it('run as they are, alone, by a link, and from a folder that takes no files', () => {
    assert.equal(execFileSync(path, { encoding: 'utf8' }), said)
    symlinkSync(path, join(folder, 'link'))
    assert.equal(execFileSync(join(folder, 'link'), { encoding: 'utf8' }), said)
    chmodSync(folder, 0o555)
    assert.equal(run(), said)
    chmodSync(folder, 0o755)
    copyFileSync(path, join(folder, 'alone'))
    assert.equal(execFileSync(join(folder, 'alone'), { encoding: 'utf8' }), said)
  })

  it('have their options for themselves', () => {
    const script = `import { firstLine } from ${JSON.stringify(join(repositoryRoot, 'scripts/fast-start.mjs'))}; process.stdout.write(firstLine(['--no-deprecation']))`
    const line = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    writeFileSync(path, `${line}\nprocess.stdout.write(process.argv.slice(2).join(' '))\n`)
    for (const options of [['--env-file', '/nope'], ['run', '--env-file=/nope'], ['--', '--version']]) {
      assert.equal(execFileSync(path, options, { encoding: 'utf8' }), options.join(' '))
    }
  })

  it('spare the compiling', () => {
    const text = readFileSync(path, 'latin1')
    const source = text.slice(text.indexOf('\n//program\n//') + '\n//program\n//'.length).replaceAll('\n//', '\n')
    const compiled = new Script(source, { cachedData: readFileSync(`${path}.cache`).subarray(40) })
    assert.equal(compiled.cachedDataRejected, false)
  })

  it('run with code of another program, damaged code, and with flags for which none was made', () => {
    const cache = readFileSync(`${path}.cache`)
    // The length is right, but the last pages did not come to the disk before the power went.
    const unwritten = Buffer.concat([cache.subarray(0, cache.length / 4), Buffer.alloc(cache.length - Math.floor(cache.length / 4))])
    for (const wrong of [Buffer.alloc(0), cache.subarray(0, 20), cache.subarray(0, cache.length / 2), cache.subarray(0, 32), unwritten, Buffer.concat([Buffer.alloc(32, 'a'), cache.subarray(32)])]) {
      writeFileSync(`${path}.cache`, wrong)
      assert.equal(run(), said)
    }
    writeFileSync(`${path}.cache`, cache)
    assert.equal(run('--no-opt', '--stack-size=900'), said)
  })

  it('run without code that others than their owner may have written', function () {
    assert.equal(statSync(`${path}.cache`).mode & 0o777, 0o644)
    const isUsed = (): boolean => {
      const spied = `require('node:vm').Script = class extends require('node:vm').Script { constructor(text, options) { super(text, options); process.stdout.write(options.cachedData ? 'used' : 'compiled') } }`
      writeFileSync(join(folder, 'spy.cjs'), spied)
      const told = run('--require', join(folder, 'spy.cjs'))
      assert.ok(told.endsWith(said))
      return told.startsWith('used')
    }
    assert.equal(isUsed(), true)
    for (const mode of [0o664, 0o646]) {
      chmodSync(`${path}.cache`, mode)
      assert.equal(isUsed(), false)
    }
    chmodSync(`${path}.cache`, 0o644)
    if (process.getuid?.() !== 0) this.skip()
    chownSync(`${path}.cache`, 65534, 65534)
    assert.equal(isUsed(), false)
  })

  it('name their lines in errors', () => {
    const { stderr } = spawnSync(process.execPath, [path, 'throw'], { encoding: 'utf8' })
    const line = readFileSync(path, 'latin1').split('\n').findIndex((one) => one.includes('on line six')) + 1
    assert.match(stderr, new RegExp(`program:${line}:`))
  })
})
