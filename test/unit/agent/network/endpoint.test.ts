import { strict as assert } from 'node:assert'
import { checkConnect, checkInterfaceName, interfaceSysctls } from '../../../../agent/network/endpoint-plan.js'
import { gatewayEndpoint, macOfHex, macOfIpv4, nextInterfaceName } from '../../../../agent/network/endpoint.js'
import type { Endpoint, Sandbox, StoredNetwork } from '../../../../agent/network/endpoint.js'
import type { EndpointSettings } from '../../../../agent/network/types.js'

const endpoint = (networkName: string, more: Partial<Endpoint> = {}): Endpoint => ({
  endpointId: networkName, networkId: networkName, networkName, containerId: 'c', containerName: 'one', aliases: [], macAddress: '', ipv4Address: '10.0.0.2', ipv4PrefixLength: 24,
  ipv4Gateway: '10.0.0.1', ipv6Address: '', ipv6PrefixLength: 0, ipv6Gateway: '', gatewayPriority: 0, interfaceName: 'eth0', driverOptions: {}, hostLink: 'skv0', ...more,
})

describe('endpoints', () => {
  it('give the default route by priority, then by network name', () => {
    assert.equal(gatewayEndpoint([endpoint('b'), endpoint('a')], 4)?.networkName, 'a')
    assert.equal(gatewayEndpoint([endpoint('b', { gatewayPriority: 1 }), endpoint('a')], 4)?.networkName, 'b')
    assert.equal(gatewayEndpoint([endpoint('b'), endpoint('a', { ipv4Gateway: '' })], 4)?.networkName, 'b')
    assert.equal(gatewayEndpoint([endpoint('a')], 6), undefined)
    const byDevice = endpoint('a', { ipv4Gateway: '', routedByDevice: true })
    assert.deepEqual([4, 6].map((family) => gatewayEndpoint([endpoint('b'), byDevice], family as 4 | 6)?.networkName), ['a', undefined])
  })

  it('are named after the first free number', () => {
    assert.equal(nextInterfaceName('eth', ['eth0', 'eth2', 'net1']), 'eth1')
  })

  it('have a MAC that belongs to their address', () => {
    assert.equal(macOfIpv4('172.17.0.2'), '02:42:ac:11:00:02')
    assert.equal(macOfHex('0123456789abcdef'), '02:42:01:23:45:67')
  })
})

describe('attaching', () => {
  const named = (name: string): Record<string, string> => ({ 'com.docker.network.endpoint.ifname': name })
  const network = (name: string, driver = 'bridge'): StoredNetwork => ({
    id: name, name, driver, scope: 'local', createdMs: 0, internal: false, enableIpv4: true, enableIpv6: false, attachable: false, ingress: false, options: {}, labels: {},
    ipam: { driver: 'default', options: {}, config: [] },
  })
  const sandbox = (mode: Sandbox['mode'] = { kind: 'own' }): Sandbox => ({ containerId: 'c', mode, published: [] })
  const check = (to: StoredNetwork, settings: Partial<EndpointSettings> = {}, from = sandbox(), present: Endpoint[] = []): void =>
    checkConnect(from, to, { containerName: 'one', ...settings }, present)

  it('is allowed where it makes sense', () => {
    check(network('net'), { ipv4Address: '10.0.0.9', macAddress: '02:42:AC:11:00:02', driverOptions: named('wan0') })
    check(network('host', 'host'), {}, sandbox({ kind: 'host' }))
    check(network('none', 'null'), {}, sandbox({ kind: 'none' }))
  })

  it('may set parameters of its interface, and of nothing else', () => {
    const asked = (sysctls: string) => ({ driverOptions: { 'com.docker.network.endpoint.sysctls': sysctls } })
    assert.deepEqual(interfaceSysctls(asked('net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.neigh.ifname.retrans_time_ms=5'), 'wan.0'), [
      { path: 'net/ipv4/conf/wan.0/log_martians', value: '1' },
      { path: 'net/ipv6/neigh/wan.0/retrans_time_ms', value: '5' },
    ])
    for (const sysctl of ['', 'net.ipv4.conf.eth0.x=1', 'net.ipv4.conf.IFNAME.x', 'net.core.conf.IFNAME.x=1', 'kernel.ipv4.conf.IFNAME.x=1', 'net.ipv4...IFNAME.x=1', 'net.ipv4.conf.IFNAME.../../x=1', 'net.ipv4.ip_forward=1']) {
      assert.throws(() => check(network('net'), asked(`net.ipv4.conf.IFNAME.a=1,${sysctl}`)), new RegExp(`^StatusError: invalid endpoint settings:\nunrecognised network interface sysctl '${sysctl.replaceAll('.', '\\.')}'; represent`))
    }
  })

  it('is refused with the reason', () => {
    const shared = /container sharing network namespace with another container or host cannot be connected to any other network/
    assert.throws(() => check(network('net'), {}, sandbox({ kind: 'host' })), shared)
    assert.throws(() => check(network('net'), {}, sandbox({ kind: 'container', containerId: 'd' })), shared)
    assert.throws(() => check(network('net'), {}, sandbox({ kind: 'none' })), /private \(none\) mode/)
    assert.throws(() => check(network('host', 'host')), /network namespace of its own/)
    assert.throws(() => check(network('net'), {}, sandbox(), [endpoint('net', { containerId: 'd' })]), /endpoint with name one already exists in network net/)
    assert.throws(() => check(network('net'), {}, sandbox(), [endpoint('net', { containerName: 'x' })]), /already exists/)
    assert.throws(() => check(network('bridge'), { ipv4Address: '172.17.0.9' }), /user specified IP address is supported on user defined networks only/)
    assert.throws(() => check(network('net'), { macAddress: '02:42' }), /invalid MAC address: 02:42/)
    assert.throws(() => check(network('net'), { ipv4Address: 'fd00::1' }), /invalid IPv4 address: fd00::1/)
    assert.throws(() => check(network('net'), { ipv6Address: 'x' }), /invalid IPv6 address: x/)
    for (const name of ['a b', '0a', 'eth0"', 'a/b', 'a234567890123456', 'lo', 'all']) assert.throws(() => check(network('net'), { driverOptions: named(name) }), /invalid com\.docker\.network\.endpoint\.ifname: /)
    const clash = (name: string): void => checkInterfaceName(network('net'), { containerName: 'one', driverOptions: named(name) }, ['eth0'])
    assert.throws(() => clash('eth0'), /cannot connect container one to network net: it has an interface eth0 already: give another com\.docker\.network\.endpoint\.ifname/)
    clash('eth1')
  })
})
