import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { exec } from '../../src/sys/exec.js'
import { Lab } from '../lab/lab.js'

const root = join(import.meta.dirname, '../..')
const demo = (...args: string[]) => exec(process.execPath, ['--import', 'tsx', join(root, 'examples/demo/demo.ts'), ...args], { cwd: root })

describe('the demo', function () {
  this.timeout(120_000)
  let name = ''

  after(async () => {
    await demo('down')
    assert.ok(!Lab.names().includes(name), 'the demo is taken down')
  })

  it('shows a swarm of three hosts and an update without a failed request', async () => {
    const { code, stdout, stderr } = await demo('up')
    assert.equal(code, 0, `${stdout}\n${stderr}`)
    assert.match(stdout, /h1\s+Ready\s+Active\s+Leader/)
    assert.equal(stdout.match(/http:\/\/10\.77\.0\.\d:8080\/ +version 1 on /g)?.length, 3)
    for (const from of ['from outside by the published port of every host', 'from a container by the name of the service']) {
      const [, sent, failed, second] = new RegExp(`${from}:\\s+(\\d+) requests, (\\d+) failed \\(version 1: \\d+, version 2: (\\d+)\\)`).exec(stdout) ?? []
      assert.ok(Number(sent) > 100, `${sent} requests ${from}`)
      assert.ok(Number(second) > 0, `the new version was seen ${from}`)
      assert.equal(failed, '0', from)
    }

    name = /unix:\/\/\S+\/(sklab-[^/]+)\//.exec(stdout)?.[1] ?? ''
    assert.ok(Lab.names().includes(name), 'the demo goes on')
    const again = await demo('up')
    assert.equal(again.code, 1)
    assert.match(again.stderr, /the demo is up already/)
    assert.match((await demo('env', 'h2')).stdout, /^export DOCKER_HOST=unix:\/\/.*h2.*\n$/)
    await demo('down')
  })

  it('takes its hosts down when it is interrupted half-way', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'examples/demo/demo.ts'), 'up'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      name = /unix:\/\/\S+\/(sklab-[^/]+)\//.exec(String(chunk))?.[1] ?? name
      if (String(chunk).includes('swarm init')) child.kill('SIGINT')
    }
    assert.deepEqual(await ended, [130, null])
    assert.ok(!Lab.names().includes(name), 'nothing is left')
    assert.match((await demo('down')).stdout, /the demo is not up/)
  })
})
