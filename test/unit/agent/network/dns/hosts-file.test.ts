import { strict as assert } from 'node:assert'
import { formatHostsFile, parseExtraHost } from '../../../../../agent/network/dns/hosts-file.js'

describe('the hosts file', () => {
  it('names the container, extra hosts and the loopback', () => {
    const text = formatHostsFile({
      addresses: ['172.17.0.2', 'fd00::2'], names: ['web.example', 'web'], extraHosts: ['db:192.0.2.5', 'six=[fd00::5]', 'host.docker.internal:host-gateway'], hostGateways: ['172.17.0.1'],
    })
    assert.equal(text, [
      '127.0.0.1\tlocalhost', '::1\tlocalhost ip6-localhost ip6-loopback', 'fe00::\tip6-localnet', 'ff00::\tip6-mcastprefix', 'ff02::1\tip6-allnodes', 'ff02::2\tip6-allrouters',
      '192.0.2.5\tdb', 'fd00::5\tsix', '172.17.0.1\thost.docker.internal', '172.17.0.2\tweb.example web', 'fd00::2\tweb.example web', '',
    ].join('\n'))
  })

  it('reads extra hosts with IPv6 addresses', () => {
    assert.deepEqual(parseExtraHost('a:fd00::1'), { name: 'a', address: 'fd00::1' })
  })

  it('refuses malformed ones', () => {
    assert.throws(() => parseExtraHost('nonsense'), { kind: 'invalid', message: 'bad format for add-host: "nonsense"' })
    assert.throws(() => parseExtraHost('a:b'), { kind: 'invalid', message: 'invalid IP address in add-host: "b"' })
    assert.throws(() => formatHostsFile({ addresses: [], names: [], extraHosts: ['a:host-gateway'] }), /unable to derive the IP value for host-gateway/)
  })
})
