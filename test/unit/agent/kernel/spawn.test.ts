import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { readdirSync, readlinkSync, readFileSync } from 'node:fs'
import { spawnWithFds, type DescriptorUse, type SpawnedProcess } from '../../../../agent/kernel/spawn.js'

const env = { PATH: '/usr/bin:/bin', NAME: 'a value' }

function shell(script: string, descriptors: readonly DescriptorUse[], cwd?: string): SpawnedProcess {
  return spawnWithFds('/bin/sh', ['-c', script], { descriptors, env, ...(cwd !== undefined && { cwd }) })
}

async function textOf(process: SpawnedProcess, descriptor: number): Promise<string> {
  let text = ''
  for await (const chunk of process.reader(descriptor)) text += (chunk as Buffer).toString('utf8')
  return text
}

describe('processes with pipes on given descriptors', () => {
  it('gives the output, the environment, the folder and the exit code', async () => {
    const child = shell('pwd; echo "$NAME"; echo bad >&2; exit 7', ['ignore', 'output', 'output'], '/usr')
    const [out, err] = await Promise.all([textOf(child, 1), textOf(child, 2)])
    assert.equal(out, '/usr\na value\n')
    assert.equal(err, 'bad\n')
    assert.deepEqual(await child.ended, { code: 7, signal: null })
  })

  it('writes input, and its end is seen', async () => {
    const child = shell('cat', ['input', 'output', 'ignore'])
    child.writer(0).end('through the pipe')
    assert.equal(await textOf(child, 1), 'through the pipe')
    assert.deepEqual(await child.ended, { code: 0, signal: null })
  })

  it('makes pipes, so that a program can open its own output again', async () => {
    const child = shell('echo opened > /dev/stdout', ['ignore', 'output', 'ignore'])
    assert.equal(await textOf(child, 1), 'opened\n')
  })

  it('tells the signal that ended a process', async () => {
    const child = shell('sleep 60', ['ignore', 'ignore', 'ignore'])
    child.kill('SIGTERM')
    assert.deepEqual(await child.ended, { code: null, signal: 'SIGTERM' })
    child.kill('SIGTERM')
  })

  it('hands on further descriptors, and their pipes outlive the process', async () => {
    const child = shell('(read line <&4; echo "got $line" >&3) & exit 0', ['ignore', 'ignore', 'ignore', 'output', 'input'])
    await child.ended
    child.writer(4).end('a line\n')
    assert.equal(await textOf(child, 3), 'got a line\n')
  })

  it('starts programs with no signal ignored or blocked', async () => {
    const child = shell('grep -E "^Sig(Blk|Ign):" /proc/self/status', ['ignore', 'output', 'ignore'])
    const ignored = /SigIgn:\s*([0-9a-f]+)/.exec(await textOf(child, 1))?.[1]
    assert.equal(BigInt(`0x${ignored ?? '1'}`), 0n)
  })

  it('hands on nothing else', async () => {
    const child = shell('exec ls /proc/self/fd', ['ignore', 'output', 'ignore'])
    // The standard three, and the folder that `ls` reads.
    const beyond = (await textOf(child, 1)).trim().split('\n').filter((fd) => Number(fd) > 3)
    // What was handed to us open for everybody goes on to everybody; nothing of our own does.
    for (const fd of beyond) {
      const flags = /flags:\s*([0-7]+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? ''
      assert.equal(parseInt(flags, 8) & 0o2000000, 0, `descriptor ${fd} was handed on`)
    }
  })

  it('leaves no descriptor and no zombie behind', async () => {
    const pipes = (): string[] => readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)].filter((target) => target.startsWith('pipe:'))
      } catch {
        return []
      }
    })
    const before = pipes().length
    const children = Array.from({ length: 20 }, () => shell('echo one; echo two >&2; cat', ['input', 'output', 'output']))
    for (const child of children) child.writer(0).end()
    // Nobody reads their output: it is thrown away.
    await Promise.all(children.map((child) => child.ended))
    assert.equal(pipes().length, before)
    for (const { pid } of children) assert.throws(() => readFileSync(`/proc/${pid}/stat`), /ENOENT/)
  })

  it('says that a program is missing', () => {
    const start = (): SpawnedProcess => spawnWithFds('/no/such/program', [], { descriptors: ['output'], env })
    assert.throws(start, { code: 'ENOENT', message: /\/no\/such\/program/ })
  })

  it('survives a process that ends before it reads its input', async () => {
    const child = shell('exit 3', ['input', 'ignore', 'ignore'])
    child.writer(0).write('x'.repeat(100_000))
    assert.deepEqual(await child.ended, { code: 3, signal: null })
    if (!child.writer(0).closed) await once(child.writer(0), 'close')
  })

  it('refuses descriptors used the other way', () => {
    const child = shell('true', ['input', 'output', 'ignore'])
    assert.throws(() => child.reader(0), RangeError)
    assert.throws(() => child.writer(1), RangeError)
    assert.throws(() => child.reader(2), RangeError)
  })
})
