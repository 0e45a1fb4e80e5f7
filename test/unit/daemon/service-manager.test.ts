import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DgramSocket } from 'node-unix-socket'
import { ServiceManager } from '../../../src/daemon/service-manager.js'
import { eventually } from '../../support/eventually.js'

describe('the service manager', () => {
  const warnings: string[] = []
  const log = { debug: () => undefined, info: () => undefined, warn: (message: string) => void warnings.push(message), error: () => undefined, child: () => log }
  const folder = mkdtempSync(join(tmpdir(), 'notify-'))
  after(() => rmSync(folder, { recursive: true }))
  beforeEach(() => (warnings.length = 0))

  it('is told that the daemon is ready, and that it stops; programs that the daemon starts cannot speak for it', async () => {
    const path = join(folder, 'told')
    const told: string[] = []
    const socket = new DgramSocket()
    socket.on('data', (data: Buffer) => told.push(String(data)))
    socket.bind(path)
    try {
      const environment = { NOTIFY_SOCKET: path, PATH: '/bin' }
      const manager = new ServiceManager(environment, log)
      assert.deepEqual(environment, { PATH: '/bin' })
      await manager.ready()
      await manager.stopping()
      await eventually('both came', () => told.length === 2)
      assert.deepEqual(told, ['READY=1', 'STOPPING=1'])
      assert.deepEqual(warnings, [])
    } finally {
      socket.close()
    }
  })

  it('may be absent, and one that does not listen is named', async () => {
    await new ServiceManager({}, log).ready()
    assert.deepEqual(warnings, [])
    await new ServiceManager({ NOTIFY_SOCKET: join(folder, 'nobody') }, log).ready()
    assert.match(warnings.join(), /^the service manager was not told READY=1: /)
  })
})
