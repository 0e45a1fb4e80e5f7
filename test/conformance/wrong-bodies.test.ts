import { strict as assert } from 'node:assert'
import { Agent, request } from 'node:http'
import { seededRng, shuffled } from '../../src/base/rng.js'
import { EngineDefinition, definitionPath, type BodyField } from '../support/engine-definition.js'
import { FakeDaemon } from '../support/fake-backends.js'

const definition = EngineDefinition.load()

/** A body that each operation takes, to which one wrong field is added. */
const bodies: Record<string, { params?: Record<string, string>; query?: string; body: Record<string, unknown> }> = {
  ContainerCreate: { body: { Image: 'busybox' } },
  ContainerUpdate: { params: { id: 'web' }, body: {} },
  ContainerExec: { params: { id: 'web' }, body: { Cmd: ['true'] } },
  NetworkCreate: { body: { Name: 'front' } },
  NetworkConnect: { params: { id: 'net' }, body: { Container: 'web' } },
  NetworkDisconnect: { params: { id: 'net' }, body: { Container: 'web' } },
  VolumeCreate: { body: { Name: 'data' } },
  SwarmInit: { body: {} },
  SwarmJoin: { body: {} },
  SwarmUpdate: { query: '?version=1', body: {} },
  SwarmUnlock: { body: {} },
  NodeUpdate: { params: { id: 'n1' }, query: '?version=1', body: {} },
  ServiceCreate: { body: { Name: 'web', TaskTemplate: { ContainerSpec: { Image: 'busybox' } } } },
  ServiceUpdate: { params: { id: 'web' }, query: '?version=1', body: { Name: 'web', TaskTemplate: { ContainerSpec: { Image: 'busybox' } } } },
  SecretCreate: { body: { Name: 'key', Data: 'YQ==' } },
  ConfigCreate: { body: { Name: 'conf', Data: 'YQ==' } },
  SystemAuth: { body: {} },
}

/** Where clients send something else than the definition says, and the decoder behind Docker's API takes it. */
const lenient = [
  /^Container(Create|Exec): (Cmd|Entrypoint|OnBuild) /,
  /^ContainerCreate: HostConfig\.PortBindings\.key\.0\.HostPort /,
  /^ContainerCreate: HostConfig\.Cap(Add|Drop) /,
  // Not served: refused for what they are.
  /ClusterVolumeSpec/,
]

const wrong: Record<BodyField['type'], unknown[]> = {
  string: [7, true, ['x'], { a: 1 }, 1.5],
  integer: ['x', true, [1], { a: 1 }, 1.5, 1e300],
  number: ['x', true, [1], { a: 1 }],
  boolean: ['true', 1, [true], {}],
  array: ['x', 7, { a: 1 }, true],
  object: ['x', 7, ['x'], true],
}
const wrongPerField = 1

describe('wrong bodies of requests', function () {
  this.timeout(60_000)
  let daemon: FakeDaemon
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })

  before(async function () {
    if (!definition) {
      console.warn(`SKIPPED: the definition is not at ${definitionPath}`)
      this.skip()
    }
    daemon = await FakeDaemon.start()
    await post('POST', '/containers/create?name=web', JSON.stringify({ Image: 'busybox' }))
    await post('POST', '/networks/create', JSON.stringify({ Name: 'net' }))
  })
  after(async () => {
    agent.destroy()
    await daemon?.[Symbol.asyncDispose]()
  })

  const post = (method: string, path: string, body: string | Buffer): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
      const outgoing = request({ socketPath: daemon.socketPath, method, path: `/v1.51${path}`, headers, agent }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  const send = (id: string, body: string | Buffer): Promise<{ status: number; text: string }> => {
    const { method, path } = definition?.operation(id) ?? assert.fail()
    const { params = {}, query = '' } = bodies[id] ?? assert.fail()
    return post(method, `${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? name)}${query}`, body)
  }

  for (const id of Object.keys(bodies)) {
    it(`${id}: a field of another type is refused by its name`, async () => {
      const rng = seededRng(51)
      const failures: string[] = []
      for (const { path, type } of definition?.bodyFields(id) ?? []) {
        const name = String(path.filter((part) => typeof part === 'string' && part !== 'key').at(-1))
        for (const value of shuffled(rng, wrong[type]).slice(0, wrongPerField)) {
          const what = `${id}: ${path.join('.')} (${type}) = ${JSON.stringify(value)}`
          if (lenient.some((pattern) => pattern.test(what))) continue
          const { status, text } = await send(id, JSON.stringify(merged(bodies[id]?.body ?? {}, path, value)))
          if (status !== 400 || !text.toLowerCase().includes(name.toLowerCase())) failures.push(`${what} -> ${status} ${text.trim().slice(0, 200)}`)
        }
      }
      assert.deepEqual(failures, [])
    })

    it(`${id}: what is no JSON object is refused, however deep or damaged`, async () => {
      const deep = 100_000
      const texts = ['[]', '"x"', '7', '{"a":', '{}{}', '{} x', '\ufeff{', '\0', '{"a":NaN}', '['.repeat(deep) + ']'.repeat(deep), '{"HostConfig":'.repeat(deep), ' ']
      for (const text of texts) assert.equal((await send(id, text)).status, 400, text.slice(0, 20))
      const base = JSON.stringify(bodies[id]?.body).replace(/\}$/, '')
      // Unknown fields do not matter, of whatever form: the answer is the one without them.
      const plain = (await send(id, `${base}}`)).status
      const surprise = `${base}${base === '{' ? '' : ','}"Surprise":${'{"a":'.repeat(1000)}1${'}'.repeat(1000)},"__proto__":{"a":1},"constructor":7}`
      const status = (await send(id, surprise)).status
      assert.ok(status === plain || (plain < 300 && (status === 409 || status === 503)), `${status} instead of ${plain}`)
    })
  }
})

/** `base` with `value` put at a place within it. */
function merged(base: unknown, [first, ...rest]: BodyField['path'], value: unknown): unknown {
  if (first === undefined) return value
  if (typeof first === 'number') return [merged(undefined, rest, value)]
  const object = typeof base === 'object' && base !== null ? (base as Record<string, unknown>) : {}
  return { ...object, [first]: merged(object[first], rest, value) }
}
