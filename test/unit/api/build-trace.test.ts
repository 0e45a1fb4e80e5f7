import { strict as assert } from 'node:assert'
import protobuf from 'protobufjs'
import { BuildTrace, type TraceMessage } from '../../../src/api/build/trace.js'
import { ManualClock } from '../../support/manual-clock.js'

/** The part of BuildKit's definition that clients read. */
const definition = `syntax = "proto3";
  message Time { int64 seconds = 1; int32 nanos = 2; }
  message Vertex { string digest = 1; string name = 3; bool cached = 4; Time started = 5; Time completed = 6; string error = 7; }
  message VertexStatus { string ID = 1; string vertex = 2; string name = 3; int64 current = 4; int64 total = 5; Time timestamp = 6; Time started = 7; Time completed = 8; }
  message VertexLog { string vertex = 1; Time timestamp = 2; int64 stream = 3; bytes msg = 4; }
  message StatusResponse { repeated Vertex vertexes = 1; repeated VertexStatus statuses = 2; repeated VertexLog logs = 3; }`

interface Decoded {
  vertexes?: { digest: string; name: string; cached?: boolean; started: { seconds: number; nanos?: number }; completed?: { seconds: number }; error?: string }[]
  statuses?: { ID: string; vertex: string; name: string; current: number; total: number; completed?: object }[]
  logs?: { vertex: string; stream: number; msg: Buffer }[]
}

describe('the progress of a build as BuildKit tells it', () => {
  // Read when the tests run: whether 64-bit numbers have a class of their own is settled once all modules are loaded.
  let type: protobuf.Type
  before(() => {
    type = protobuf.parse(definition, { keepCase: true }).root.lookupType('StatusResponse')
  })
  const decode = ({ id, aux }: TraceMessage): Decoded => {
    assert.equal(id, 'moby.buildkit.trace')
    return type.toObject(type.decode(Buffer.from(aux as string, 'base64')), { longs: Number, bytes: Buffer }) as Decoded
  }

  it('has a vertex for each step, with its log and whether it was cached', () => {
    const clock = new ManualClock(1_700_000_000_250)
    const trace = new BuildTrace(clock)
    const [from] = trace.translate({ stream: 'Step 1/2 : FROM busybox\n' }).map(decode)
    assert.deepEqual(from?.vertexes?.map(({ name, started, completed }) => [name, started, completed]), [['[1/2] FROM busybox', { seconds: 1_700_000_000, nanos: 250_000_000 }, undefined]])
    assert.deepEqual(trace.translate({ stream: ' ---> Using cache\n ---> 0123\n' }), [])
    clock.jump(2_000)
    const [run] = trace.translate({ stream: 'Step 2/2 : RUN echo\n' }).map(decode)
    assert.deepEqual(run?.vertexes?.map(({ name, cached = false, completed }) => [name, cached, completed?.seconds]), [['[1/2] FROM busybox', true, 1_700_000_002], ['[2/2] RUN echo', false, undefined]])
    const digest = run?.vertexes?.[1]?.digest
    const logs = [...trace.translate({ stream: 'out\n' }), ...trace.translate({ stream: '\u001b[91merr\n\u001b[0m' })].map(decode)
    assert.deepEqual(logs.map(({ logs: [log] = [] }) => [log?.vertex, log?.stream, String(log?.msg)]), [[digest, 1, 'out\n'], [digest, 2, 'err\n']])
    const [failed] = trace.end('it failed').map(decode)
    assert.deepEqual(failed?.vertexes?.map(({ digest: of, error }) => [of, error]), [[digest, 'it failed']])
    assert.deepEqual(trace.end(), [])
  })

  it('tells transfers with their bytes, and the image', () => {
    const trace = new BuildTrace(new ManualClock())
    const [begun, status] = trace.translate({ id: 'abc', status: 'Downloading', progressDetail: { current: 10, total: 5_000_000_000 } }).map(decode)
    assert.deepEqual(status?.statuses?.map(({ ID, name, current, total, completed }) => [ID, name, current, total, completed]), [['abc', 'Downloading', 10, 5_000_000_000, undefined]])
    assert.equal(status?.statuses?.[0]?.vertex, begun?.vertexes?.[0]?.digest)
    assert.ok(decode(trace.translate({ id: 'abc', status: 'Pull complete' })[0] as TraceMessage).statuses?.[0]?.completed)
    assert.deepEqual(trace.translate({ aux: { ID: 'sha256:1' } }), [{ id: 'moby.image.id', aux: { ID: 'sha256:1' } }])
    assert.deepEqual(trace.translate({ stream: 'Successfully built 1\n' }), [])
  })
})
