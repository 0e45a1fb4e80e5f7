import { strict as assert } from 'node:assert'
import type { Network } from '../../src/model/engine-api/network.js'
import { endpointRow, serviceRow } from '../support/network-rows.js'
import { request } from 'node:http'
import { encodeServiceSpec } from '../../src/api/services/encode.js'
import { apiRoutes } from '../../src/api/routes.js'
import { Router } from '../../src/api/router.js'
import { unserved } from '../../src/api/unserved.js'
import type { NodeId, ServiceId } from '../../src/model/ids.js'
import { FakeDaemon, fakeDeps } from '../support/fake-backends.js'
import { EngineDefinition, definitionPath } from '../support/engine-definition.js'
import { serviceSpec, task } from '../support/objects.js'

const definition = EngineDefinition.load()

describe('the Engine API’s definition', function () {
  before(function () {
    if (definition) return
    console.warn(`SKIPPED: the definition is not at ${definitionPath}`)
    this.skip()
  })

  it('every operation is served, or listed with a reason', () => {
    const router = new Router(apiRoutes(fakeDeps()))
    const missing = (definition?.operations ?? []).filter(({ method, path }) => !router.find(method, path.replaceAll(/\{\w+\}/g, 'x')))
    assert.deepEqual(missing.map(({ id }) => id), [])
  })

  it('what is listed as not served is in the definition, at its place and with a reason', () => {
    for (const { operation, method, path, reason } of unserved) {
      const defined = definition?.operation(operation)
      assert.equal(`${method} ${path.replaceAll(/:\w+/g, '{}')}`, `${defined?.method} ${defined?.path.replaceAll(/\{\w+\}/g, '{}')}`)
      assert.ok(reason.length > 20, `${operation} needs a sentence`)
    }
  })

  it('no operation is served and listed as not served', () => {
    const routes = apiRoutes(fakeDeps()).map(({ method, path }) => `${method} ${path}`)
    assert.equal(new Set(routes).size, routes.length)
  })

  describe('answers', () => {
    let daemon: FakeDaemon
    beforeEach(async () => {
      daemon = await FakeDaemon.start()
    })
    afterEach(async () => {
      await daemon[Symbol.asyncDispose]()
    })

    const call = (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body)
        const headers = text === undefined ? {} : { 'Content-Type': 'application/json' }
        const outgoing = request({ socketPath: daemon.socketPath, method, path: `/v1.51${path}`, headers, agent: false }, (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('end', () => {
            const received = Buffer.concat(chunks).toString()
            const json = (answer.headers['content-type'] ?? '').startsWith('application/json')
            resolve({ status: answer.statusCode ?? 0, body: json ? JSON.parse(received.split('\n')[0] ?? '') : received })
          })
        })
        outgoing.on('error', reject)
        outgoing.end(text)
      })

    /** Calls the operation and holds status and body against the definition. */
    const conforms = async (id: string, expected: number, params: Record<string, string> = {}, query = '', body?: unknown): Promise<unknown> => {
      const { method, path, responses } = definition?.operation(id) ?? { method: '', path: '', responses: {} }
      const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? assert.fail(`${id}: no ${name}`))
      const answer = await call(method, `${target}${query}`, body)
      assert.equal(answer.status, expected, `${id}: ${JSON.stringify(answer.body)}`)
      assert.ok(String(expected) in responses, `${id}: the definition has no status ${expected}`)
      assert.deepEqual(definition?.problems(id, answer.status, answer.body) ?? [], [], `${id}: ${JSON.stringify(answer.body)}`)
      return answer.body
    }

    it('of containers and exec', async () => {
      const { Id: id } = (await conforms('ContainerCreate', 201, {}, '?name=web', { Image: 'busybox', Cmd: ['sleep'] })) as { Id: string }
      await conforms('ContainerCreate', 409, {}, '?name=web', { Image: 'busybox' })
      await conforms('ContainerCreate', 404, {}, '', { Image: 'missing' })
      await conforms('ContainerCreate', 400, {}, '', { Image: 7 })
      await conforms('ContainerStart', 204, { id })
      await conforms('ContainerStart', 304, { id })
      await conforms('ContainerList', 200)
      await conforms('ContainerInspect', 200, { id })
      await conforms('ContainerInspect', 404, { id: 'none' })
      await conforms('ContainerTop', 200, { id })
      await conforms('ContainerChanges', 200, { id })
      await conforms('ContainerStats', 200, { id }, '?stream=0')
      await conforms('ContainerLogs', 200, { id }, '?stdout=1')
      await conforms('ContainerLogs', 404, { id: 'none' }, '?stdout=1')
      await conforms('ContainerUpdate', 200, { id }, '', { Memory: 1 << 30 })
      await conforms('ContainerRename', 204, { id }, '?name=other')
      await conforms('ContainerResize', 200, { id }, '?h=10&w=20')
      await conforms('ContainerPause', 204, { id })
      await conforms('ContainerUnpause', 204, { id })
      await conforms('ContainerRestart', 204, { id }, '?t=1')
      const { Id: execId } = (await conforms('ContainerExec', 201, { id }, '', { Cmd: ['echo'] })) as { Id: string }
      await conforms('ExecInspect', 200, { id: execId })
      await conforms('ExecStart', 200, { id: execId }, '', { Detach: true })
      await conforms('ExecInspect', 404, { id: 'none' })
      await conforms('ContainerKill', 204, { id })
      await conforms('ContainerKill', 409, { id })
      await conforms('ContainerStop', 304, { id })
      await conforms('ContainerWait', 200, { id })
      await conforms('ContainerDelete', 204, { id })
      await conforms('ContainerDelete', 404, { id })
      await conforms('ContainerPrune', 200)
    })

    it('of images, networks and volumes', async () => {
      daemon.deps.images.add('app:v1')
      await conforms('ImageList', 200)
      await conforms('ImageInspect', 200, { name: 'app:v1' })
      await conforms('ImageInspect', 404, { name: 'none' })
      await conforms('ImageHistory', 200, { name: 'app:v1' })
      await conforms('ImageTag', 201, { name: 'app:v1' }, '?repo=other')
      await conforms('ImageTag', 404, { name: 'none' }, '?repo=other')
      await conforms('ImageGet', 200, { name: 'app:v1' })
      await conforms('ImageGetAll', 200, {}, '?names=app:v1')
      await conforms('ImageLoad', 200)
      await conforms('ImageDelete', 200, { name: 'app:v1' })
      await conforms('ImageDelete', 404, { name: 'app:v1' })
      await conforms('ImagePrune', 200)
      const { Id: id } = (await conforms('NetworkCreate', 201, {}, '', { Name: 'front' })) as { Id: string }
      await conforms('NetworkCreate', 403, {}, '', { Name: 'bridge' })
      await conforms('NetworkList', 200)
      await conforms('NetworkInspect', 200, { id })
      await conforms('NetworkInspect', 404, { id: 'none' })
      const back = daemon.deps.networks.add('back', { Driver: 'overlay', Scope: 'swarm' })
      daemon.deps.networks.tables.set(back.Id ?? '', {
        services: [serviceRow('back', 'web', '10.0.1.2', { ports: [{ name: '', protocol: 'tcp', targetPort: 80, publishedPort: 8080, publishMode: 'ingress' }] })],
        endpoints: [endpointRow('back', 't1', '10.0.1.3'), endpointRow('back', 't2', '10.0.1.4', { serviceId: '', taskName: 'lone' })],
        peers: [{ nodeId: 'n1' as NodeId, hostname: 'host1', address: '192.0.2.1' }],
      })
      const plainly = (await conforms('NetworkInspect', 200, { id: 'back' })) as Network
      assert.deepEqual([plainly.Peers, plainly.Services], [[{ Name: 'host1-n1', IP: '192.0.2.1' }], undefined])
      assert.equal('Problems' in plainly, false)
      daemon.deps.networks.troubles.set(back.Id ?? '', ['not everything on a network can be reached: no buffer space'])
      const verbose = (await conforms('NetworkInspect', 200, { id: 'back' }, '?verbose=true')) as Network
      assert.deepEqual(verbose.Problems, ['not everything on a network can be reached: no buffer space'])
      assert.deepEqual(verbose.Services, {
        '': { VIP: '<nil>', Ports: [], LocalLBIndex: 0, Tasks: [{ Name: 'lone', EndpointID: 't2', EndpointIP: '10.0.1.4', Info: { 'Host IP': '192.0.2.1' } }] },
        web: {
          VIP: '10.0.1.2', Ports: ['Target: 80, Publish: 8080'], LocalLBIndex: 256,
          Tasks: [{ Name: 'web.1.t1', EndpointID: 't1', EndpointIP: '10.0.1.3', Info: { 'Host IP': '192.0.2.1' } }],
        },
      })
      daemon.deps.networks.networks.delete(back.Id ?? '')
      await conforms('NetworkConnect', 200, { id }, '', { Container: 'c' })
      await conforms('NetworkDisconnect', 200, { id }, '', { Container: 'c' })
      await conforms('NetworkDelete', 204, { id })
      await conforms('NetworkPrune', 200)
      await conforms('VolumeCreate', 201, {}, '', { Name: 'data' })
      await conforms('VolumeList', 200)
      await conforms('VolumeInspect', 200, { name: 'data' })
      await conforms('VolumeDelete', 204, { name: 'data' })
      await conforms('VolumeInspect', 404, { name: 'data' })
      await conforms('VolumePrune', 200)
    })

    it('of plugins', async () => {
      // The definition has objects for interface types; Docker sends strings, which its clients read.
      const { plugins } = daemon.deps
      const shown = plugins.add('me/folders:latest')
      plugins.plugins.set(shown.Name, { ...shown, Config: { ...shown.Config, Interface: { ...shown.Config.Interface, Types: [] } } })
      const name = 'me/folders'
      await conforms('PluginList', 200, {}, '?filters={"enabled":["false"]}')
      await conforms('PluginInspect', 200, { name })
      await conforms('PluginInspect', 404, { name: 'none' })
      await conforms('GetPluginPrivileges', 200, {}, '?remote=me/folders')
      await conforms('PluginSet', 204, { name }, '', ['DEBUG=1'])
      await conforms('PluginSet', 404, { name: 'none' }, '', ['DEBUG=1'])
      await conforms('PluginEnable', 200, { name }, '?timeout=5')
      await conforms('PluginEnable', 404, { name: 'none' }, '?timeout=5')
      await conforms('PluginDisable', 200, { name }, '?force=true')
      await conforms('PluginDisable', 404, { name: 'none' })
      await conforms('PluginPush', 200, { name })
      await conforms('PluginPush', 404, { name: 'none' })
      await conforms('PluginCreate', 204, {}, '?name=me/other')
      // The definition has 204 for these two, and the plugin for a removal; Docker streams its progress, and answers with nothing.
      const privileges = await plugins.privileges('me/new')
      assert.deepEqual(await call('POST', '/plugins/pull?remote=me/new', privileges), { status: 200, body: { status: 'Pulling fs layer', progressDetail: {}, id: 'abc' } })
      assert.equal((await call('POST', '/plugins/me/new/upgrade?remote=me/new:2', privileges)).status, 200)
      assert.deepEqual(await call('DELETE', '/plugins/me/new'), { status: 200, body: '' })
      await conforms('PluginDelete', 404, { name: 'me/new' })
    })

    it('of the system', async () => {
      await conforms('SystemPing', 200)
      await conforms('SystemPingHead', 200)
      await conforms('SystemVersion', 200)
      await conforms('SystemInfo', 200)
      await conforms('SystemDataUsage', 200)
      await conforms('SystemAuth', 200, {}, '', { username: 'me', password: 'right' })
      await conforms('SystemAuth', 401, {}, '', { username: 'me', password: 'wrong' })
      daemon.deps.events.remembered.push({ Type: 'network', Action: 'create', Actor: { ID: 'n', Attributes: {} }, scope: 'local', time: 1, timeNano: 1e9 })
      await conforms('SystemEvents', 200, {}, '?since=1&until=2')
    })

    it('of a swarm', async () => {
      for (const id of ['SwarmInspect', 'ServiceList', 'NodeList', 'TaskList', 'SecretList', 'ConfigList']) await conforms(id, 503)
      await conforms('SwarmInit', 200, {}, '', { ListenAddr: '0.0.0.0:2377', AdvertiseAddr: '127.0.0.1' })
      await conforms('SwarmInit', 503, {}, '', {})
      const swarm = (await conforms('SwarmInspect', 200)) as { Version: { Index: number }; Spec: object }
      await conforms('SwarmUpdate', 200, {}, `?version=${swarm.Version.Index}`, swarm.Spec)
      await conforms('SwarmUpdate', 400, {}, '', swarm.Spec)
      await conforms('SwarmUnlockkey', 200)
      await conforms('SwarmUnlock', 200, {}, '', { UnlockKey: 'key' })
      const [node] = (await conforms('NodeList', 200)) as { ID: string; Version: { Index: number }; Spec: object }[]
      const nodeId = node?.ID ?? ''
      await conforms('NodeInspect', 200, { id: nodeId })
      await conforms('NodeInspect', 404, { id: 'none' })
      await conforms('NodeUpdate', 200, { id: nodeId }, `?version=${node?.Version.Index}`, node?.Spec)
      await conforms('NodeUpdate', 500, { id: nodeId }, `?version=${node?.Version.Index}`, node?.Spec)

      const spec = encodeServiceSpec(serviceSpec('web'))
      const { ID: id } = (await conforms('ServiceCreate', 201, {}, '', spec)) as { ID: string }
      await conforms('ServiceCreate', 409, {}, '', spec)
      await conforms('ServiceCreate', 400, {}, '', { Name: 3 })
      await conforms('ServiceList', 200, {}, '?status=true')
      const service = (await conforms('ServiceInspect', 200, { id }, '?insertDefaults=true')) as { Version: { Index: number }; Spec: object }
      await conforms('ServiceUpdate', 200, { id }, `?version=${service.Version.Index}`, service.Spec)
      await conforms('ServiceUpdate', 500, { id }, `?version=${service.Version.Index}`, service.Spec)
      const control = daemon.deps.swarm.theControl
      const one = task('t'.repeat(25), { serviceId: id as ServiceId, nodeId: nodeId as NodeId })
      control.tasks.set(one.id, { ...one, meta: control.meta() })
      await conforms('TaskList', 200, {}, `?filters=${encodeURIComponent(JSON.stringify({ service: ['web'], node: ['self'] }))}`)
      await conforms('TaskInspect', 200, { id: one.id })
      await conforms('TaskInspect', 404, { id: 'none' })
      await conforms('TaskLogs', 200, { id: one.id }, '?stdout=1')
      await conforms('ServiceLogs', 200, { id }, '?stdout=1')
      await conforms('ServiceDelete', 200, { id })
      await conforms('ServiceDelete', 404, { id })

      for (const [noun, path] of [['Secret', 'secrets'], ['Config', 'configs']]) {
        const body = { Name: 'key', Labels: {}, Data: Buffer.from('data').toString('base64') }
        const made = (await conforms(`${noun}Create`, 201, {}, '', body)) as { ID: string }
        await conforms(`${noun}Create`, 409, {}, '', body)
        await conforms(`${noun}List`, 200)
        const found = (await conforms(`${noun}Inspect`, 200, { id: made.ID })) as { Version: { Index: number }; Spec: object }
        await conforms(`${noun}Update`, 200, { id: made.ID }, `?version=${found.Version.Index}`, { ...found.Spec, Labels: { a: 'b' } })
        await conforms(`${noun}Delete`, 204, { id: made.ID })
        assert.equal((await call('GET', `/${path}/${made.ID}`)).status, 404)
      }
      await conforms('NodeDelete', 200, { id: nodeId })
      await conforms('SwarmLeave', 200)
      await conforms('SwarmJoin', 200, {}, '', { RemoteAddrs: ['10.0.0.1:2377'], JoinToken: 'SWMTKN-1-x' })
      await conforms('SwarmJoin', 400, {}, '', { RemoteAddrs: [] })
    })
  })
})
