import type { Availability, NodeRole } from '../model/node.js'
import { codec } from './codec.js'
import { skep } from './gen/skep.js'
import { emptyCodec, service, unary } from './service-table.js'

/** Unauthenticated requests are small; longer ones are refused unread. */
const requestBytesMax = 16 * 1024

export interface RootCaCertificateResponse {
  certificatePem: string
}

export interface IssueNodeCertificateRequest {
  csrPem: string
  token: string
  availability: Availability | ''
}

export interface IssueNodeCertificateResponse {
  nodeId: string
}

export interface NodeCertificateStatusRequest {
  nodeId: string
}

export interface NodeCertificateStatusResponse {
  state: 'issued' | 'failed'
  message: string
  role: NodeRole
  certificatePem: string
  rootCaPem: string
}

export interface UnlockKeyResponse {
  key: Uint8Array
  version: number
}

/** Certificates of nodes; see proto/ca.proto. */
export const caService = service('CertificateAuthority', {
  getRootCaCertificate: unary(emptyCodec, codec<RootCaCertificateResponse>(skep.v1.RootCaCertificateResponse), ['anyone']),
  issueNodeCertificate: unary(
    codec<IssueNodeCertificateRequest>(skep.v1.IssueNodeCertificateRequest, requestBytesMax),
    codec<IssueNodeCertificateResponse>(skep.v1.IssueNodeCertificateResponse),
    ['anyone'],
  ),
  nodeCertificateStatus: unary(
    codec<NodeCertificateStatusRequest>(skep.v1.NodeCertificateStatusRequest, requestBytesMax),
    codec<NodeCertificateStatusResponse>(skep.v1.NodeCertificateStatusResponse),
    ['anyone'],
  ),
  getUnlockKey: unary(emptyCodec, codec<UnlockKeyResponse>(skep.v1.UnlockKeyResponse), ['manager']),
})

export type CaMethods = typeof caService.methods
