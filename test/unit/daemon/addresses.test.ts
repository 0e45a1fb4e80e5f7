import { strict as assert } from 'node:assert'
import type { NetworkInterfaceInfo } from 'node:os'
import { joinAddress, resolveAdvertiseAddress, resolveDataPathAddress, resolveListenAddress, splitAddress, type Interfaces } from '../../../src/daemon/swarm/addresses.js'

const info = (address: string, internal = false): NetworkInterfaceInfo =>
  ({ address, family: address.includes(':') ? 'IPv6' : 'IPv4', internal, netmask: '', mac: '', cidr: null, scopeid: 0 }) as NetworkInterfaceInfo

const one: Interfaces = { lo: [info('127.0.0.1', true)], eth0: [info('10.0.0.5'), info('fd00::5')], skep0: [info('172.17.0.1')] }
const two: Interfaces = { ...one, eth1: [info('10.1.0.5')] }

describe('addresses of a node', () => {
  it('are taken apart and put together', () => {
    assert.deepEqual(splitAddress('10.0.0.1:99', 2377), { host: '10.0.0.1', port: 99 })
    assert.deepEqual(splitAddress('eth0', 2377), { host: 'eth0', port: 2377 })
    assert.deepEqual(splitAddress('fd00::1', 2377), { host: 'fd00::1', port: 2377 })
    assert.deepEqual(splitAddress('[fd00::1]:99', 2377), { host: 'fd00::1', port: 99 })
    assert.equal(joinAddress('fd00::1', 99), '[fd00::1]:99')
    for (const bad of ['a:b:c', '10.0.0.1:99999', '10.0.0.1:x']) assert.throws(() => splitAddress(bad, 2377), /invalid/)
  })

  it('listens everywhere unless told otherwise', () => {
    assert.equal(resolveListenAddress('', one), '0.0.0.0:2377')
    assert.equal(resolveListenAddress('eth0:99', one), '10.0.0.5:99')
    assert.throws(() => resolveListenAddress('eth9', one), /eth9 is neither/)
  })

  it('advertises the only address, and asks when there are several', () => {
    assert.equal(resolveAdvertiseAddress('', '0.0.0.0:2377', one), '10.0.0.5:2377')
    assert.equal(resolveAdvertiseAddress('', '10.9.9.9:2400', two), '10.9.9.9:2400')
    assert.equal(resolveAdvertiseAddress('eth1', '0.0.0.0:2400', two), '10.1.0.5:2400')
    assert.throws(
      () => resolveAdvertiseAddress('', '0.0.0.0:2377', two),
      /could not choose an IP address to advertise since this system has multiple addresses on different interfaces \(10\.0\.0\.5 on eth0 and 10\.1\.0\.5 on eth1\) - specify one with --advertise-addr/,
    )
    assert.throws(() => resolveAdvertiseAddress('0.0.0.0', '0.0.0.0:2377', one), /non-zero IP address/)
    assert.throws(() => resolveAdvertiseAddress('', '0.0.0.0:2377', { lo: one['lo'] }), /could not find the system's IP address/)
  })

  it('sends data over the advertised address unless told otherwise', () => {
    const everywhere = '0.0.0.0:2377'
    assert.equal(resolveDataPathAddress('', '10.0.0.5:2377', everywhere, one), '10.0.0.5')
    assert.equal(resolveDataPathAddress('eth1', '10.0.0.5:2377', everywhere, two), '10.1.0.5')
    assert.throws(() => resolveDataPathAddress('10.9.9.9', '10.0.0.5:2377', everywhere, two), /^StatusError: data path address must be a non-zero IP address .*: 10\.9\.9\.9 is no address of this host$/)
    assert.throws(() => resolveDataPathAddress('0.0.0.0', '10.0.0.5:2377', everywhere, two), /non-zero/)
  })

  it('sends data by an address of its own when the advertised one is none', () => {
    assert.equal(resolveDataPathAddress('', '203.0.113.9:2377', '0.0.0.0:2377', one), '10.0.0.5')
    assert.equal(resolveDataPathAddress('', '203.0.113.9:2377', '10.1.0.5:2377', two), '10.1.0.5')
    assert.throws(() => resolveDataPathAddress('', '203.0.113.9:2377', '0.0.0.0:2377', two), /must specify a listening address because the address to advertise is not recognized as a system address/)
  })
})
