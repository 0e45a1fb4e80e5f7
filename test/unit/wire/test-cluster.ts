import { systemClock } from '../../../src/sys/system-clock.js'
import { createCsr } from '../../../src/pki/csr.js'
import { issueNodeCertificate } from '../../../src/pki/node-certificate.js'
import { createRootCa, type SigningCa } from '../../../src/pki/root-ca.js'
import type { NodeRole } from '../../../src/model/node.js'
import type { IdentitySource, TlsIdentity } from '../../../src/wire/tls-identity.js'

/** A root and the certificates it signs, for tests. */
export async function testCluster(clusterId = 'cluster1'): Promise<TestCluster> {
  return new TestCluster(await createRootCa(systemClock.nowMs()), clusterId)
}

export class TestCluster {
  constructor(
    readonly root: SigningCa,
    readonly clusterId: string,
  ) {}

  async identity(nodeId: string, role: NodeRole, validityMs = 3600_000): Promise<ChangingIdentity> {
    return new ChangingIdentity(await this.issue(nodeId, role, validityMs))
  }

  async issue(nodeId: string, role: NodeRole, validityMs = 3600_000): Promise<TlsIdentity> {
    const { csrPem, keyPem } = await createCsr()
    const nowMs = systemClock.nowMs()
    const certPem = await issueNodeCertificate(this.root, { csrPem, nodeId, role, clusterId: this.clusterId, validityMs, nowMs })
    return { certPem, keyPem, rootsPem: this.root.certPem, clusterId: this.clusterId, nodeId }
  }
}

export class ChangingIdentity implements IdentitySource {
  private readonly listeners = new Set<() => void>()
  constructor(private identity: TlsIdentity) {}

  current(): TlsIdentity {
    return this.identity
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  change(identity: TlsIdentity): void {
    this.identity = identity
    for (const listener of this.listeners) listener()
  }
}
