import { strict as assert } from 'node:assert'
import { nextRootCa } from '../../../../manager/control/root-rotation.js'
import { defaultClusterSpec } from '../../../../src/model/defaults.js'
import type { Cluster, ClusterSpec } from '../../../../src/model/cluster.js'
import { createRootCa, type SigningCa } from '../../../../src/pki/root-ca.js'

describe('a root whose key is with an external CA', () => {
  const nowMs = Date.now()
  let present: SigningCa
  let other: SigningCa
  before(async () => {
    present = await createRootCa(nowMs)
    other = await createRootCa(nowMs)
  })

  const clusterOf = (keyPem = present.keyPem): Cluster => {
    const rootCa = { certPem: present.certPem, keyPem, digest: '', joinTokens: { worker: '', manager: '' }, lastForcedRotation: 0 }
    return { rootCa, spec: specOf({ externalCas: keyPem === '' ? [authority(present.certPem)] : [] }) } as unknown as Cluster
  }
  const specOf = (ca: Partial<ClusterSpec['ca']>): ClusterSpec => ({ ...defaultClusterSpec(), ca: { ...defaultClusterSpec().ca, ...ca } })
  const authority = (caCertPem: string) => ({ protocol: 'cfssl', url: 'https://ca/sign', options: {}, caCertPem })

  it('is moved to when an external CA names it', async () => {
    const next = await nextRootCa(clusterOf(), specOf({ signingCaCertPem: other.certPem, externalCas: [authority(other.certPem)] }), nowMs)
    assert.equal(next.rotation?.certPem.trim(), other.certPem.trim())
    assert.equal(next.rotation?.keyPem, '')
    for (const externalCas of [[], [authority('')], [authority(present.certPem)]]) {
      await assert.rejects(nextRootCa(clusterOf(), specOf({ signingCaCertPem: other.certPem, externalCas }), nowMs), { kind: 'invalid', message: /given without its key, and no external CA names it/ })
    }
  })

  it('keeps its external CA, and is left only once its key is given', async () => {
    const named = [authority(present.certPem)]
    assert.equal((await nextRootCa(clusterOf(''), specOf({ externalCas: named }), nowMs)).keyPem, '')
    await assert.rejects(nextRootCa(clusterOf(''), specOf({}), nowMs), { kind: 'invalid', message: /nobody could sign/ })
    await assert.rejects(nextRootCa(clusterOf(''), specOf({ externalCas: named, forceRotate: 1 }), nowMs), { kind: 'invalid', message: /cannot sign for its successor/ })
    const given = await nextRootCa(clusterOf(''), specOf({ signingCaCertPem: present.certPem, signingCaKeyPem: present.keyPem }), nowMs)
    assert.equal(given.keyPem, present.keyPem)
  })
})
