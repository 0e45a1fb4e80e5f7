import { strict as assert } from 'node:assert'
import { hostSubnets, type HostLinks } from '../../../../agent/network/host-subnets.js'

const links = [{ index: 1, name: 'lo' }, { index: 2, name: 'eth0' }, { index: 3, name: 'docker0' }, { index: 4, name: 'wg0' }]
const address = (index: number, text: string) => {
  const [host = '', length] = text.split('/')
  return { index, address: host, prefixLength: Number(length) }
}
const route = (destination: string, over: Partial<HostLinks['routes'][number]> = {}): HostLinks['routes'][number] => ({
  family: destination.includes(':') ? 6 : 4, destination, index: 4, table: 254, type: 1, ...over,
})
const found = (over: Partial<HostLinks>, max = 64) => hostSubnets({ links, addresses: [], routes: [], ...over }, new Set(['docker0']), max)

describe('the subnets that a host is on', () => {
  it('come from addresses of both families, without what every host has and the engine\'s own devices', () => {
    const addresses = [
      address(1, '127.0.0.1/8'), address(1, '::1/128'), address(2, '10.20.3.4/16'), address(2, 'fd00:9::4/64'), address(2, 'fe80::1/64'),
      address(2, '169.254.7.7/16'), address(3, '172.17.0.1/16'), address(4, '10.99.0.1/32'),
    ]
    assert.deepEqual(found({ addresses }), ['10.20.0.0/16', '10.99.0.1/32', 'fd00:9::/64'])
  })

  it('and from routes that need no gateway; not from those that lead everywhere, elsewhere or to the host itself', () => {
    const routes = [
      route('10.8.0.0/16'), route('fd11::/48'),
      route('10.9.0.0/16', { gateway: '192.0.2.1' }), route('0.0.0.0/0'), route('128.0.0.0/1'), route('2000::/3'),
      route('10.10.0.0/16', { table: 253 }), route('10.11.0.7/32', { type: 2 }), route('172.18.0.0/16', { index: 3 }),
    ]
    assert.deepEqual(found({ routes }), ['10.8.0.0/16', 'fd11::/48'])
  })

  it('each once, none within another, the widest first and no more than asked for', () => {
    const addresses = [address(2, '10.1.2.3/24'), address(4, '10.1.9.9/16'), address(2, '192.0.2.9/24'), address(2, '192.0.2.8/24'), address(2, '198.51.100.1/32')]
    assert.deepEqual(found({ addresses }), ['10.1.0.0/16', '192.0.2.0/24', '198.51.100.1/32'])
    assert.deepEqual(found({ addresses }, 2), ['10.1.0.0/16', '192.0.2.0/24'])
  })
})
