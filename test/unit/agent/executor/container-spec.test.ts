import { strict as assert } from 'node:assert'
import { containerName, containerRequest } from '../../../../agent/executor/container-spec.js'
import { taskFiles, type FileSource } from '../../../../agent/executor/task-files.js'
import { expand, taskScope } from '../../../../agent/executor/template.js'
import { attach } from '../../../../agent/executor/network-attachment.js'
import type { Network } from '../../../../src/model/network.js'
import type { Config, Secret } from '../../../../src/model/secret.js'
import { TemporaryError } from '../../../../agent/executor/errors.js'
import { taskOf } from '../../../support/agent-task.js'

const node = { id: 'node-id', hostname: 'host-1', platform: { os: 'linux', architecture: 'x86_64' } }
const plain = { mode: 'default', endpoints: {} }

describe('the container of a task', () => {
  it('has the name and the labels of Swarm mode', () => {
    const request = containerRequest(taskOf('abc', {}, { labels: { own: 'x' } }), node, plain, [])
    assert.equal(containerName(taskOf('abc')), 'web.1.abc')
    assert.equal(containerName(taskOf('abc', { slot: 0 })), 'web.node-id.abc')
    assert.deepEqual(request.Labels, {
      own: 'x',
      'com.docker.swarm.node.id': 'node-id',
      'com.docker.swarm.service.id': 'web-id',
      'com.docker.swarm.service.name': 'web',
      'com.docker.swarm.task': '',
      'com.docker.swarm.task.id': 'abc',
      'com.docker.swarm.task.name': 'web.1.abc',
    })
  })

  it('takes every setting of the spec', () => {
    const task = taskOf(
      'abc',
      {
        endpoint: {
          spec: { mode: 'vip', ports: [] },
          virtualIps: [],
          ports: [
            { name: '', protocol: 'tcp', targetPort: 80, publishedPort: 8080, publishMode: 'host' },
            { name: '', protocol: 'udp', targetPort: 53, publishedPort: 0, publishMode: 'host' },
            { name: '', protocol: 'tcp', targetPort: 81, publishedPort: 8081, publishMode: 'ingress' },
          ],
        },
        assignedGenericResources: [{ kind: 'gpu', value: 'GPU-0' }, { kind: 'gpu', value: 'GPU-1' }, { kind: 'ssd', count: 2 }],
      },
      {
        command: ['/bin/app'], args: ['-v'], hostname: '{{.Service.Name}}-{{.Task.Slot}}', env: ['A={{.Node.Hostname}}', 'B=1'], dir: '/srv', user: '5',
        groups: ['g'], tty: true, openStdin: true, readOnly: true, stopSignal: 'SIGINT', stopGracePeriodNs: 1_500_000_000,
        healthCheck: { test: ['CMD', 'true'], intervalNs: 1, timeoutNs: 2, startPeriodNs: 3, startIntervalNs: 4, retries: 5 },
        hosts: ['10.0.0.1 db database'], dns: { nameservers: ['1.1.1.1'], search: ['x'], options: ['ndots:1'] }, init: true, sysctls: { a: 'b' },
        capabilityAdd: ['NET_ADMIN'], capabilityDrop: ['ALL'], ulimits: [{ name: 'nofile', soft: 1, hard: 2 }], oomScoreAdj: 9,
        privileges: { noNewPrivileges: true, seccomp: { mode: 'unconfined', profile: new Uint8Array() } },
        mounts: [
          { type: 'volume', source: 'data-{{.Task.Slot}}', target: '/data', readOnly: false, consistency: '', volume: { noCopy: true, labels: { s: '{{.Service.Name}}' }, subpath: '', driver: { name: 'local', options: { o: 'x' } } } },
          { type: 'tmpfs', source: '', target: '/tmp', readOnly: false, consistency: '', tmpfs: { sizeBytes: 10, mode: 0o1777, options: ['noexec', 'uid=5'] } },
          { type: 'bind', source: '/a', target: '/b', readOnly: true, consistency: '', bind: { propagation: 'rslave', nonRecursive: true, createMountpoint: true, readOnlyNonRecursive: false, readOnlyForceRecursive: false } },
        ],
      },
    )
    task.spec.resources = { limits: { nanoCpus: 5e8, memoryBytes: 1000, pids: 7 }, reservations: { nanoCpus: 1, memoryBytes: 500, generic: [] }, swapBytes: 200 }
    task.spec.logDriver = { name: 'json-file', options: { 'max-size': '1m' } }
    const request = containerRequest(task, node, plain, [{ source: '/run/x/secret', target: '/run/secrets/key' }])
    const { HostConfig: host, Labels: _labels, NetworkingConfig: _network, ...config } = request
    assert.deepEqual(config, {
      Image: 'app:1', Entrypoint: ['/bin/app'], Cmd: ['-v'], Hostname: 'web-1',
      Env: ['A=host-1', 'B=1', 'DOCKER_RESOURCE_GPU=GPU-0,GPU-1', 'DOCKER_RESOURCE_SSD=2'],
      WorkingDir: '/srv', User: '5', Tty: true, OpenStdin: true, StopSignal: 'SIGINT', StopTimeout: 2,
      Healthcheck: { Test: ['CMD', 'true'], Interval: 1, Timeout: 2, StartPeriod: 3, StartInterval: 4, Retries: 5 },
      ExposedPorts: { '80/tcp': {}, '53/udp': {}, '81/tcp': {} },
    })
    assert.deepEqual(host, {
      NetworkMode: 'default',
      PortBindings: { '80/tcp': [{ HostPort: '8080' }], '53/udp': [{ HostPort: '' }] },
      Mounts: [
        { Type: 'volume', Source: 'data-1', Target: '/data', ReadOnly: false, VolumeOptions: { NoCopy: true, Labels: { s: 'web' }, DriverConfig: { Name: 'local', Options: { o: 'x' } } } },
        { Type: 'tmpfs', Source: '', Target: '/tmp', ReadOnly: false, TmpfsOptions: { SizeBytes: 10, Mode: 0o1777, Options: [['noexec'], ['uid', '5']] } },
        { Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true, BindOptions: { Propagation: 'rslave', NonRecursive: true, CreateMountpoint: true, ReadOnlyNonRecursive: false, ReadOnlyForceRecursive: false } },
        { Type: 'bind', Source: '/run/x/secret', Target: '/run/secrets/key', ReadOnly: true, BindOptions: { Propagation: 'rprivate' } },
      ],
      ReadonlyRootfs: true, GroupAdd: ['g'], ExtraHosts: ['db:10.0.0.1', 'database:10.0.0.1'], Dns: ['1.1.1.1'], DnsSearch: ['x'], DnsOptions: ['ndots:1'],
      Init: true, Sysctls: { a: 'b' }, CapAdd: ['NET_ADMIN'], CapDrop: ['ALL'], Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }], OomScoreAdj: 9,
      SecurityOpt: ['no-new-privileges=true', 'seccomp=unconfined'], Devices: [],
      NanoCpus: 5e8, Memory: 1000, PidsLimit: 7, MemoryReservation: 500, MemorySwap: 1200,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } }, RestartPolicy: { Name: 'no' },
    })
  })

  it('takes the profiles and labels of its privileges', () => {
    const options = (privileges: object) => containerRequest(taskOf('abc', {}, { privileges: { noNewPrivileges: false, ...privileges } }), node, plain, []).HostConfig?.SecurityOpt
    assert.deepEqual(options({ seccomp: { mode: 'custom', profile: Buffer.from('{"x":1}') } }), ['seccomp={"x":1}'])
    assert.deepEqual(options({ seccomp: { mode: 'default', profile: new Uint8Array() }, appArmor: { mode: 'default' } }), undefined)
    assert.deepEqual(options({ appArmor: { mode: 'disabled' } }), ['apparmor=unconfined'])
    assert.deepEqual(options({ seLinux: { disable: true, user: 'u', role: '', type: '', level: '' } }), ['label=disable'])
    assert.deepEqual(options({ seLinux: { disable: false, user: 'u', role: '', type: 't', level: '' } }), ['label=user:u', 'label=type:t'])
  })

  it('fills in templates, and refuses what it does not know', () => {
    const scope = taskScope(taskOf('abc'), node)
    const cases: [string, string][] = [
      ['plain', 'plain'],
      ['{{.Service.ID}} {{ .Task.ID }} {{.Task.Name}}', 'web-id abc web.1.abc'],
      ['{{.Node.ID}}/{{.Node.Platform.OS}}/{{.Node.Platform.Architecture}}', 'node-id/linux/x86_64'],
      ['{{index .Service.Labels "tier"}}{{.Service.Labels.tier}}[{{.Service.Labels.none}}]', 'frontfront[]'],
      ['a {{- .Task.Slot -}} b', 'a1b'],
      ['{{upper .Service.Name | printf "%s-%d" "x"}}', 'x-WEB'],
      ['{{join (split "a,b" ",") "+"}}', 'a+b'],
    ]
    for (const [text, wanted] of cases) assert.equal(expand(text, scope), wanted)
    for (const bad of ['{{', '{{.Service.Color}}', '{{constructor}}', '{{.Node.__proto__}}', '{{"a" "b"}}', '{{}}', '{{range .X}}']) {
      assert.throws(() => expand(bad, scope), /invalid template/, bad)
    }
    assert.throws(() => containerRequest(taskOf('abc', {}, { env: ['A={{.Nope}}'] }), node, plain, []), /there is no value .Nope/)
  })

  it('is given its secrets and configs as files', () => {
    const secret = { id: 's1', spec: { name: 'key', labels: {}, data: Buffer.from('hidden') } } as unknown as Secret
    const config = { id: 'c1', spec: { name: 'conf', labels: {}, data: Buffer.from('{{.Service.Name}} {{secret "key"}}'), templating: { name: 'golang', options: {} } } } as unknown as Config
    const source: FileSource = { secret: (id) => (id === 's1' ? secret : undefined), config: (id) => (id === 'c1' ? config : undefined) }
    const scope = taskScope(taskOf('abc'), node)
    const file = { name: 'key', uid: '7', gid: '', mode: 0o400 }
    const secrets = [{ id: 's1', name: 'key', file }]
    const configs = [{ id: 'c1', name: 'conf', file: { name: '/etc/app.conf', uid: '0', gid: '8', mode: 0o444 } }]
    assert.deepEqual(
      taskFiles({ secrets, configs }, source, scope).map((one) => ({ ...one, data: Buffer.from(one.data).toString() })),
      [
        { target: '/run/secrets/key', data: 'hidden', uid: 7, gid: 0, mode: 0o400 },
        { target: '/etc/app.conf', data: 'web hidden', uid: 0, gid: 8, mode: 0o444 },
      ],
    )
    assert.throws(() => taskFiles({ secrets: [{ id: 's2', name: 'late', file }], configs: [] }, source, scope), (thrown) => thrown instanceof TemporaryError && /waiting for secret late/.test(thrown.message))
    assert.throws(() => taskFiles({ secrets: [{ id: 's1', name: 'key', file: { ...file, name: '../..' } }], configs: [] }, source, scope), /cannot be the name of a file/)
    assert.throws(() => taskFiles({ secrets: [{ id: 's1', name: 'key', file: { ...file, uid: 'root' } }], configs: [] }, source, scope), /a number is expected/)
  })

  it('is attached to its networks, the ingress one last', async () => {
    const network = (name: string, given: Partial<Network['spec']> = {}): Network => ({ id: `${name}-id`, meta: { version: 1, createdAtMs: 0, updatedAtMs: 0 }, pendingDelete: false, spec: { name, labels: {}, driver: { name: 'overlay', options: {} }, ipv6Enabled: false, internal: false, attachable: false, ingress: false, scope: 'swarm', configFrom: '', ...given } }) as unknown as Network
    const attachment = (one: Network) => ({ network: one, addresses: ['10.0.1.5/24', 'fd00::5/64'], aliases: ['www'], driverOptions: {} })
    const ensured: string[] = []
    const cluster = { ensure: (one: Network) => Promise.resolve(ensured.push(one.spec.name)).then(() => one.spec.name) }
    const task = taskOf('abc', { networks: [attachment(network('ingress', { ingress: true })), attachment(network('back'))] })
    const plan = await attach(task, cluster)
    assert.equal(plan.mode, 'back')
    assert.deepEqual(Object.keys(plan.endpoints), ['back', 'ingress'])
    assert.deepEqual(plan.endpoints['back'], { IPAMConfig: { IPv4Address: '10.0.1.5', IPv6Address: 'fd00::5' }, Aliases: ['web', 'www'] })
    assert.deepEqual(await attach(taskOf('x', { networks: [attachment(network('host', { scope: 'local' }))] }), undefined), { mode: 'host', endpoints: {} })
    await assert.rejects(attach(task, undefined), /this node cannot take part in network back/)
    await assert.rejects(attach(taskOf('x', { networks: [attachment(network('ingress', { ingress: true }))] }), undefined), /publish the service's ports with mode=host/)
  })
})
