import { strict as assert } from 'node:assert'
import { PassThrough } from 'node:stream'
import { PluginsClient } from '../../../src/client/plugins.js'
import { Client } from '../../../src/client/client.js'
import { FakeDaemon } from '../../support/fake-backends.js'

describe('the plugin endpoints', () => {
  let daemon: FakeDaemon
  let client: PluginsClient
  beforeEach(async () => {
    daemon = await FakeDaemon.start()
    client = new PluginsClient(new Client({ host: `unix://${daemon.socketPath}` }))
  })
  afterEach(async () => {
    await daemon[Symbol.asyncDispose]()
  })
  const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
    const list: T[] = []
    for await (const item of items) list.push(item)
    return list
  }

  it('list by state and by what plugins can do', async () => {
    const { plugins } = daemon.deps
    const shown = plugins.add('a:1')
    plugins.add('b:1', { Enabled: true, Config: { ...shown.Config, Interface: { Socket: 's', Types: ['docker.volumedriver/1.0', 'docker.logdriver/1.0'] } } })
    const names = async (filters: Record<string, string[]>) => (await client.list(filters)).map(({ Name }) => Name)
    assert.deepEqual(await names({}), ['a:1', 'b:1'])
    assert.deepEqual(await names({ enabled: ['true'] }), ['b:1'])
    assert.deepEqual(await names({ enabled: ['false'] }), ['a:1'])
    assert.deepEqual(await names({ capability: ['volumedriver'] }), ['a:1'])
    assert.deepEqual(await names({ capability: ['volumedriver', 'logdriver'] }), ['a:1', 'b:1'])
    await assert.rejects(names({ name: ['a'] }), /invalid filter 'name'/)
    await assert.rejects(names({ enabled: ['perhaps'] }), /invalid filter 'enabled=perhaps'/)
  })

  it('install with what was granted, under a name that the answer tells', async () => {
    const privileges = await client.privileges('registry:5000/team/folders:2')
    const { name, progress } = await client.pull({ remote: 'registry:5000/team/folders:2', privileges, auth: Buffer.from('{"username":"ann"}').toString('base64') }, 'mine')
    assert.equal(name, 'mine:latest')
    assert.deepEqual((await all(progress)).map(({ status }) => status), ['Pulling fs layer', 'Digest: sha256:abc'])
    assert.deepEqual(daemon.deps.plugins.pulls, [{ name: 'mine:latest', request: { remote: 'registry:5000/team/folders:2', auth: { username: 'ann' }, privileges } }])
    await assert.rejects(client.pull({ remote: 'x', privileges: [] }), { kind: 'invalid', message: /incorrect privileges/ })
    await assert.rejects(client.pull({ remote: 'x', privileges }, 'mine'), { kind: 'conflict', message: /plugin mine:latest already exists/ })
    await assert.rejects(client.privileges(''), /the query parameter remote is needed/)
    await all(await client.upgrade('mine', { remote: 'registry:5000/team/folders:3', privileges }))
    assert.equal((await client.inspect('mine')).PluginReference, 'registry:5000/team/folders:3')
  })

  it('take an archive, settings and a time limit', async () => {
    const archive = new PassThrough()
    archive.end('x'.repeat(100_000))
    await client.create('team/folders', archive)
    assert.deepEqual(daemon.deps.plugins.created, [{ name: 'team/folders', bytes: 100_000 }])
    await assert.rejects(client.create('', new PassThrough().end()), /the query parameter name is needed/)
    await client.set('team/folders', ['A=1', 'B=2'])
    assert.deepEqual((await client.inspect('team/folders')).Settings.Env, ['A=1', 'B=2'])
    await client.enable('team/folders', 7)
    assert.deepEqual(daemon.deps.plugins.timeouts, [7])
    await assert.rejects(client.enable('team/folders', -1), /the query parameter timeout must be a number of seconds/)
    await assert.rejects(client.enable('team/folders', 7), { kind: 'conflict' })
    assert.deepEqual((await all(await client.push('team/folders'))).map(({ status }) => status), ['The push refers to repository [docker.io/team/folders]'])
    await assert.rejects(client.remove('team/folders'), { kind: 'conflict' })
    await client.disable('team/folders')
    await client.remove('team/folders')
    await assert.rejects(client.inspect('team/folders'), { kind: 'notFound' })
  })
})
