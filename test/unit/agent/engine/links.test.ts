import { strict as assert } from 'node:assert'
import { parseLink, variablesOf } from '../../../../agent/engine/net/links.js'
import { withLinks, type NameScope } from '../../../../agent/network/dns/names.js'

describe('links', () => {
  it('are read as clients and inspections write them', () => {
    assert.deepEqual(parseLink('web'), { name: 'web', alias: 'web' })
    assert.deepEqual(parseLink('web:db'), { name: 'web', alias: 'db' })
    assert.deepEqual(parseLink('/web:/app/db'), { name: 'web', alias: 'db' })
    assert.throws(() => parseLink(''), { message: 'empty string specified for links' })
    assert.throws(() => parseLink('a:b:c'), { message: 'bad format for links: a:b:c' })
  })

  it('give address, ports and settings of the other container', () => {
    const config = { ExposedPorts: { '8080/tcp': {}, '53/udp': {} }, Env: ['PATH=/bin', 'HOME=/root', 'COLOUR=red', 'UNSET'] }
    assert.deepEqual(variablesOf('/app/my-db', 'my-db', '172.17.0.2', config), [
      'MY_DB_PORT=udp://172.17.0.2:53',
      'MY_DB_PORT_53_UDP=udp://172.17.0.2:53',
      'MY_DB_PORT_53_UDP_ADDR=172.17.0.2',
      'MY_DB_PORT_53_UDP_PORT=53',
      'MY_DB_PORT_53_UDP_PROTO=udp',
      'MY_DB_PORT_8080_TCP=tcp://172.17.0.2:8080',
      'MY_DB_PORT_8080_TCP_ADDR=172.17.0.2',
      'MY_DB_PORT_8080_TCP_PORT=8080',
      'MY_DB_PORT_8080_TCP_PROTO=tcp',
      'MY_DB_NAME=/app/my-db',
      'MY_DB_ENV_COLOUR=red',
    ])
  })

  it('are names on a network for one container alone', () => {
    const asked: string[] = []
    const scope: NameScope = {
      networkName: 'back',
      lookup: (name) => {
        asked.push(name)
        return undefined
      },
      reverse: () => undefined,
      serving: () => undefined,
    }
    assert.equal(withLinks(scope, {}), scope)
    const linked = withLinks(scope, { DB: 'Postgres-1' })
    linked.lookup('db')
    linked.lookup('web')
    assert.deepEqual(asked, ['postgres-1', 'web'])
  })
})
