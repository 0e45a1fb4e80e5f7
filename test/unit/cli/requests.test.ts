import { repositoryRoot } from '../../lab/belongings.js'
import { FakeDaemon, type RecordedCall } from './support/fake-daemon.js'
import { runLine } from './support/run-line.js'
import { describeTranscript } from './support/transcript.js'

/**
 * What goes to the daemon for a command line. The bodies are those that docker's command line (28.2)
 * sends for the same words, but for zero values, which the API reads as absent.
 */
describe('requests of command lines', () => {
  const service = {
    ID: 'svc1',
    Version: { Index: 9 },
    Spec: {
      Name: 'web',
      Labels: { keep: '1', drop: '2' },
      TaskTemplate: {
        ContainerSpec: {
          Image: 'web:1',
          Labels: { cl: '1' },
          Env: ['A=1', 'B=2'],
          Args: ['x'],
          Hosts: ['10.0.0.1 db'],
          Mounts: [{ Type: 'volume', Source: 'data', Target: '/data' }],
          DNSConfig: { Nameservers: ['1.1.1.1'] },
          Groups: ['a'],
          Secrets: [{ SecretID: 'old1', SecretName: 'old', File: { Name: 'old', UID: '0', GID: '0', Mode: 292 } }],
          CapabilityAdd: ['CAP_NET_ADMIN'],
        },
        Resources: { Limits: { MemoryBytes: 1000000 } },
        Placement: { Constraints: ['node.role==worker'], Preferences: [{ Spread: { SpreadDescriptor: 'node.labels.dc' } }] },
        ForceUpdate: 1,
        Networks: [{ Target: 'netid-front' }],
      },
      Mode: { Replicated: { Replicas: 3 } },
      UpdateConfig: { Parallelism: 2, Delay: 1e9, Monitor: 5e9, FailureAction: 'rollback', Order: 'stop-first' },
      EndpointSpec: { Mode: 'vip', Ports: [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'ingress' }] },
    },
  }
  const container = 'c1'
  const done = null
  const answers = {
    'POST /containers/create': { Id: container },
    'GET /containers/c1/json': { Id: container, State: { Running: true } },
    'POST /containers/c1/start': done,
    'POST /containers/c1/stop': done,
    'POST /containers/c1/kill': done,
    'POST /containers/c1/restart': done,
    'POST /containers/c1/rename': done,
    'POST /containers/c1/update': {},
    'POST /containers/c1/exec': { Id: 'e1' },
    'POST /exec/e1/start': done,
    'DELETE /containers/c1': done,
    'POST /containers/prune': { SpaceReclaimed: 0 },
    'POST /images/prune': { SpaceReclaimed: 0 },
    'POST /images/a:1/tag': done,
    'POST /volumes/prune': { SpaceReclaimed: 0 },
    'POST /volumes/create': { Name: 'v1' },
    'POST /networks/create': { Id: 'n1' },
    'POST /networks/net/connect': done,
    'POST /networks/net/disconnect': done,
    'GET /networks/front': { Id: 'netid-front' },
    'GET /networks/netid-front': { Id: 'netid-front' },
    'GET /networks/back': { Id: 'netid-back' },
    'GET /networks': [],
    'GET /services': [],
    'DELETE /images/a': [],
    'GET /secrets': [{ ID: 'sec1', Spec: { Name: 'tls' } }],
    'GET /configs': [{ ID: 'con1', Spec: { Name: 'nginx' } }],
    'POST /secrets/create': { ID: 'sec2' },
    'POST /services/create': { ID: 'svc1' },
    'GET /services/web': service,
    'POST /services/svc1/update': {},
    'POST /swarm/init': 'node1',
    'POST /swarm/join': done,
    'POST /swarm/leave': done,
    'POST /swarm/update': done,
    'GET /swarm': { Version: { Index: 3 }, Spec: {}, JoinTokens: { Worker: 'W', Manager: 'M' } },
    'GET /swarm/unlockkey': { UnlockKey: 'K' },
    'GET /info': { Swarm: { NodeID: 'node1', ControlAvailable: true } },
    'GET /nodes/n1': { ID: 'n1', Version: { Index: 4 }, Spec: { Role: 'worker', Availability: 'active', Labels: { old: '1' } } },
    'POST /nodes/n1/update': done,
    'DELETE /nodes/n1': done,
  }

  describeTranscript('requests.txt', async (line) => {
    await using daemon = await FakeDaemon.start(answers)
    const { code, stderr } = await runLine(line, { host: daemon.host, environment: { HERE: 'from here' }, stdin: 'secret text' })
    const calls = daemon.calls.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/start')).map(callText)
    return code === 0 ? calls.join('\n').replaceAll(repositoryRoot, '<project>') : `exit ${code}\n${stderr.trimEnd()}`
  })
})

function callText({ method, path, query, body }: RecordedCall): string {
  const search = Object.entries(query)
    .filter(([, value]) => value !== '0')
    .map(([key, value]) => `${key}=${value}`)
    .join('&')
  const shown = given(body)
  return `${method} ${path}${search === '' ? '' : `?${search}`}${shown === undefined ? '' : `\n${JSON.stringify(shown, undefined, 1)}`}`
}

/** Without what says no more than its absence. */
function given(value: unknown): unknown {
  if (value === null || value === '' || value === 0 || value === false) return undefined
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => given(item) ?? item)
  if (typeof value !== 'object') return value
  const fields = Object.entries(value)
    // The keys of sets (`"80/tcp": {}`) are data, not fields.
    .map(([key, item]) => [key, given(item) ?? (/^[A-Z]/.test(key) ? undefined : item)] as const)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return fields.length === 0 ? undefined : Object.fromEntries(fields)
}
