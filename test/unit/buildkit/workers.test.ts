import { strict as assert } from 'node:assert'
import { workerOf } from '../../../src/buildkit/control.js'

describe('what builds run on, for clients of BuildKit', () => {
  const platform = { os: 'linux', architecture: 'amd64' }
  const gatewayOf = (...addresses: string[]): string | undefined =>
    workerOf({ platform, hostGateways: () => addresses }).labels?.['org.mobyproject.buildkit.worker.moby.host-gateway-ip']

  it('tells one address for host-gateway, of IPv4 where there is one', () => {
    assert.equal(gatewayOf('172.17.0.1'), '172.17.0.1')
    assert.equal(gatewayOf('2001:db8::1', '192.0.2.1'), '192.0.2.1')
    assert.equal(gatewayOf('2001:db8::1'), '2001:db8::1')
    assert.equal(gatewayOf(), undefined)
  })
})
