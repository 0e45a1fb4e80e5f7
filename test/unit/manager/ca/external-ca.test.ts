import { strict as assert } from 'node:assert'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { externalSigner } from '../../../../manager/ca/external-ca.js'
import { foundCluster, type FoundedCluster } from '../../../../manager/ca/found-cluster.js'
import { signingLoop } from '../../../../manager/ca/signing-loop.js'
import { MemoryStore } from '../../../../manager/store/memory-store.js'
import { must } from '../../../../src/base/assert.js'
import { idSource } from '../../../../src/base/id.js'
import { nullLogger } from '../../../../src/base/log.js'
import { seededRng } from '../../../../src/base/rng.js'
import { Scope } from '../../../../src/base/scope.js'
import type { NodeId } from '../../../../src/model/ids.js'
import { defaultClusterSpec } from '../../../../src/model/defaults.js'
import type { NodeCertificate } from '../../../../src/model/node.js'
import { createCsr } from '../../../../src/pki/csr.js'
import { issueNodeCertificate, readNodeCertificate } from '../../../../src/pki/node-certificate.js'
import { createRootCa, parseCertificate } from '../../../../src/pki/root-ca.js'
import { systemClock } from '../../../../src/sys/system-clock.js'
import { systemRng } from '../../../../src/sys/system-rng.js'
import { eventually } from '../../../support/eventually.js'
import { ManualClock } from '../../../support/manual-clock.js'
import { MemoryCluster, testCodec } from '../../../support/memory-cluster.js'
import { node } from '../../../support/objects.js'

interface Asked {
  certificate_request: string
  hosts: string[]
  subject: { CN: string; names: { OU: string; O: string }[] }
}
type Answer = (asked: Asked, response: ServerResponse) => Promise<void> | void

/** A signing authority as cfssl is one, on a real port, under the cluster's own root. */
describe('an external CA', () => {
  let scope: Scope
  let founded: FoundedCluster
  let store: MemoryStore
  let answer: Answer
  let asked: Asked[]
  let peers: string[]
  const ids = idSource(systemRng)

  /** Signs what it is asked for; `over` for an authority that does not do as it is told. */
  const sign = (over: Partial<{ nodeId: string; csrPem: string; rootPem: string; rootKeyPem: string }> = {}): Answer => async (given, response) => {
    const { rootCa } = founded.cluster
    const ca = { certPem: over.rootPem ?? rootCa.certPem, keyPem: over.rootKeyPem ?? rootCa.keyPem }
    const certificate = await issueNodeCertificate(ca, {
      csrPem: over.csrPem ?? given.certificate_request,
      nodeId: over.nodeId ?? given.subject.CN,
      role: given.hosts.includes('swarm-manager') ? 'manager' : 'worker',
      clusterId: must(given.subject.names[0], 'a name').O,
      // Tells its certificates from the cluster's own.
      validityMs: 7 * 24 * 3_600_000,
      nowMs: Date.now(),
    })
    response.end(JSON.stringify({ success: true, result: { certificate }, errors: [], messages: [] }))
  }

  async function serve(): Promise<string> {
    const server = await foundServerIdentity()
    const listening = createServer({ ...server, ca: founded.cluster.rootCa.certPem, requestCert: true, rejectUnauthorized: true }, (request: IncomingMessage, response) => {
      peers.push(String((request.socket as TLSSocket).getPeerCertificate().subject.CN))
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(parts).toString()) as Asked
        asked.push(body)
        void Promise.resolve(answer(body, response)).catch((thrown: unknown) => response.destroy(thrown as Error))
      })
    })
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
    scope.defer(() => {
      listening.closeAllConnections()
      listening.close()
    })
    return `https://localhost:${(listening.address() as AddressInfo).port}/api/v1/cfssl/sign`
  }

  async function foundServerIdentity(): Promise<{ cert: string; key: string }> {
    const { csrPem, keyPem } = await createCsr()
    const { rootCa, id } = founded.cluster
    return { cert: await issueNodeCertificate(rootCa, { csrPem, nodeId: 'localhost', role: 'worker', clusterId: id, validityMs: 3_600_000, nowMs: Date.now() }), key: keyPem }
  }

  async function useCas(...urls: string[]): Promise<void> {
    await store.update((tx) => {
      const cluster = must(tx.list('cluster')[0], 'a cluster')
      const externalCas = urls.map((url) => ({ protocol: 'cfssl', url, options: {}, caCertPem: '' }))
      tx.update('cluster', { ...cluster, spec: { ...cluster.spec, ca: { ...cluster.spec.ca, externalCas } } })
    })
  }

  /** What becomes of a node's request for a certificate. */
  async function request(id: string, csrPem: string): Promise<NodeCertificate> {
    await store.update((tx) => tx.create('node', node(id, { certificate: { state: 'pending', message: '', role: 'worker', csrPem, commonName: id } })))
    return eventually('the request is answered', () => {
      const certificate = store.view().get('node', id as NodeId)?.certificate
      return certificate?.state === 'pending' ? undefined : certificate
    })
  }

  beforeEach(async () => {
    scope = new Scope()
    asked = []
    peers = []
    answer = sign()
    founded = await foundCluster({
      spec: defaultClusterSpec(), defaultAddressPool: [], subnetSize: 24, dataPathPort: 4789, availability: 'active', address: '', nowMs: Date.now(), ids,
    })
    const raft = new MemoryCluster()
    store = new MemoryStore(raft, testCodec, systemClock)
    raft.add(store)
    await store.update((tx) => {
      tx.create('cluster', founded.cluster)
      tx.create('node', founded.node)
    })
    const deps = { store, clock: systemClock, rng: seededRng(1), ids, log: nullLogger }
    scope.use(signingLoop(deps, externalSigner(() => founded.identity, systemClock))).start()
  })
  afterEach(() => scope[Symbol.asyncDispose]())

  it('signs for nodes, asked by a manager that shows its certificate, with the subject that is wanted', async () => {
    const url = await serve()
    await useCas('https://localhost:1/gone', url)
    const { csrPem } = await createCsr()
    const { state, message, certificatePem = '' } = await request('n1', csrPem)
    assert.deepEqual([state, message], ['issued', ''])
    const { nodeId, role, clusterId, notAfterMs } = readNodeCertificate(certificatePem)
    assert.deepEqual([nodeId, role, clusterId], ['n1', 'worker', founded.cluster.id])
    assert.ok(notAfterMs < Date.now() + 8 * 24 * 3_600_000, 'it is the external CA\'s')
    assert.deepEqual(asked, [{ certificate_request: csrPem, hosts: ['swarm-worker', 'n1'], subject: { CN: 'n1', names: [{ OU: 'swarm-worker', O: founded.cluster.id }] } }])
    assert.deepEqual(peers, [founded.node.id])
  })

  it('that is slow for one node holds up no other, whenever they ask', async () => {
    await useCas(await serve())
    const [slow, ...others] = await Promise.all(Array.from({ length: 4 }, () => createCsr()))
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    answer = async (given, response) => {
      if (given.subject.CN === 'slow') await released
      await sign()(given, response)
    }
    const held = request('slow', must(slow, 'a request').csrPem)
    await eventually('it was asked', () => asked.length === 1)
    const answers = await Promise.all(others.map(({ csrPem }, i) => request(`n${i}`, csrPem)))
    assert.deepEqual([...new Set(answers.map(({ state }) => state))], ['issued'])
    assert.equal(store.view().get('node', 'slow' as NodeId)?.certificate.state, 'pending')
    release()
    assert.equal((await held).state, 'issued')
    assert.equal(asked.length, 4)
  })

  it('that refuses, or answers something else, fails the request with what it said', async () => {
    const url = await serve()
    await useCas(url)
    const { csrPem } = await createCsr()
    const failed = async (id: string, how: Answer, message: RegExp): Promise<void> => {
      answer = how
      const certificate = await request(id, csrPem)
      assert.equal(certificate.state, 'failed')
      assert.match(certificate.message, message)
      assert.equal(certificate.certificatePem, undefined)
    }
    const said = (text: string): Answer => (_asked, response) => void response.end(text)
    await failed('n1', said(JSON.stringify({ success: false, errors: [{ code: 5100, message: 'policy says no' }] })), /the external CA did not sign the certificate: https:.*\/sign: policy says no/)
    await failed('n2', said('<html>'), /its answer is not what cfssl answers/)
    await failed('n3', said('{"success":true,"result":{}}'), /it answers without a certificate/)
    await failed('n4', said(JSON.stringify({ success: true, result: { certificate: 'x'.repeat(300_000) } })), /its answer is over 262144 bytes/)
    await failed('n5', (_asked, response) => void response.destroy(), /socket hang up|ECONNRESET/)
    await failed('n6', sign({ nodeId: 'another' }), /it signed for node another as worker/)
    await failed('n7', sign({ csrPem: (await createCsr()).csrPem }), /it signed another key/)
    const stranger = await createRootCa(Date.now())
    await failed('n8', sign({ rootPem: stranger.certPem, rootKeyPem: stranger.keyPem }), /not signed by the cluster's root CA/)
  })

  it('that does not answer is given up after ten seconds; one for another root is not asked', async () => {
    const url = await serve()
    const clock = new ManualClock()
    const signer = externalSigner(() => founded.identity, clock)
    const { csrPem } = await createCsr()
    const other = await createRootCa(Date.now())
    const clusterWith = (caCertPem: string) => {
      const cluster = must(store.view().list('cluster')[0], 'a cluster')
      return { ...cluster, spec: { ...cluster.spec, ca: { ...cluster.spec.ca, externalCas: [{ protocol: 'cfssl', url, options: {}, caCertPem }] } } }
    }
    const signal = new AbortController().signal
    assert.equal(signer(clusterWith(other.certPem), { csrPem, nodeId: 'n1', role: 'worker' }, signal), undefined)
    answer = () => undefined
    const late = assert.rejects(signer(clusterWith(parseCertificate(founded.cluster.rootCa.certPem).toString()), { csrPem, nodeId: 'n1', role: 'worker' }, signal) ?? Promise.resolve(), /no answer within 10 s/)
    await eventually('it is asked', () => asked.length === 1)
    await clock.advance(10_000)
    await late
  })
})
