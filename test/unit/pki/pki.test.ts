import { strict as assert } from 'node:assert'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { createCsr } from '../../../src/pki/csr.js'
import { createJoinToken, parseJoinToken, sameToken } from '../../../src/pki/join-token.js'
import { issueNodeCertificate, readNodeCertificate, verifyNodeCertificate } from '../../../src/pki/node-certificate.js'
import { createRootCa, crossSign, rootDigest } from '../../../src/pki/root-ca.js'

const nowMs = Date.UTC(2026, 0, 1)
const dayMs = 24 * 3600_000

describe('pki', () => {
  it('makes a root that signs node certificates with names, role and cluster', async () => {
    const root = await createRootCa(nowMs)
    const { csrPem, keyPem } = await createCsr()
    const pem = await issueNodeCertificate(root, { csrPem, nodeId: 'node1', role: 'manager', clusterId: 'cluster1', validityMs: 90 * dayMs, nowMs })
    assert.deepEqual(readNodeCertificate(pem), {
      nodeId: 'node1',
      role: 'manager',
      clusterId: 'cluster1',
      notBeforeMs: nowMs - 3600_000,
      notAfterMs: nowMs + 90 * dayMs,
    })
    const parsed = new X509Certificate(pem)
    assert.equal(parsed.subjectAltName, 'DNS:swarm-manager, DNS:node1')
    assert.equal(parsed.ca, false)
    assert.ok(parsed.checkPrivateKey(createPrivateKey(keyPem)))
    verifyNodeCertificate(pem, keyPem, root.certPem, nowMs)
    const rootCertificate = new X509Certificate(root.certPem)
    assert.ok(rootCertificate.ca)
    assert.ok(Date.parse(rootCertificate.validTo) > nowMs + 19 * 365 * dayMs)
  })

  it('says why a certificate does not hold', async () => {
    const [root, other] = [await createRootCa(nowMs), await createRootCa(nowMs)]
    const { csrPem, keyPem } = await createCsr()
    const pem = await issueNodeCertificate(root, { csrPem, nodeId: 'n', role: 'worker', clusterId: 'c', validityMs: dayMs, nowMs })
    const verify = (key: string, roots: string, atMs: number) => () => verifyNodeCertificate(pem, key, roots, atMs)
    assert.throws(verify(keyPem, other.certPem, nowMs), /not signed by the cluster's root CA/)
    assert.throws(verify((await createCsr()).keyPem, root.certPem, nowMs), /do not belong together/)
    assert.throws(verify(keyPem, root.certPem, nowMs + dayMs), /certificate expired at 2026-01-02T00:00:00/)
    assert.throws(verify(keyPem, root.certPem, nowMs - dayMs), /check this machine's clock/)
    assert.throws(() => readNodeCertificate(root.certPem), /not one of a cluster node/)
    assert.throws(() => readNodeCertificate('nonsense'), /not a certificate/)
  })

  it('refuses requests that are damaged or signed by another key', async () => {
    const root = await createRootCa(nowMs)
    const issue = (csrPem: string) =>
      issueNodeCertificate(root, { csrPem, nodeId: 'n', role: 'worker', clusterId: 'c', validityMs: dayMs, nowMs })
    await assert.rejects(issue('nonsense'), { kind: 'invalid', message: /CSR is malformed/ })
    const { csrPem } = await createCsr()
    const der = Buffer.from(csrPem.replace(/-----[^-]+-----/g, ''), 'base64')
    der[der.length - 1] = (der[der.length - 1] as number) ^ 1
    const damaged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
    await assert.rejects(issue(damaged), { kind: 'invalid' })
  })

  it('cross-signs: what the new root signed is trusted by way of the old one', async () => {
    const [old, fresh] = [await createRootCa(nowMs), await createRootCa(nowMs)]
    const cross = await crossSign(fresh.certPem, old, nowMs)
    const { csrPem, keyPem } = await createCsr()
    const pem = await issueNodeCertificate(fresh, { csrPem, nodeId: 'n', role: 'worker', clusterId: 'c', validityMs: dayMs, nowMs })
    verifyNodeCertificate(pem + cross, keyPem, old.certPem, nowMs)
    verifyNodeCertificate(pem + cross, keyPem, fresh.certPem, nowMs)
    assert.throws(() => verifyNodeCertificate(pem, keyPem, old.certPem, nowMs), /not signed/)
  })

  it('join tokens carry the digest of the root, and 128 secret bits', async () => {
    const root = await createRootCa(nowMs)
    const digest = rootDigest(root.certPem)
    assert.match(digest, /^sha256:[0-9a-f]{64}$/)
    const [a, b] = [createJoinToken(digest), createJoinToken(digest)]
    assert.match(a, /^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$/)
    assert.notEqual(a, b)
    assert.equal(a.slice(0, 60), b.slice(0, 60))
    assert.equal(parseJoinToken(a).rootDigest, digest)
    assert.equal(parseJoinToken(` ${a}\n`).secret, a.slice(60))
    assert.ok(sameToken(a, a))
    assert.ok(!sameToken(a, b))
    assert.ok(!sameToken(a, ''))
  })

  it('any digest survives the way through a token', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const digest = `sha256:${Buffer.from(bytes).toString('hex')}`
        assert.equal(parseJoinToken(createJoinToken(digest)).rootDigest, digest)
      }),
      { numRuns: 50 },
    )
  })

  it('malformed tokens are refused', () => {
    const good = createJoinToken(`sha256:${'ab'.repeat(32)}`)
    for (const bad of ['', 'SWMTKN', good.slice(0, -1), `${good}0`, good.replace('SWMTKN-1', 'SWMTKN-2'), good.toUpperCase(), `SWMTKN-1-${'z'.repeat(50)}-${'0'.repeat(25)}`]) {
      assert.throws(() => parseJoinToken(bad), { kind: 'invalid', message: /^invalid join token/ }, bad)
    }
  })
})
