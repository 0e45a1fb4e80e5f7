import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { inNetns } from '../../agent/kernel/netns.js'
import { readSysctl } from '../../agent/kernel/sysctl.js'
import type { NetworkController } from '../../agent/network/controller.js'
import type { EndpointInfo, EndpointSettings, NetworkOptions } from '../../agent/network/types.js'
import { endEngine, makeEngineFolder, openEngine, type EngineHost } from '../support/engine-host.js'
import { eventually } from '../support/eventually.js'
import { NetworkHost } from '../support/network-host.js'

const ids = { app: '1'.repeat(64), db: '2'.repeat(64), other: '3'.repeat(64) }
const apart = { 'com.docker.network.bridge.enable_icc': 'false' }
const postgres = [{ containerPort: 5432, protocol: 'tcp' as const }, { containerPort: 53, protocol: 'udp' as const }]

function tool(netns: string, ...command: string[]): string {
  return execFileSync('nsenter', [`--net=${netns}`, ...command], { encoding: 'utf8' })
}

interface Place {
  id: string
  path: string
  endpoint: EndpointInfo
}

for (const bridgeNetfilter of [false, true]) describe(`links between containers that are kept apart, br_netfilter ${bridgeNetfilter ? 'on' : 'off'}`, () => {
  let host: NetworkHost
  let networks: NetworkController

  beforeEach(() => {
    host = new NetworkHost(bridgeNetfilter)
  })
  afterEach(() => host[Symbol.dispose]())

  async function open(options: NetworkOptions = {}): Promise<void> {
    networks = await host.controller(options)
    await networks.recover(new Set())
  }
  async function start(id: string, name: string, network: string, settings: Partial<EndpointSettings> = {}): Promise<Place> {
    const sandbox = await networks.createSandbox(id)
    const endpoint = await networks.connect(id, network, { containerName: name, ...settings })
    assert(sandbox.path)
    return { id, path: sandbox.path, endpoint }
  }
  /** Whether a connection comes about, with the asker's own address. What is closed is waited for shortly. */
  async function reaches(from: Place, to: Place, port: number, timeoutMs = 400): Promise<boolean> {
    const seen = await host.ask(from.path, to.endpoint.ipv4Address, port, timeoutMs)
    if (seen !== undefined) assert.equal(seen, `${port} ${from.endpoint.ipv4Address}`)
    return seen !== undefined
  }
  const serve = (place: Place, port: number, address?: string): Promise<void> => host.serve(place.path, port, String(port), address)

  for (const network of ['bridge', 'quiet', 'inside']) it(`opens the exposed ports of the one that is linked to, and nothing else: ${network}`, async () => {
    await open(network === 'bridge' ? { icc: false } : {})
    if (network !== 'bridge') await networks.createNetwork({ name: network, options: apart, internal: network === 'inside' })
    const db = await start(ids.db, 'db', network, { exposedPorts: postgres })
    const app = await start(ids.app, 'app', network, { linkedTo: [network === 'bridge' ? ids.db : 'db'], exposedPorts: [{ containerPort: 80, protocol: 'tcp' }] })
    const other = await start(ids.other, 'other', network)
    for (const place of [db, app, other]) await Promise.all([80, 5432, 6000].map((port) => serve(place, port)))
    assert(await reaches(app, db, 5432, 3_000), 'the linked port')
    host.serveUdp(db.path, 53, 'name')
    const client = host.udpSocket(app.path, 0)
    let answer = ''
    client.on('message', (message) => (answer = message.toString()))
    await eventually('an answer over UDP', () => {
      client.send('?', 53, db.endpoint.ipv4Address)
      return answer === 'name'
    })
    const closed: [string, Place, Place, number][] = [
      ['a port that is not exposed', app, db, 6000],
      ['the other way', db, app, 80],
      ['a container without link', other, db, 5432],
      ['a container that is not linked to', app, other, 5432],
    ]
    for (const [what, from, to, port] of closed) assert.equal(await reaches(from, to, port), false, what)
  })

  it('carries IPv6 too, and answers for no address but those of links', async () => {
    await open()
    await networks.createNetwork({ name: 'quiet', enableIpv6: true, options: apart })
    const db = await start(ids.db, 'db', 'quiet', { exposedPorts: postgres })
    const app = await start(ids.app, 'app', 'quiet', { linkedTo: ['db'] })
    const other = await start(ids.other, 'other', 'quiet')
    await serve(db, 5432)
    await serve(db, 5432, '::')
    await serve(db, 6000, '::')
    assert.equal(await host.ask(app.path, db.endpoint.ipv6Address, 5432), `5432 ${app.endpoint.ipv6Address}`)
    assert(await reaches(app, db, 5432, 3_000))
    assert.equal(await host.ask(app.path, db.endpoint.ipv6Address, 6000, 400), undefined)
    assert.equal(await host.ask(other.path, db.endpoint.ipv6Address, 5432, 400), undefined)
    const proxied = (): string[] => (JSON.parse(tool(host.host, 'ip', '-json', '-6', 'neigh', 'show', 'proxy')) as { dst: string }[]).map(({ dst }) => dst).sort()
    assert.deepEqual(proxied(), [app.endpoint.ipv6Address, db.endpoint.ipv6Address].sort())
    await networks.removeSandbox(ids.app)
    assert.deepEqual(proxied(), [])
  })

  it('closes with either container and with the link, and opens again with them', async () => {
    await open({ icc: false })
    const ruleset = (): string => tool(host.host, 'nft', 'list', 'set', 'inet', 'skep', 'links4')
    const answers = (): string | undefined => inNetns(host.host, () => readSysctl('net/ipv4/conf/skep0/proxy_arp_pvlan'))
    let db = await start(ids.db, 'db', 'bridge', { exposedPorts: postgres })
    const app = await start(ids.app, 'app', 'bridge', { linkedTo: [ids.db] })
    assert.match(ruleset(), /tcp \. 5432/)
    assert.equal(answers(), '1')
    await networks.removeSandbox(ids.db)
    assert.doesNotMatch(ruleset(), /elements/)
    assert.equal(answers(), '0', 'nobody is linked: the host answers for nobody')
    // Another container may get the address: it is no part of the link.
    await start(ids.other, 'other', 'bridge', { exposedPorts: postgres })
    assert.doesNotMatch(ruleset(), /elements/)
    db = await start(ids.db, 'db', 'bridge', { exposedPorts: postgres })
    await serve(db, 5432)
    assert(await reaches(app, db, 5432, 3_000))
    await networks.setLinks(ids.app, 'bridge', [])
    assert.equal(await reaches(app, db, 5432), false)
    await networks.setLinks(ids.app, 'bridge', [ids.db])
    assert(await reaches(app, db, 5432, 3_000))
    await networks.disconnect(ids.app, 'bridge')
    assert.doesNotMatch(ruleset(), /elements/)
  })

  it('follows names that change', async () => {
    await open()
    await networks.createNetwork({ name: 'quiet', options: apart })
    const db = await start(ids.db, 'old', 'quiet', { exposedPorts: postgres })
    const app = await start(ids.app, 'app', 'quiet', { linkedTo: ['db'] })
    await serve(db, 5432)
    assert.equal(await reaches(app, db, 5432), false)
    await networks.rename(ids.db, 'db')
    assert(await reaches(app, db, 5432, 3_000))
  })

  it('stays open over a crash of the daemon, and is right again after one', async () => {
    await open()
    await networks.createNetwork({ name: 'quiet', enableIpv6: true, options: apart })
    const db = await start(ids.db, 'db', 'quiet', { exposedPorts: postgres })
    const app = await start(ids.app, 'app', 'quiet', { linkedTo: ['db'] })
    await start(ids.other, 'other', 'quiet', { linkedTo: ['db'] })
    await serve(db, 5432)
    await serve(db, 5432, '::')
    networks[Symbol.dispose]()
    assert.equal(await host.ask(app.path, db.endpoint.ipv6Address, 5432), `5432 ${app.endpoint.ipv6Address}`, 'while no daemon runs')
    networks = await host.controller()
    assert.equal(await host.ask(app.path, db.endpoint.ipv6Address, 5432), `5432 ${app.endpoint.ipv6Address}`, 'before containers were taken over')
    await networks.recover(new Set([ids.app, ids.db]))
    assert.equal(await host.ask(app.path, db.endpoint.ipv6Address, 5432), `5432 ${app.endpoint.ipv6Address}`)
    assert.match((await host.ask(app.path, db.endpoint.ipv4Address, 5432)) ?? '', /^5432 /)
    const elements = /elements = \{([^}]*)\}/.exec(tool(host.host, 'nft', 'list', 'set', 'inet', 'skep', 'links4'))?.[1] ?? ''
    assert.equal(elements.split(',').length, 2, `those of the container that died are gone: ${elements}`)
    const proxied = JSON.parse(tool(host.host, 'ip', '-json', '-6', 'neigh', 'show', 'proxy')) as unknown[]
    assert.equal(proxied.length, 2)
  })
})

describe('links of containers that are kept apart', function () {
  this.timeout(60_000)
  let folder: string
  let host: EngineHost

  const open = async (): Promise<void> => {
    host = await openEngine(folder, {}, { icc: false })
  }
  before(async () => {
    folder = makeEngineFolder()
    await open()
  })
  after(() => endEngine(folder, host))

  const opened = (): string[] => {
    const set = tool(join(folder, 'host.netns'), 'nft', 'list', 'set', 'inet', 'skep', 'links4')
    return (/elements = \{([^}]*)\}/.exec(set)?.[1] ?? '').split(',').map((one) => one.trim()).filter((one) => one !== '').sort()
  }
  const create = async (name: string, network: string, links: string[]): Promise<string> => {
    const { Id = '' } = await host.engine.create(name, {
      Image: 'busybox', Cmd: ['sleep', '4321'], ExposedPorts: { '5432/tcp': {} },
      HostConfig: { NetworkMode: network, Links: links }, ...(network !== 'default' && { NetworkingConfig: { EndpointsConfig: { [network]: { Links: links } } } }),
    })
    await host.engine.start(Id)
    return Id
  }
  const addressOf = async (name: string, network: string): Promise<string> =>
    (await host.engine.inspect(name, { size: false })).NetworkSettings?.Networks?.[network]?.IPAddress ?? ''

  it('open with the containers, stay over a restart of the daemon, and go with rm --link', async () => {
    await create('db', 'default', [])
    await create('app', 'default', ['db:store'])
    const opening = `"skep0" . ${await addressOf('app', 'bridge')} . ${await addressOf('db', 'bridge')} . tcp . 5432`
    assert.deepEqual(opened(), [opening])
    await host.close()
    await open()
    assert.deepEqual(opened(), [opening])
    await host.engine.remove('app/store', { force: false, volumes: false, link: true })
    assert.deepEqual(opened(), [])
    await host.close()
    await open()
    assert.deepEqual(opened(), [], 'the link does not come back')
    for (const name of ['app', 'db']) await host.engine.remove(name, { force: true, volumes: true, link: false })
  })

  it('open on networks of users by names, in whichever order the containers start', async () => {
    await host.network.createNetwork({ name: 'quiet', options: { ...apart, 'com.docker.network.bridge.name': 'quiet0' } })
    await create('app', 'quiet', ['db:store'])
    assert.deepEqual(opened(), [])
    await create('db', 'quiet', [])
    const opening = `"quiet0" . ${await addressOf('app', 'quiet')} . ${await addressOf('db', 'quiet')} . tcp . 5432`
    assert.deepEqual(opened(), [opening])
    await host.engine.stop('db', {})
    assert.deepEqual(opened(), [])
    for (const name of ['app', 'db']) await host.engine.remove(name, { force: true, volumes: true, link: false })
  })
})
