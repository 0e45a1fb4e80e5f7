import type { Cluster, ClusterSpec } from '../../src/model/cluster.js'
import type { ClusterId, NodeId } from '../../src/model/ids.js'
import { CertificateState, NodeRole, NodeState, type Availability, type Node } from '../../src/model/node.js'
import type { IdSource } from '../../src/base/id.js'
import { createCsr } from '../../src/pki/csr.js'
import { createJoinToken } from '../../src/pki/join-token.js'
import { issueNodeCertificate, roleUnits } from '../../src/pki/node-certificate.js'
import { createRootCa, rootDigest, type SigningCa } from '../../src/pki/root-ca.js'
import type { TlsIdentity } from '../../src/wire/tls-identity.js'

export interface FoundOptions {
  spec: ClusterSpec
  /** CIDRs to cut overlay subnets from. */
  defaultAddressPool: string[]
  subnetSize: number
  dataPathPort: number
  /** Of the first node. */
  availability: Availability
  address: string
  nowMs: number
  ids: IdSource
  /** Seals the managers' disks from the start: given when the spec turns autolock on. */
  unlockKey?: Uint8Array
}

/** A new cluster: its object, its first manager, and that manager's identity. The first transaction of the store creates both. */
export interface FoundedCluster {
  cluster: Omit<Cluster, 'meta'>
  node: Omit<Node, 'meta'>
  identity: TlsIdentity
}

/**
 * Makes what `swarm init` needs. The root is the one in the spec's signing CA, or a new one. Throws
 * `invalid` for a signing CA that cannot sign.
 */
export async function foundCluster(options: FoundOptions): Promise<FoundedCluster> {
  const { spec, nowMs, ids } = options
  const given: SigningCa = { certPem: spec.ca.signingCaCertPem, keyPem: spec.ca.signingCaKeyPem }
  const root = given.certPem !== '' ? given : await createRootCa(nowMs)
  const digest = rootDigest(root.certPem)
  const clusterId = ids.objectId() as ClusterId
  const nodeId = ids.objectId() as NodeId
  const { csrPem, keyPem } = await createCsr()
  const validityMs = spec.ca.nodeCertExpiryNs / 1e6
  const certPem = await issueNodeCertificate(root, { csrPem, nodeId, role: NodeRole.manager, clusterId, validityMs, nowMs })
  return {
    cluster: {
      id: clusterId,
      // The key is kept with the root alone.
      spec: { ...spec, ca: { ...spec.ca, signingCaKeyPem: '' } },
      rootCa: {
        ...root,
        digest,
        joinTokens: { worker: createJoinToken(digest), manager: createJoinToken(digest) },
        lastForcedRotation: spec.ca.forceRotate,
      },
      unlockKeys: options.unlockKey ? [{ subsystem: roleUnits.manager, key: options.unlockKey }] : [],
      blacklistedCertificates: {},
      defaultAddressPool: options.defaultAddressPool,
      subnetSize: options.subnetSize,
      dataPathPort: options.dataPathPort,
      fipsEnabled: false,
    },
    node: {
      id: nodeId,
      spec: { name: '', labels: {}, role: NodeRole.manager, availability: options.availability },
      status: { state: NodeState.unknown, message: '', address: options.address },
      observedRole: NodeRole.manager,
      certificate: {
        state: CertificateState.issued,
        message: '',
        role: NodeRole.manager,
        csrPem,
        certificatePem: certPem,
        commonName: nodeId,
      },
    },
    identity: { certPem, keyPem, rootsPem: root.certPem, clusterId, nodeId },
  }
}
