import { repositoryRoot } from '../../lab/belongings.js'
import { FakeDaemon } from './support/fake-daemon.js'
import { runLine } from './support/run-line.js'
import { describeTranscript } from './support/transcript.js'

/** What command lines print. Now is 2026-01-02T03:04:05Z. */
describe('output of command lines', () => {
  const seconds = Date.parse('2026-01-02T03:04:05Z') / 1000
  const digest = (letter: string): string => `sha256:${letter.repeat(64)}`
  const task = (id: string, slot: number, state: string, created: string, more: object = {}): object => ({
    ID: id.repeat(25),
    ServiceID: 'svc1',
    NodeID: 'node1',
    Slot: slot,
    CreatedAt: created,
    DesiredState: state === 'running' ? 'running' : 'shutdown',
    Spec: { ContainerSpec: { Image: `web:1@${digest('a')}` } },
    Status: { State: state, Timestamp: '2026-01-02T03:00:05Z' },
    ...more,
  })
  const web = {
    ID: 'svc1svc1svc1svc1svc1svc1s',
    Version: { Index: 7 },
    Spec: {
      Name: 'web',
      Labels: { tier: 'front' },
      Mode: { Replicated: { Replicas: 2 } },
      TaskTemplate: {
        ContainerSpec: { Image: 'web:1', Env: ['A=1'], Args: ['serve'], Mounts: [{ Type: 'volume', Source: 'data', Target: '/data' }] },
        Resources: { Limits: { MemoryBytes: 64 * 1024 ** 2, NanoCPUs: 5e8 } },
        Placement: { Constraints: ['node.role==worker'], MaxReplicas: 2 },
        Networks: [{ Target: 'net1' }],
      },
      UpdateConfig: { Parallelism: 2, Delay: 90e9, FailureAction: 'rollback', Order: 'start-first' },
      EndpointSpec: { Mode: 'vip' },
    },
    UpdateStatus: { State: 'completed', StartedAt: '2026-01-02T03:00:05Z', CompletedAt: '2026-01-02T03:03:05Z', Message: 'update completed' },
    ServiceStatus: { RunningTasks: 1, DesiredTasks: 2 },
    Endpoint: {
      Ports: [
        { Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'ingress' },
        { Protocol: 'tcp', TargetPort: 81, PublishedPort: 8081, PublishMode: 'ingress' },
        { Protocol: 'udp', TargetPort: 53, PublishedPort: 53, PublishMode: 'host' },
      ],
    },
  }
  const container = {
    Id: 'c'.repeat(64),
    Names: ['/web', '/other/alias'],
    Image: 'web:1',
    ImageID: digest('a'),
    Command: '/bin/server --with "quotes"',
    Created: seconds - 65,
    State: 'running',
    Status: 'Up About a minute',
    Labels: { b: '2', a: '1' },
    Ports: [
      { PrivatePort: 80, PublicPort: 8080, IP: '0.0.0.0', Type: 'tcp' },
      { PrivatePort: 80, PublicPort: 8080, IP: '::', Type: 'tcp' },
      { PrivatePort: 91, PublicPort: 91, IP: '0.0.0.0', Type: 'udp' },
      { PrivatePort: 90, PublicPort: 90, IP: '0.0.0.0', Type: 'udp' },
      { PrivatePort: 443, Type: 'tcp' },
    ],
    SizeRw: 2048,
    SizeRootFs: 5_000_000,
    Mounts: [{ Type: 'volume', Name: 'a-volume-with-a-long-name', Driver: 'local' }],
    NetworkSettings: { Networks: { front: {}, back: {} } },
  }
  const answers = {
    'GET /containers/json': [container],
    'GET /containers/web/json': { Id: container.Id, Name: '/web', Config: { Env: ['A=1'], Labels: { a: '1' } }, NetworkSettings: { Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }], '9/udp': null } } },
    'GET /containers/web/changes': [{ Kind: 0, Path: '/etc' }, { Kind: 1, Path: '/etc/new' }, { Kind: 2, Path: '/tmp/old' }],
    'GET /containers/web/top': { Titles: ['UID', 'PID', 'CMD'], Processes: [['root', '12', 'sleep 1000']] },
    'GET /containers/web/stats': {
      id: container.Id,
      name: '/web',
      cpu_stats: { cpu_usage: { total_usage: 300 }, system_cpu_usage: 2000, online_cpus: 2 },
      precpu_stats: { cpu_usage: { total_usage: 100 }, system_cpu_usage: 1000 },
      memory_stats: { usage: 3 * 1024 ** 2, limit: 1024 ** 3, stats: { inactive_file: 1024 ** 2 } },
      networks: { eth0: { rx_bytes: 1500, tx_bytes: 20 } },
      blkio_stats: { io_service_bytes_recursive: [{ op: 'Read', value: 4096 }, { op: 'write', value: 1 }] },
      pids_stats: { current: 3 },
    },
    'POST /containers/web/stop': null,
    'GET /images/json': [
      { Id: digest('a'), RepoTags: ['web:1', 'localhost:5000/team/web:1'], RepoDigests: [`web@${digest('d')}`], Created: seconds - 86400 * 3, Size: 12_345_678, Containers: -1, SharedSize: -1 },
      { Id: digest('b'), RepoTags: [], RepoDigests: [], Created: seconds - 3600, Size: 900 },
    ],
    'GET /images/web:1/history': [{ Id: digest('a'), Created: seconds - 3600, CreatedBy: `RUN\t${'x'.repeat(60)}`, Size: 1_500_000, Comment: 'by hand' }],
    'DELETE /images/web:1': [{ Untagged: 'web:1' }, { Deleted: digest('a') }],
    'GET /volumes': { Volumes: [{ Name: 'b10', Driver: 'local', Labels: { a: '1' } }, { Name: 'b9', Driver: 'local', Mountpoint: '/v/b9', Scope: 'local' }] },
    'GET /networks': [{ Id: 'net1net1net1net1', Name: 'front', Driver: 'overlay', Scope: 'swarm', Created: '2026-01-01T00:00:00.500000000Z' }],
    'GET /secrets': [{ ID: 'sec1', CreatedAt: '2026-01-02T02:04:05Z', UpdatedAt: '2026-01-02T03:04:03Z', Spec: { Name: 'tls', Labels: { a: 'b' } } }],
    'GET /configs/nginx': { ID: 'con1', CreatedAt: '2026-01-02T02:04:05Z', UpdatedAt: '2026-01-02T02:04:05Z', Spec: { Name: 'nginx', Data: Buffer.from('listen 80').toString('base64') } },
    'GET /services': [web, { ID: 'glob1', Spec: { Name: 'agent', Mode: { Global: {} }, TaskTemplate: { ContainerSpec: { Image: `agent@${digest('c')}` } } }, ServiceStatus: { RunningTasks: 3, DesiredTasks: 3 } }],
    'GET /services/web': web,
    'GET /services/idle': { ID: 'idle', Spec: { Name: 'idle', Mode: { Replicated: { Replicas: 1 } }, TaskTemplate: { ContainerSpec: { Image: 'i' } } } },
    'GET /tasks': [
      task('a', 1, 'failed', '2026-01-02T02:00:00Z', { Status: { State: 'failed', Timestamp: '2026-01-02T02:04:05Z', Err: 'task: non-zero exit (137): out of memory' } }),
      task('b', 1, 'running', '2026-01-02T03:00:00Z'),
      task('c', 2, 'running', '2026-01-02T03:00:00Z', { Status: { State: 'running', Timestamp: '2026-01-02T03:04:05Z', PortStatus: { Ports: [{ TargetPort: 53, PublishedPort: 53, Protocol: 'udp' }] } } }),
    ],
    'GET /nodes': [
      { ID: 'node1', Description: { Hostname: 'host10', Engine: { EngineVersion: '1.0' } }, Status: { State: 'ready' }, Spec: { Availability: 'active' }, ManagerStatus: { Leader: true, Reachability: 'reachable' } },
      { ID: 'node2', Description: { Hostname: 'host9', Engine: { EngineVersion: '1.0' } }, Status: { State: 'down' }, Spec: { Availability: 'drain' } },
    ],
    'GET /info': { Swarm: { NodeID: 'node1', LocalNodeState: 'active', ControlAvailable: true } },
    'GET /events': { Type: 'container', Action: 'start', Actor: { ID: 'c1', Attributes: { name: 'web', image: 'web:1' } }, time: seconds, timeNano: seconds * 1e9 },
    'GET /system/df': { LayersSize: 5000, Images: [{ Id: 'a', Size: 3000, Containers: 1 }, { Id: 'b', Size: 2000 }], Containers: [container], Volumes: [{ Name: 'v', UsageData: { Size: 100, RefCount: 0 } }] },
    'GET /skep/v1/trace': {
      Service: { ID: 'svc1', Name: 'web', EndpointMode: 'vip' },
      From: { NodeID: 'node1', Hostname: 'host1', DataPathAddress: '192.0.2.1', ContainerID: 'c1', ContainerName: 'lone' },
      Networks: [
        {
          ID: 'net1', Name: 'back', Encrypted: true, VirtualIPs: ['10.0.1.2'],
          Names: [{ Name: 'web', Type: 'A', Addresses: ['10.0.1.2'] }, { Name: 'www', Type: 'A', Addresses: [], Error: 'NXDOMAIN' }],
          VirtualIPChecks: [{ Address: '10.0.1.2', Port: 80, Protocol: 'tcp', Result: 'answers', Milliseconds: 0.4 }],
          Backends: [
            {
              TaskID: 't1', Name: 'web.1.t1', Addresses: ['10.0.1.3'], NodeID: 'node1', Hostname: 'host1', Local: true, Serving: true, Share: 0.333,
              Path: { Kind: 'local', DataPathAddress: '192.0.2.1', Port: 0, VNI: 4097 }, Checks: [{ Address: '10.0.1.3', Port: 80, Protocol: 'tcp', Result: 'answers', Milliseconds: 1.2 }],
            },
            {
              TaskID: 't2', Name: 'web.2.t2', Addresses: ['10.0.1.4'], NodeID: 'node2', Hostname: 'host2', Local: false, Serving: true, Share: 0.333,
              Path: { Kind: 'vxlan over wireguard', DataPathAddress: '192.0.2.2', Port: 4789, VNI: 4097 }, Checks: [{ Address: '10.0.1.4', Port: 80, Protocol: 'tcp', Result: 'fails', Reason: 'no answer within 2 s', Milliseconds: 2000 }],
            },
            {
              TaskID: 't3', Name: 'web.3.t3', Addresses: ['10.0.1.5'], NodeID: 'node2', Hostname: 'host2', Local: false, Serving: false, Share: 0,
              Path: { Kind: 'vxlan over wireguard', DataPathAddress: '192.0.2.2', Port: 4789, VNI: 4097 }, Checks: [],
            },
          ],
        },
      ],
      Ports: [{ Protocol: 'udp', PublishedPort: 53, TargetPort: 53, PublishMode: 'ingress', Check: { Address: '192.0.2.1', Port: 53, Protocol: 'udp', Result: 'silent' } }],
      Problems: ['web.2.t2 (on host2) does not answer', 'www does not resolve on network back: NXDOMAIN'],
    },
    'POST /containers/prune': { ContainersDeleted: ['c1'], SpaceReclaimed: 5000 },
  }

  describeTranscript('output.txt', async (line) => {
    await using daemon = await FakeDaemon.start(answers)
    const [, piped, words = ''] = /^(?:"(.*)" \| )?(.*)$/.exec(line) ?? []
    const { code, stdout, stderr } = await runLine(words, { host: daemon.host, stdin: piped === undefined ? '' : `${piped}\n`, environment: { SKEP_CONFIG: '/nonexistent' } })
    // Blanks at the ends of lines are part of a table, but no editor keeps them.
    const shown = stdout.replaceAll(repositoryRoot, '<project>').replace(/ $/gm, '·').replace(/\n$/, '')
    return [shown, ...(stderr === '' ? [] : [`[stderr] ${stderr.trimEnd()}`]), ...(code === 0 ? [] : [`[exit ${code}]`])].join('\n')
  })
})
