import { strict as assert } from 'node:assert'
import { encodeClusterInfo } from '../../../../src/api/swarm/encode.js'
import { issuerOfRoot } from '../../../../src/api/swarm/issuer.js'
import { subjectOf } from '../../../../src/pki/issuer.js'
import { createRootCa, crossSign } from '../../../../src/pki/root-ca.js'
import { cluster } from '../../../support/objects.js'

const nowMs = Date.UTC(2026, 0, 1)

describe('the issuer that clients compare nodes with', () => {
  it('is what the certificate says', async () => {
    const [one, two] = [await createRootCa(nowMs), await createRootCa(nowMs)]
    for (const pem of [one.certPem, await crossSign(two.certPem, one, nowMs)]) assert.deepEqual(issuerOfRoot(pem), await subjectOf(pem))
    assert.equal(issuerOfRoot('ROOT'), undefined)
  })

  it('is that of the next root while nodes move to it', async () => {
    const [one, two] = [await createRootCa(nowMs), await createRootCa(nowMs)]
    const base = cluster()
    const meta = { version: 1, createdAtMs: nowMs, updatedAtMs: nowMs }
    const settled = encodeClusterInfo({ ...base, meta, rootCa: { ...base.rootCa, ...one } })
    const moving = encodeClusterInfo({ ...base, meta, rootCa: { ...base.rootCa, ...one, rotation: { ...two, crossSignedPem: '' } } })
    assert.deepEqual([settled.TLSInfo?.TrustRoot, moving.TLSInfo?.TrustRoot], [one.certPem, one.certPem])
    assert.equal(settled.TLSInfo?.CertIssuerPublicKey, Buffer.from((await subjectOf(one.certPem)).publicKey).toString('base64'))
    assert.equal(moving.TLSInfo?.CertIssuerPublicKey, Buffer.from((await subjectOf(two.certPem)).publicKey).toString('base64'))
    assert.deepEqual([settled.RootRotationInProgress, moving.RootRotationInProgress], [false, true])
  })
})
