import { strict as assert } from 'node:assert'
import { request } from 'node:http'
import { FakeDaemon } from '../../support/fake-backends.js'

describe('the platform of a request', () => {
  let daemon: FakeDaemon
  beforeEach(async () => {
    daemon = await FakeDaemon.start()
  })
  afterEach(async () => {
    await daemon[Symbol.asyncDispose]()
  })

  const ask = (method: string, path: string, body = ''): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const headers = body === '' ? {} : { 'Content-Type': 'application/json' }
      const outgoing = request({ socketPath: daemon.socketPath, method, path, headers, agent: false }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })

  const takers = [
    ['POST', '/v1.51/build?platform='],
    ['POST', '/v1.51/images/create?fromImage=app&tag=v1&platform='],
    ['POST', '/v1.51/images/create?fromSrc=-&platform='],
    ['POST', '/v1.51/containers/create?platform=', '{"Image":"none"}'],
    ['POST', '/v1.51/images/load?platform='],
    ['POST', '/v1.51/images/none/push?platform='],
    ['GET', '/v1.51/images/none/get?platform='],
    ['GET', '/v1.51/images/get?names=none&platform='],
    ['GET', '/v1.51/images/none/json?platform='],
    ['GET', '/v1.51/images/none/history?platform='],
    ['DELETE', '/v1.51/images/none?platforms='],
  ] as const

  for (const [method, path, body] of takers) {
    it(`is refused when nobody knows it: ${method} ${path}`, async () => {
      const message = '"foo": unknown operating system or architecture: invalid argument'
      // Before anything is looked for: what is asked about is not there either.
      for (const platform of ['foo', encodeURIComponent('{"os":"foo"}')]) {
        const { status, text } = await ask(method, path + platform, body)
        assert.deepEqual([status, JSON.parse(text)], [400, { message }])
      }
      assert.deepEqual([daemon.deps.build.builds, daemon.deps.images.pulls, daemon.deps.images.imported, daemon.deps.images.loadedBytes], [[], [], [], 0])
    })
  }

  it('goes on as it was written when it is one', async () => {
    assert.equal((await ask('POST', '/v1.51/images/create?fromImage=app&tag=v1&platform=linux/arm64')).status, 200)
    assert.equal(daemon.deps.images.pulls[0]?.options.platform, 'linux/arm64')
    assert.equal((await ask('POST', '/v1.51/build?platform=amd64')).status, 200)
    assert.equal(daemon.deps.build.builds[0]?.options.platform, 'amd64')
  })
})
