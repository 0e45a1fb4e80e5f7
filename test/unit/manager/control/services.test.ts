import { strict as assert } from 'node:assert'
import type { ServiceId, NodeId } from '../../../../src/model/ids.js'
import type { PortConfig, ServiceSpec } from '../../../../src/model/service.js'
import { TaskState } from '../../../../src/model/task-state.js'
import { ensurePredefinedNetworks } from '../../../../manager/allocator/predefined.js'
import { network, networkSpec, node, secret, serviceSpec, task, taskSpec, containerSpec } from '../../../support/objects.js'
import { controlFixture, refused } from './fixture.js'

const attach = (target: string) => ({ target, aliases: [], addresses: [], driverOptions: {} })
const port = (publishedPort: number, over: Partial<PortConfig> = {}): PortConfig => ({
  name: '',
  protocol: 'tcp',
  targetPort: 80,
  publishedPort,
  publishMode: 'ingress',
  ...over,
})
const withPorts = (name: string, ...ports: PortConfig[]) => serviceSpec(name, { endpoint: { mode: 'vip', ports } })
const update = { parallelism: 1, delayNs: 0, failureAction: 'pause', maxFailureRatio: 0, order: 'stop-first' } as const

describe('control: services', () => {
  it('creates, and finds by id, name and prefix', async () => {
    const { control } = controlFixture()
    const web = await control.createService(serviceSpec('web'))
    assert.equal(web.meta.version, 1)
    assert.equal(web.specVersion, 0)
    for (const ref of [web.id, 'web', web.id.slice(0, 5)]) assert.deepEqual(await control.getService(ref), web)
    assert.deepEqual(await control.listServices(), [web])
    await refused('notFound', 'service db not found', control.getService('db'))
    await refused('conflict', 'name conflicts with an existing object: service web already exists', control.createService(serviceSpec('web')))
  })

  it('tells when a prefix is not enough, and prefers a name to it', async () => {
    const { control, store } = controlFixture()
    await store.update((tx) => {
      for (const [id, name] of [['aa1', 'one'], ['aa2', 'two'], ['b', 'aa']] as const) {
        tx.create('service', { id: id as ServiceId, spec: serviceSpec(name), specVersion: 0, pendingDelete: false })
      }
    })
    assert.equal((await control.getService('aa')).id, 'b')
    await refused('invalid', 'service a is ambiguous (2 matches found)', control.getService('a'))
    await refused('invalid', 'give the id', control.getService(''))
  })

  it('remembers the spec before an update and returns to it', async () => {
    const { control } = controlFixture()
    const first = await control.createService(serviceSpec('web'))
    const scaled = serviceSpec('web', { mode: { kind: 'replicated', replicas: 5 } })
    const second = await control.updateService('web', first.meta.version, scaled, false)
    assert.deepEqual([second.spec, second.previousSpec, second.specVersion, second.previousSpecVersion], [scaled, first.spec, 1, 0])
    const third = await control.updateService('web', second.meta.version, scaled, true)
    assert.deepEqual([third.spec, third.previousSpec, third.specVersion], [first.spec, scaled, 0])
    assert.equal(third.updateStatus?.state, 'rollback_started')
    const fourth = await control.updateService('web', third.meta.version, scaled, false)
    assert.equal(fourth.updateStatus, undefined)
  })

  it('refuses updates from an old version, renames, other modes, and rollbacks to nothing', async () => {
    const { control } = controlFixture()
    const web = await control.createService(serviceSpec('web'))
    const { version } = web.meta
    await refused('outOfSequence', /^update out of sequence$/, control.updateService('web', version + 1, web.spec, false))
    await refused('unsupported', 'renaming services is not supported', control.updateService('web', version, { ...web.spec, name: 'x' }, false))
    await refused('unsupported', 'service mode change is not allowed', control.updateService('web', version, { ...web.spec, mode: { kind: 'global' } }, false))
    await refused('invalid', 'service web does not have a previous spec', control.updateService('web', version, web.spec, true))
    await refused('notFound', 'service db not found', control.updateService('db', version, web.spec, false))
    assert.deepEqual(await control.getService('web'), web)
  })

  it('two updates from one version: the second loses even while the first is under way', async () => {
    const { control, cluster } = controlFixture()
    const web = await control.createService(serviceSpec('web'))
    cluster.hold()
    const won = control.updateService('web', web.meta.version, web.spec, false)
    await refused('outOfSequence', 'update out of sequence', control.updateService('web', web.meta.version, web.spec, false))
    cluster.release()
    await won
  })

  it('takes an update from before the daemon wrote addresses down, but not from before another update', async () => {
    const { control, store } = controlFixture()
    const web = await control.createService(serviceSpec('web'))
    const note = () => store.update((tx) => {
      const service = tx.get('service', web.id)
      if (service) tx.update('service', { ...service, endpoint: { spec: { mode: 'vip', ports: [] }, ports: [], virtualIps: [] } })
    })
    await note()
    const updated = await control.updateService('web', web.meta.version, web.spec, false)
    await note()
    await refused('outOfSequence', 'update out of sequence', control.updateService('web', web.meta.version, web.spec, false))
    await control.updateService('web', updated.meta.version, web.spec, false)
  })

  it('removes', async () => {
    const { control } = controlFixture()
    await control.createService(serviceSpec('web'))
    await control.removeService('web')
    assert.deepEqual(await control.listServices(), [])
    await refused('notFound', 'service web not found', control.removeService('web'))
  })

  it('resolves networks to ids, also those given beside the task', async () => {
    const { control, store } = controlFixture()
    await store.update((tx) => {
      tx.create('network', network('n1', { spec: networkSpec('back') }))
      tx.create('network', network('n2', { spec: networkSpec('ingress', { ingress: true }) }))
    })
    const web = await control.createService(serviceSpec('web', { networks: [attach('back')] }))
    assert.deepEqual([web.spec.task.networks.map(({ target }) => target), web.spec.networks], [['n1'], []])
    const on = (...targets: string[]) => control.createService(serviceSpec('x', { task: taskSpec({ networks: targets.map(attach) }) }))
    await refused('notFound', 'network gone not found', on('gone'))
    await refused('invalid', 'service cannot be explicitly attached to the ingress network "ingress"', on('ingress'))
    await refused('forbidden', 'network bridge cannot be used with services', on('bridge'))
    await refused('invalid', 'network back is given twice', on('back', 'n1'))
  })

  it('go on the networks of their hosts, alone', async () => {
    const { control, store, ids } = controlFixture()
    await store.update((tx) => {
      tx.create('network', network('n1', { spec: networkSpec('back') }))
      ensurePredefinedNetworks(tx, ids)
    })
    const on = (name: string, targets: string[], over: Partial<ServiceSpec> = {}) => control.createService(serviceSpec(name, { task: taskSpec({ networks: targets.map(attach) }), ...over }))
    for (const name of ['host', 'bridge', 'none']) {
      const { spec } = await on(`on-${name}`, [name])
      assert.equal(store.view().get('network', spec.task.networks[0]?.target ?? '')?.spec.name, name)
      await refused('forbidden', `${name} is a pre-defined network and cannot be removed`, control.removeNetwork(name))
    }
    await on('both', ['bridge', 'back'])
    await refused('invalid', 'a service on network host can be on no other network', on('x', ['host', 'back']))
    await refused('invalid', 'cannot be published with mode ingress', on('x', ['host'], { endpoint: { mode: 'vip', ports: [port(80)] } }))
    await on('seen', ['host'], { endpoint: { mode: 'vip', ports: [port(9090, { publishMode: 'host' })] } })
    const named = { ...attach('host'), aliases: ['web'] }
    await refused('invalid', 'network-scoped aliases are only supported', control.createService(serviceSpec('x', { task: taskSpec({ networks: [named] }) })))
  })

  it('refuses ports that others have', async () => {
    const { control, store } = controlFixture()
    await store.update((tx) => tx.create('network', network('n', { spec: networkSpec('ingress', { ingress: true }) })))
    const web = await control.createService(withPorts('web', port(80)))
    await control.createService(withPorts('metrics', port(9100, { publishMode: 'host' })))
    await refused('invalid', `port '80' is already in use by service 'web' (${web.id}) as an ingress port`, control.createService(withPorts('x', port(80))))
    await refused('invalid', 'as an ingress port', control.createService(withPorts('x', port(80, { publishMode: 'host' }))))
    await refused('invalid', 'as a host-published port', control.createService(withPorts('x', port(9100))))
    await control.createService(withPorts('fine', port(80, { protocol: 'udp' }), port(9100, { publishMode: 'host' }), port(0), port(0)))
    await control.updateService('web', web.meta.version, web.spec, false)
  })

  it('needs an ingress network to publish ports in the routing mesh', async () => {
    const { control, store } = controlFixture()
    const missing = 'service needs ingress network, but no ingress network is present'
    await refused('invalid', missing, control.createService(withPorts('web', port(80))))
    const web = await control.createService(withPorts('web', port(80, { publishMode: 'host' })))
    await refused('invalid', missing, control.updateService('web', web.meta.version, withPorts('web', port(80)), false))
    await store.update((tx) => tx.create('network', network('n', { spec: networkSpec('ingress', { ingress: true }) })))
    const meshed = await control.updateService('web', web.meta.version, withPorts('web', port(80)), false)
    const back = await control.updateService('web', meshed.meta.version, web.spec, false)
    await control.removeNetwork('ingress')
    await refused('invalid', missing, control.updateService('web', back.meta.version, back.spec, true))
  })

  it('needs the secrets and configs it names', async () => {
    const { control, store } = controlFixture()
    const spec = (...ids: string[]): ServiceSpec => {
      const secrets = ids.map((id) => ({ id, name: `${id}-name`, file: { name: id, uid: '0', gid: '0', mode: 0o444 } }))
      return serviceSpec('web', { task: taskSpec({ container: containerSpec({ secrets }) }) })
    }
    await store.update((tx) => tx.create('secret', secret('s1')))
    await refused('invalid', 'secret not found: s2-name', control.createService(spec('s1', 's2')))
    await refused('invalid', 'secrets not found: s2-name, s3-name', control.createService(spec('s2', 's3')))
    await control.createService(spec('s1'))
    await refused('invalid', "secret 's1' is in use by the following service: web", control.removeSecret('s1'))
  })

  it('starts a new run of a job at each update', async () => {
    const { control } = controlFixture()
    const spec = serviceSpec('job', { mode: { kind: 'replicatedJob', maxConcurrent: 2, totalCompletions: 3 } })
    const job = await control.createService(spec)
    assert.equal(job.jobStatus?.jobIteration, 0)
    assert.equal((await control.updateService('job', job.meta.version, spec, false)).jobStatus?.jobIteration, 1)
    assert.deepEqual(await control.serviceStatuses([job.id]), { [job.id]: { running: 0, desired: 2, completed: 0 } })
  })

  it('counts running and wanted tasks', async () => {
    const { control, store } = controlFixture()
    const web = await control.createService(serviceSpec('web', { mode: { kind: 'replicated', replicas: 3 } }))
    const all = await control.createService(serviceSpec('all', { mode: { kind: 'global' } }))
    const job = await control.createService(serviceSpec('job', { mode: { kind: 'globalJob' } }))
    const status = (state: TaskState) => ({ ...task('x').status, state })
    await store.update((tx) => {
      tx.create('node', node('up'))
      tx.create('node', node('down', { status: { state: 'down', message: '', address: '' } }))
      tx.create('task', task('t1', { serviceId: web.id, slot: 1, nodeId: 'up' as NodeId, status: status(TaskState.running) }))
      tx.create('task', task('t2', { serviceId: web.id, slot: 2, nodeId: 'down' as NodeId, status: status(TaskState.running) }))
      tx.create('task', task('t3', { serviceId: web.id, slot: 3, nodeId: 'up' as NodeId, status: status(TaskState.starting) }))
      tx.create('task', task('t4', { serviceId: web.id, slot: 1, nodeId: 'up' as NodeId, status: status(TaskState.running), desiredState: TaskState.shutdown }))
      tx.create('task', task('t5', { serviceId: all.id, slot: 0, nodeId: 'up' as NodeId, status: status(TaskState.running) }))
      const ofJob = { serviceId: job.id, slot: 0, jobIteration: 0, desiredState: TaskState.complete }
      tx.create('task', task('t6', { ...ofJob, nodeId: 'up' as NodeId, status: status(TaskState.complete) }))
      tx.create('task', task('t7', { ...ofJob, nodeId: 'up' as NodeId, status: status(TaskState.running) }))
    })
    assert.deepEqual(await control.serviceStatuses([web.id, all.id, job.id, 'gone']), {
      [web.id]: { running: 1, desired: 3, completed: 0 },
      [all.id]: { running: 1, desired: 1, completed: 0 },
      [job.id]: { running: 1, desired: 1, completed: 1 },
    })
  })

  const container = (over: Parameters<typeof containerSpec>[0]) => ({ task: taskSpec({ container: containerSpec(over) }) })
  const mount = (type: string, source: string, target: string) => ({ type, source, target, readOnly: false, consistency: '' })
  const limits = (nanoCpus: number, memoryBytes: number) => ({ nanoCpus, memoryBytes, pids: 0 })
  const reservations = (nanoCpus: number, memoryBytes: number) => ({ nanoCpus, memoryBytes, generic: [] })
  const mebi = 1024 * 1024
  const malformed: [sentence: string, spec: Partial<ServiceSpec>][] = [
    ['meta: name must be provided', { name: '' }],
    ['name must be valid as a DNS name component', { name: 'not_ok_' }],
    ['name must be valid as a DNS name component', { name: 'a b' }],
    ['name must be 63 characters or fewer', { name: 'a'.repeat(64) }],
    ['TaskSpec: missing runtime', { task: { networks: [], forceUpdate: 0, runtime: '' } }],
    ['ContainerSpec: image reference must be provided', container({ image: '' })],
    ['ContainerSpec: "Web:1" is not a valid repository/tag', container({ image: 'Web:1' })],
    ['invalid cpu value 0.0001: Must be at least 0.001', { task: taskSpec({ resources: { limits: limits(1e5, 0) } }) }],
    ['invalid cpu value -1: Must be at least 0.001', { task: taskSpec({ resources: { reservations: reservations(-1e9, 0) } }) }],
    ['invalid memory value 4096: Must be at least 4MiB', { task: taskSpec({ resources: { limits: limits(0, 4096) } }) }],
    ['cpu reservation 2 is more than the cpu limit 1', { task: taskSpec({ resources: { limits: limits(1e9, 0), reservations: reservations(2e9, 0) } }) }],
    ['memory reservation 16777216 is more than the memory limit 8388608', { task: taskSpec({ resources: { limits: limits(0, 8 * mebi), reservations: reservations(0, 16 * mebi) } }) }],
    ['invalid constraint: "node.role=manager"', { task: taskSpec({ placement: { constraints: ['node.role=manager'], preferences: [], maxReplicas: 0, platforms: [] } }) }],
    ['TaskSpec: restart-delay cannot be negative', { task: taskSpec({ restart: { condition: 'any', delayNs: -1, maxAttempts: 0, windowNs: 0 } }) }],
    ['invalid number of replicas -1', { mode: { kind: 'replicated', replicas: -1 } }],
    ['TaskSpec: update-delay cannot be negative', { update: { ...update, delayNs: -1 } }],
    ['TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1', { update: { ...update, maxFailureRatio: 1.5 } }],
    ['replicas-max-per-node can only be used with replicated', { mode: { kind: 'global' }, task: taskSpec({ placement: { constraints: [], preferences: [], maxReplicas: 1, platforms: [] } }) }],
    ['not supported for jobs', { mode: { kind: 'globalJob' }, update }],
    ['unrecognized rollback failure action rollback', { rollback: { ...update, failureAction: 'rollback' } }],
    ['EndpointSpec: duplicate published ports provided: 80/tcp', { endpoint: { mode: 'vip', ports: [port(80), port(80)] } }],
    ['label skep.ingress.proxy-protocol.81: the service publishes no TCP port 81 in ingress mode: publish it, or remove the label', {
      labels: { 'skep.ingress.proxy-protocol.81': 'v2' }, endpoint: { mode: 'vip', ports: [port(80)] },
    }],
    ['label skep.ingress.proxy-protocol.80: the version of the PROXY protocol is "v1": only v2 is there', {
      labels: { 'skep.ingress.proxy-protocol.80': 'v1' }, endpoint: { mode: 'vip', ports: [port(80)] },
    }],
    ['label skep.ingress.proxy-protocol.web: "web" is no published port: name it skep.ingress.proxy-protocol.<1-65535>', {
      labels: { 'skep.ingress.proxy-protocol.web': 'v2' },
    }],
    ["EndpointSpec: port published with ingress mode can't be used with dnsrr mode", { endpoint: { mode: 'dnsrr', ports: [port(80)] } }],
    ['invalid published port 70000', { endpoint: { mode: 'vip', ports: [port(70_000)] } }],
    ['ContainerSpec: duplicate mount point: /data/', container({ mounts: [mount('volume', 'v', '/data'), mount('tmpfs', '', '/data/')] })],
    ["invalid mount path: 'data' mount path must be absolute", container({ mounts: [mount('volume', 'v', 'data')] })],
    ['field Source must not be empty', container({ mounts: [mount('bind', '', '/data')] })],
    ['mount type unknown: "floppy"', container({ mounts: [mount('floppy', 'a', '/data')] })],
    ['ContainerSpec: Interval in HealthConfig cannot be less than 1ms', container({ healthCheck: { test: [], intervalNs: 5, timeoutNs: 0, startPeriodNs: 0, startIntervalNs: 0, retries: 0 } })],
    ['unknown value .Task.Colour', container({ hostname: '{{.Task.Colour}}' })],
    ['"{{" has no "}}"', container({ env: ['A={{.Task.Slot'] })],
  ]
  for (const [sentence, over] of malformed) {
    it(`refuses: ${sentence}`, async () => {
      const { control, cluster } = controlFixture()
      await refused('invalid', sentence, control.createService(serviceSpec('web', over)))
      assert.equal(cluster.log.length, 0)
    })
  }

  it('takes templates, digests and registries', async () => {
    const { control } = controlFixture()
    const digest = `sha256:${'a'.repeat(64)}`
    for (const [at, image] of ['busybox', 'busybox:1.36', `busybox:1@${digest}`, 'localhost:5000/a/b_c:x', 'reg.example.com/x@' + digest].entries()) {
      const env = ['A={{.Task.Slot}}', 'B={{index .Service.Labels "com.example.x"}}', 'C={{.Node.Hostname}}-{{.Task.Name}}']
      await control.createService(serviceSpec(`s${at}`, container({ image, env, hostname: '{{.Node.Hostname}}' })))
    }
  })
})
