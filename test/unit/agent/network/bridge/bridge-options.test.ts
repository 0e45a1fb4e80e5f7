import { strict as assert } from 'node:assert'
import { readBridgeOptions } from '../../../../../agent/network/bridge/bridge-options.js'

const id = '0123456789abcdef'.repeat(4)
const prefix = 'com.docker.network.bridge.'

describe('bridge options', () => {
  it('have Docker\'s defaults', () => {
    assert.deepEqual(readBridgeOptions(id, {}, 1500), {
      device: 'br-0123456789ab', icc: true, masquerade: true, hostIp: undefined, mtu: 1500, containerPrefix: 'eth',
    })
  })

  it('are read', () => {
    const options = {
      [`${prefix}name`]: 'mine', [`${prefix}enable_icc`]: 'false', [`${prefix}enable_ip_masquerade`]: '0', [`${prefix}host_binding_ipv4`]: '127.0.0.1',
      'com.docker.network.driver.mtu': '1400', 'com.docker.network.container_iface_prefix': 'net', 'some.other': 'ignored',
    }
    assert.deepEqual(readBridgeOptions(id, options, 1500), { device: 'mine', icc: false, masquerade: false, hostIp: '127.0.0.1', mtu: 1400, containerPrefix: 'net' })
  })

  const bad: [string, string][] = [
    [`${prefix}name`, 'a-name-that-is-too-long'], [`${prefix}name`, 'a/b'], [`${prefix}name`, 'x"; flush ruleset'], [`${prefix}enable_icc`, 'maybe'],
    [`${prefix}host_binding_ipv4`, 'fd00::1'], ['com.docker.network.driver.mtu', 'big'], ['com.docker.network.driver.mtu', '12'], ['com.docker.network.container_iface_prefix', '1/'],
  ]
  for (const [name, value] of bad) {
    it(`refuse ${name}=${value}`, () => assert.throws(() => readBridgeOptions(id, { [name]: value }, 1500), { kind: 'invalid' }))
  }
})
