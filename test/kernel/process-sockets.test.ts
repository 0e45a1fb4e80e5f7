import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { identify } from '../../agent/kernel/process.js'
import { widenUdpBuffers } from '../../agent/kernel/process-sockets.js'

/** Tells its port, then the size of its receive buffer whenever it is asked. */
const program = `
const socket = require('node:dgram').createSocket('udp4')
socket.bind(0, '127.0.0.1', () => console.log(socket.address().port))
process.stdin.on('data', () => console.log(socket.getRecvBufferSize()))
process.stdin.on('end', () => process.exit())
`

describe('sockets of another process', () => {
  it('get larger buffers, on the port that was meant', async () => {
    const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] })
    try {
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
      const next = async (): Promise<number> => Number((await lines.next()).value)
      const ask = (): Promise<number> => {
        child.stdin.write('?\n')
        return next()
      }
      const port = await next()
      const before = await ask()
      const identity = identify(child.pid ?? 0)
      assert.ok(identity)
      assert.equal(widenUdpBuffers(identity, port === 1 ? 2 : 1, 4 * before), 0)
      assert.equal(await ask(), before)
      assert.equal(widenUdpBuffers(identity, port, 4 * before), 1)
      // The kernel doubles what is asked for, for its own bookkeeping.
      assert.equal(await ask(), 8 * before)
      assert.equal(widenUdpBuffers({ ...identity, startTicks: identity.startTicks + 1 }, port, before), 0, 'another process of that number')
    } finally {
      child.stdin.end()
      await new Promise((resolve) => child.once('exit', resolve))
    }
  })
})
