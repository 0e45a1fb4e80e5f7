import type { Cluster, RootCa } from '../../src/model/cluster.js'
import type { SigningCa } from '../../src/pki/root-ca.js'

/** What signs now, and what a certificate it signed needs beside it to be trusted by everyone. */
export interface Signer extends SigningCa {
  /** PEM of certificates that follow the node's own; empty outside a rotation. */
  intermediatesPem: string
}

/** During a rotation the new root signs, and its cross-signed form leads nodes that know only the old one. */
export function signerOf({ certPem, keyPem, rotation }: RootCa): Signer {
  if (!rotation) return { certPem, keyPem, intermediatesPem: '' }
  return { certPem: rotation.certPem, keyPem: rotation.keyPem, intermediatesPem: rotation.crossSignedPem }
}

/** Every root that nodes trust now, PEM. */
export function trustedRoots({ certPem, rotation }: RootCa): string {
  return rotation ? certPem + rotation.certPem : certPem
}

/** Whether a node was removed and its certificate is refused. */
export function isBlacklisted(cluster: Cluster | undefined, nodeId: string): boolean {
  return cluster !== undefined && Object.hasOwn(cluster.blacklistedCertificates, nodeId)
}
