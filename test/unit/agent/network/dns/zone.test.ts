import { strict as assert } from 'node:assert'
import packet from 'dns-packet'
import type { Question, RecordType } from 'dns-packet'
import { ClusterTables } from '../../../../../agent/network/cluster/cluster-tables.js'
import { answerTo, fitUdp, malformedResponse, readQuery } from '../../../../../agent/network/dns/message.js'
import type { Query } from '../../../../../agent/network/dns/message.js'
import { clusterScope, localScope } from '../../../../../agent/network/dns/names.js'
import type { NameScope } from '../../../../../agent/network/dns/names.js'
import { addressOfReverse, resolve } from '../../../../../agent/network/dns/zone.js'
import type { Endpoint } from '../../../../../agent/network/endpoint.js'
import { seededRng } from '../../../../../src/base/rng.js'
import { clusterNetwork, endpointRow, serviceRow } from '../../../../support/network-rows.js'

describe('names of networks', () => {
  const tables = new ClusterTables()
  tables.apply('complete', [
    { action: 'update', network: clusterNetwork('back') },
    { action: 'update', service: serviceRow('back', 'Web', '10.0.1.2', { aliases: ['www'], serviceId: 'web' as never, ports: [{ name: 'http', protocol: 'tcp', targetPort: 80, publishedPort: 0, publishMode: 'ingress' }] }) },
    { action: 'update', service: serviceRow('back', 'db', '') },
    { action: 'update', endpoint: endpointRow('back', 't1', '10.0.1.3') },
    { action: 'update', endpoint: endpointRow('back', 't2', '10.0.1.4', { addresses: ['10.0.1.4', 'fd00::4'] }) },
    { action: 'update', endpoint: endpointRow('back', 't3', '10.0.1.5', { serving: false }) },
    { action: 'update', endpoint: endpointRow('back', 'd1', '10.0.1.6', { serviceId: 'db' as never, taskName: 'db.1.d1' }) },
    { action: 'update', endpoint: endpointRow('back', 's1', '10.0.1.9', { serviceId: '', taskName: 'alone', aliases: ['a1'] }) },
  ])
  const local = localScope('lan', [{ containerName: 'Box', aliases: ['0123456789ab'], ipv4Address: '172.20.0.2', ipv6Address: '' } as unknown as Endpoint])
  const table = tables.networks.get('back')
  const scopes: NameScope[] = [local, ...(table ? [clusterScope(table)] : [])]
  const ask = (name: string, type: RecordType = 'A'): unknown => {
    const found = resolve({ scopes, subnets: ['10.0.1.0/24'], rng: seededRng(1) }, { name, type })
    return found.kind === 'answer' ? found.answers.map((one) => ('data' in one ? one.data : undefined)).sort() : found.kind
  }

  it('lead services and their aliases to the virtual IP, in any case and with the name of the network', () => {
    for (const name of ['web', 'WEB', 'www', 'web.back', 'Web.']) assert.deepEqual(ask(name), ['10.0.1.2'], name)
  })

  it('lead to all serving tasks: by tasks.<service>, and by the name without a virtual IP', () => {
    assert.deepEqual(ask('tasks.web'), ['10.0.1.3', '10.0.1.4'])
    assert.deepEqual(ask('tasks.web', 'AAAA'), ['fd00::4'])
    assert.deepEqual(ask('db'), ['10.0.1.6'])
  })

  it('lead to the virtual IP of each family, which has a name in return', () => {
    const six = new ClusterTables()
    six.apply('complete', [
      { action: 'update', network: clusterNetwork('six', { ipv6Enabled: true }) },
      { action: 'update', service: serviceRow('six', 'web', '10.0.1.2', { virtualIpv6: 'fd00::2', ports: [{ name: '', protocol: 'tcp', targetPort: 80, publishedPort: 0, publishMode: 'ingress' }] }) },
      { action: 'update', endpoint: endpointRow('six', 't1', '', { addresses: ['10.0.1.3', 'fd00::3'] }) },
    ])
    const own = six.networks.get('six')
    const answersOf = (name: string, type: RecordType): unknown => {
      const found = resolve({ scopes: own ? [clusterScope(own)] : [], subnets: [], rng: seededRng(1) }, { name, type })
      return found.kind === 'answer' ? [...found.answers, ...found.additionals].map((one) => ('data' in one ? one.data : undefined)) : found.kind
    }
    assert.deepEqual(answersOf('web', 'A'), ['10.0.1.2'])
    assert.deepEqual(answersOf('web', 'AAAA'), ['fd00::2'])
    assert.deepEqual(answersOf('tasks.web', 'AAAA'), ['fd00::3'])
    assert.deepEqual(answersOf(`2.${'0.'.repeat(27)}0.0.d.f.ip6.arpa`, 'PTR'), ['web.six'])
    assert.deepEqual(answersOf('_80._tcp.web', 'SRV'), [{ port: 80, target: 'web.1.t1.six', priority: 10, weight: 10 }, '10.0.1.3', 'fd00::3'])
  })

  it('are those of tasks and of containers too', () => {
    assert.deepEqual(ask('web.1.t3'), ['10.0.1.5'])
    assert.deepEqual(ask('alone'), ['10.0.1.9'])
    assert.deepEqual(ask('a1'), ['10.0.1.9'])
    assert.deepEqual(ask('box'), ['172.20.0.2'])
    assert.deepEqual(ask('0123456789ab.lan'), ['172.20.0.2'])
  })

  it('that exist are not asked for elsewhere when a record is missing; others are', () => {
    assert.deepEqual(ask('web', 'AAAA'), [])
    assert.deepEqual(ask('web', 'MX'), [])
    assert.equal(ask('example.org'), 'forward')
    assert.equal(ask('tasks.nobody'), 'forward')
  })

  it('belong to addresses; addresses of the networks are never asked for elsewhere', () => {
    assert.deepEqual(ask('3.1.0.10.in-addr.arpa', 'PTR'), ['web.1.t1.back'])
    assert.deepEqual(ask('2.1.0.10.in-addr.arpa', 'PTR'), ['Web.back'])
    assert.equal(ask('77.1.0.10.in-addr.arpa', 'PTR'), 'absent')
    assert.equal(ask('8.8.8.8.in-addr.arpa', 'PTR'), 'forward')
    assert.equal(addressOfReverse(`4.${'0.'.repeat(27)}0.0.d.f.ip6.arpa`), 'fd00::4')
  })

  it('tell where a port is served', () => {
    const found = resolve({ scopes, subnets: [], rng: seededRng(1) }, { name: '_http._tcp.web', type: 'SRV' })
    assert(found.kind === 'answer')
    const data = found.answers.map((one) => (one.type === 'SRV' ? one.data : undefined))
    assert.deepEqual(data.map((one) => one?.target).sort(), ['web.1.t1.back', 'web.1.t2.back'])
    assert(data.every((one) => one?.port === 80))
    assert.equal(found.additionals.length, 3)
    assert.equal(ask('_ftp._tcp.web', 'SRV'), 'absent')
  })

  it('are given in every order', () => {
    const rng = seededRng(7)
    const firsts = new Set<string>()
    for (let i = 0; i < 50; i++) {
      const found = resolve({ scopes, subnets: [], rng }, { name: 'tasks.web', type: 'A' })
      if (found.kind === 'answer' && found.answers[0]?.type === 'A') firsts.add(found.answers[0].data)
    }
    assert.equal(firsts.size, 2)
  })

  it('lead past tasks on nodes that are not reached while there are others', () => {
    const far = new ClusterTables()
    far.apply('complete', [
      { action: 'update', network: clusterNetwork('back') },
      { action: 'update', service: serviceRow('back', 'web', '') },
      { action: 'update', endpoint: endpointRow('back', 't1', '10.0.1.3', { nodeId: 'n1' as never }) },
      { action: 'update', endpoint: endpointRow('back', 't2', '10.0.1.4', { nodeId: 'n2' as never }) },
    ])
    const names = (): string[] => {
      const back = far.networks.get('back')
      return back ? [...new Set(['web', 'tasks.web'].map((name) => clusterScope(back).lookup(name)?.addresses.join() ?? ''))] : []
    }
    assert.deepEqual([...far.lose(new Set(['n2'])).services.get('back') ?? []], ['web'])
    assert.deepEqual(names(), ['10.0.1.3'])
    assert.deepEqual(far.lose(new Set(['n2'])).services.size, 0)
    far.lose(new Set(['n1', 'n2']))
    assert.deepEqual(names(), ['10.0.1.3,10.0.1.4'])
    far.lose(new Set(['n1']))
    assert.deepEqual(names(), ['10.0.1.4'])
    far.lose(new Set())
    assert.deepEqual(names(), ['10.0.1.3,10.0.1.4'])
  })

  it('follow the tables at once', () => {
    tables.apply('incremental', [{ action: 'remove', endpoint: endpointRow('back', 't1', '10.0.1.3') }])
    const fresh = tables.networks.get('back')
    assert(fresh)
    assert.deepEqual(clusterScope(fresh).lookup('tasks.web')?.addresses, ['10.0.1.4', 'fd00::4'])
  })
})

describe('messages of the name server', () => {
  const query = (question: Question, additionals: packet.Answer[] = []): Query => {
    const read = readQuery(packet.encode({ type: 'query', id: 77, flags: packet.RECURSION_DESIRED, questions: [question], additionals }))
    assert(read !== undefined && read !== 'malformed')
    return read
  }
  const many = Array.from({ length: 100 }, (_, i): packet.Answer => ({ type: 'A', name: 'web', ttl: 0, data: `10.0.1.${i}` }))

  it('are cut to their head when they are too long for UDP', () => {
    const asked = query({ name: 'web', type: 'A' })
    const whole = answerTo(asked, { kind: 'answer', answers: many, additionals: [] })
    const cut = packet.decode(fitUdp(asked, whole))
    assert.equal(cut.answers?.length, 0)
    assert.equal(cut.flag_tc, true)
    assert.equal(packet.decode(whole).answers?.length, 100)
  })

  it('may be longer for those who say so', () => {
    const option: packet.Answer = { type: 'OPT', name: '.', udpPayloadSize: 4096, flags: 0, options: [], extendedRcode: 0, ednsVersion: 0, flag_do: false }
    const asked = query({ name: 'web', type: 'A' }, [option])
    const answer = packet.decode(fitUdp(asked, answerTo(asked, { kind: 'answer', answers: many.slice(0, 50), additionals: [] })))
    assert.equal(answer.answers?.length, 50)
    assert.equal(answer.id, 77)
    assert(answer.additionals?.some((one) => one.type === 'OPT'))
  })

  it('say that there is no such name, and that a query cannot be read', () => {
    const asked = query({ name: '77.1.0.10.in-addr.arpa', type: 'PTR' })
    assert.equal(answerTo(asked, { kind: 'absent' }).readUInt16BE(2) & 0xf, 3)
    const bad = Buffer.concat([Buffer.from([1, 2, 1, 0, 0, 9, 0, 0, 0, 0, 0, 0]), Buffer.from([200])])
    assert.equal(readQuery(bad), 'malformed')
    assert.equal(malformedResponse(bad).readUInt16BE(0), 0x0102)
    assert.equal(readQuery(Buffer.alloc(3)), undefined)
  })
})
