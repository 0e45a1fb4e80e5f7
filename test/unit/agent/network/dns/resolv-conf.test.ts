import { strict as assert } from 'node:assert'
import { containerResolvConf, fallbackNameservers, formatResolvConf, hostResolvConfPath, parseResolvConf } from '../../../../../agent/network/dns/resolv-conf.js'

describe('resolv.conf', () => {
  const host = '# made by hand\nnameserver 127.0.0.53\nnameserver 192.0.2.53 ; ours\nnameserver fd00::53\nnameserver fe80::1%eth0\ndomain old.example\nsearch a.example b.example\noptions ndots:2\noptions timeout:1\n'

  it('is read and written', () => {
    assert.deepEqual(parseResolvConf(host), {
      nameservers: ['127.0.0.53', '192.0.2.53', 'fd00::53', 'fe80::1%eth0'], search: ['a.example', 'b.example'], options: ['ndots:2', 'timeout:1'],
    })
    assert.equal(formatResolvConf({ nameservers: ['192.0.2.53'], search: ['a'], options: ['ndots:0'] }), 'nameserver 192.0.2.53\nsearch a\noptions ndots:0\n')
    assert.equal(formatResolvConf({ nameservers: ['192.0.2.53'], search: [], options: [] }), 'nameserver 192.0.2.53\n')
  })

  it('of a container leaves out what it cannot reach', () => {
    assert.deepEqual(containerResolvConf(host, {}, false).nameservers, ['192.0.2.53'])
    assert.deepEqual(containerResolvConf(host, {}, true).nameservers, ['192.0.2.53', 'fd00::53'])
    assert.deepEqual(containerResolvConf('nameserver 127.0.0.1\n', {}, false).nameservers, [...fallbackNameservers.ipv4])
  })

  it('of a container follows its settings', () => {
    assert.deepEqual(containerResolvConf(host, { servers: ['127.0.0.1'], search: ['x'], options: ['rotate'] }, false), { nameservers: ['127.0.0.1'], search: ['x'], options: ['rotate'] })
    assert.deepEqual(containerResolvConf(host, { search: ['.'] }, false).search, [])
  })

  it('is looked for behind systemd-resolved', () => {
    assert.equal(hostResolvConfPath('nameserver 127.0.0.53\n'), '/run/systemd/resolve/resolv.conf')
    assert.equal(hostResolvConfPath(host), '/etc/resolv.conf')
  })
})
