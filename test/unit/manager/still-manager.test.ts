import { strict as assert } from 'node:assert'
import { forManagersStill } from '../../../manager/still-manager.js'
import { caService } from '../../../src/wire/ca-service.js'
import type { CallContext } from '../../../src/wire/service-table.js'
import { NotAManagerError } from '../../../src/wire/error-status.js'
import { methodsOf, type ServedMethod } from '../../../src/wire/transport.js'

async function* none(): AsyncGenerator<never> {}
const callOf = (nodeId: string): CallContext => ({
  caller: { nodeId, role: 'manager', clusterId: 'c' }, remoteAddress: '192.0.2.1', signal: new AbortController().signal, forwardedBy: undefined,
})

describe('a demoted manager with its old certificate', () => {
  const asked: string[] = []
  const methods = methodsOf(caService).map(([name, method]): ServedMethod => ({
    path: `/ca/${name}`,
    method,
    handle: () => {
      asked.push(name)
      return none()
    },
  }))
  const guarded = forManagersStill(methods, (nodeId) => nodeId === 'demoted')
  const call = (name: RegExp, nodeId: string) => guarded.find(({ path }) => name.test(path))?.handle(none(), callOf(nodeId))

  it('gets nothing that is for managers alone, but may renew its certificate', () => {
    assert.throws(
      () => call(/getUnlockKey$/, 'demoted'),
      (thrown) => thrown instanceof NotAManagerError && thrown.message === '/ca/getUnlockKey is for manager nodes; node demoted was made a worker',
    )
    assert.deepEqual(asked, [])
    call(/issueNodeCertificate$/, 'demoted')
    call(/getUnlockKey$/, 'manager')
    assert.deepEqual(asked, ['issueNodeCertificate', 'getUnlockKey'])
  })
})
