import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { exec } from '../../src/sys/exec.js'
import { Lab } from '../lab/lab.js'

const root = join(import.meta.dirname, '../..')
const demo = (...args: string[]) => exec(process.execPath, ['--import', 'tsx', join(root, 'examples/demo/demo.ts'), ...args], { cwd: root })

describe('the demo', () => {
  let name = ''

  after(async () => {
    await demo('down')
    assert.ok(!Lab.names().includes(name), 'the demo is taken down')
  })

  it('shows a swarm of three hosts and an update without a failed request', async () => {
    const { code, stdout, stderr } = await demo('up')
    assert.equal(code, 0, `${stdout}\n${stderr}`)
    assert.match(stdout, /h1\s+Ready\s+Active\s+Leader/)
    assert.equal(stdout.match(/http:\/\/10\.77\.0\.\d:\d+\/ +version 1 on /g)?.length, 6)
    const [, sent, failed] = /(\d+) requests during the update, (\d+) failed/.exec(stdout) ?? []
    assert.ok(Number(sent) > 100, `${sent} requests`)
    assert.equal(failed, '0')

    name = /unix:\/\/\S+\/(sklab-[^/]+)\//.exec(stdout)?.[1] ?? ''
    assert.ok(Lab.names().includes(name), 'the demo goes on')
    const again = await demo('up')
    assert.equal(again.code, 1)
    assert.match(again.stderr, /the demo is up already/)
    assert.match((await demo('env', 'h2')).stdout, /^export DOCKER_HOST=unix:\/\/.*h2.*\n$/)
  })
})
