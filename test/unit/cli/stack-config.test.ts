import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { loadProject, projectText } from '../../../src/cli/stack/load.js'
import type { SwarmServiceSpec } from '../../../src/model/engine-api/extensions.js'
import { FakeDaemon } from './support/fake-daemon.js'
import { runLine } from './support/run-line.js'

const environment = { HERE: 'here', HOME: '/root' }

async function configOf(file: string, { text = '', interpolate = true } = {}): Promise<string> {
  const options = { environment, interpolate, stdin: () => Promise.resolve(text) }
  return projectText(await loadProject([file], options), options)
}

const rich = `
services:
  web:
    image: nginx
    x-note: {b: 1}
    ports: ["80:80", "8000-8001:9000-9001/udp", 3000, {target: 5, published: 6, mode: host}]
    volumes: ["./html:/html:ro", "data:/data:nocopy", "/anonymous", {type: bind, source: ./b, target: /b}, "/all:/all:rshared"]
    env_file: one.env
    environment: [A=1, HERE, NOWHERE, "C="]
    labels: [x=y, z]
    command: echo "hello world" $$HOME
    healthcheck: {test: curl localhost, interval: 90s}
    networks: [front, back]
    secrets: [s1]
    configs: [{source: c1, target: /c, mode: 0440}]
    stop_grace_period: 90s
    extra_hosts: {b: 1.2.3.4, a: "::1"}
    ulimits: {nproc: 5, nofile: {soft: 1, hard: 2}}
    tty: false
    deploy: {replicas: 0, update_config: {parallelism: 0, delay: 1m}, resources: {limits: {cpus: "0.50", memory: 50M}}, placement: {}}
networks: {front: , back: {external: {name: rear}}}
volumes: {data: }
secrets: {s1: {file: ./s1.txt}}
configs: {c1: {external: true}}
`

describe('stack config', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-config-'))
    writeFileSync(join(folder, 'one.env'), '# first\nA=0\nB=2\nHERE\nUNKNOWN\n')
    writeFileSync(join(folder, 'compose.yml'), rich)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('prints the long form of everything, with absolute paths and the environment of its files', async () => {
    const printed = parse(await configOf(join(folder, 'compose.yml'))) as Record<string, unknown>
    assert.deepEqual(printed, {
      version: '3.13',
      services: {
        web: {
          command: ['echo', 'hello world', '$$HOME'],
          configs: [{ source: 'c1', target: '/c', mode: 288 }],
          deploy: { replicas: 0, update_config: { parallelism: 0, delay: '1m0s' }, resources: { limits: { cpus: '0.50', memory: '52428800' } } },
          environment: { A: '1', B: '2', C: '', HERE: 'here', NOWHERE: null },
          extra_hosts: ['a:::1', 'b:1.2.3.4'],
          healthcheck: { test: ['CMD-SHELL', 'curl localhost'], interval: '1m30s' },
          image: 'nginx',
          labels: { x: 'y', z: '' },
          networks: { back: null, front: null },
          ports: [
            { mode: 'ingress', target: 80, published: 80, protocol: 'tcp' },
            { mode: 'ingress', target: 9000, published: 8000, protocol: 'udp' },
            { mode: 'ingress', target: 9001, published: 8001, protocol: 'udp' },
            { mode: 'ingress', target: 3000, protocol: 'tcp' },
            { mode: 'host', target: 5, published: 6 },
          ],
          secrets: [{ source: 's1' }],
          stop_grace_period: '1m30s',
          ulimits: { nofile: { soft: 1, hard: 2 }, nproc: 5 },
          volumes: [
            { type: 'bind', source: join(folder, 'html'), target: '/html', read_only: true },
            { type: 'volume', source: 'data', target: '/data', volume: { nocopy: true } },
            { type: 'volume', target: '/anonymous' },
            { type: 'bind', source: join(folder, 'b'), target: '/b' },
            { type: 'bind', source: '/all', target: '/all', bind: { propagation: 'rshared' } },
          ],
          'x-note': { b: 1 },
        },
      },
      networks: { back: { name: 'rear', external: true }, front: {} },
      volumes: { data: {} },
      secrets: { s1: { file: join(folder, 's1.txt') } },
      configs: { c1: { name: 'c1', external: true } },
    })
  })

  it('prints what says the same when it is read from any folder', async () => {
    const once = await configOf(join(folder, 'compose.yml'))
    assert.equal(await configOf('-', { text: once }), once)
  })

  it('leaves variables when they are not to be filled in', async () => {
    const text = 'services: {a: {image: "x:${TAG}", command: [$$A]}}'
    assert.deepEqual(parse(await configOf('-', { text, interpolate: false })), { version: '3.13', services: { a: { command: ['$$A'], image: 'x:${TAG}' } } })
  })

  it('quotes texts that a reader could take for something else', async () => {
    const labels = { a: '012', b: '1e3', c: 'off', d: 'y', e: '0o17', f: '12:30:45', g: '~', h: 'l1\nl2\n' }
    const text = JSON.stringify({ services: { a: { image: 'x', labels } } })
    const printed = await configOf('-', { text })
    for (const version of ['1.1', '1.2'] as const) assert.deepEqual((parse(printed, { version }) as { services: { a: object } }).services.a, { image: 'x', labels })
  })

  it('names the place of what is wrong', async () => {
    await assert.rejects(configOf('-', { text: 'services: {a: {image: x, deploy: {replicas: many}}}' }), /services\.a\.deploy\.replicas must be an integer/)
    await assert.rejects(configOf('-', { text: 'services: {a: {image: x, imag: y}}' }), /services\.a Additional property imag is not allowed/)
    await assert.rejects(configOf('-', { text: 'services: {a: {image: x, ports: ["1:x"]}}' }), /invalid containerPort: x/)
    await assert.rejects(configOf('-', { text: 'services: {a: {image: x, ports: [{target: 80, host_ip: 127.0.0.1}]}}' }), /services\.a\.ports\.0 Additional property host_ip is not allowed/)
  })

  it('warns that services listen on every address, as they do when it is deployed', async () => {
    const file = 'services: {a: {image: "x:1", ports: ["127.0.0.1:8080:80", "[::1]:81:81/udp", "9000:90"]}}'
    const sentences = ["ignoring IP-address (127.0.0.1:8080:80/tcp) service will listen on '0.0.0.0'", "ignoring IP-address ([::1]:81:81/udp) service will listen on '0.0.0.0'", '']
    const printed = await runLine('stack config -c -', { host: 'unix:///nowhere', stdin: file })
    assert.deepEqual([printed.code, printed.stderr.split('\n')], [0, sentences])
    await using daemon = await FakeDaemon.start({
      'GET /services': [], 'GET /networks': [], 'GET /secrets': [], 'GET /configs': [], 'GET /info': { Swarm: { NodeID: 'n', ControlAvailable: true } },
      'POST /networks/create': { Id: 'net' }, 'POST /services/create': { ID: 's' },
    })
    const deployed = await runLine('stack deploy --resolve-image never -c - st', { host: daemon.host, stdin: file })
    assert.deepEqual([deployed.code, deployed.stderr.split('\n')], [0, sentences])
    const { EndpointSpec } = daemon.calls.find(({ path }) => path.endsWith('/services/create'))?.body as SwarmServiceSpec
    assert.deepEqual(EndpointSpec?.Ports?.map(({ PublishedPort, TargetPort }) => [PublishedPort, TargetPort]), [[81, 81], [8080, 80], [9000, 90]])
  })
})
