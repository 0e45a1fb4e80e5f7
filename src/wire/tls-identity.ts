import type { experimental } from '@grpc/grpc-js'

/** What a node shows of itself and trusts, all PEM. */
export interface TlsIdentity {
  /** The node's certificate, with intermediates after it. */
  certPem: string
  keyPem: string
  /** The roots to trust. */
  rootsPem: string
  clusterId: string
  nodeId: string
}

/** The identity in use now; it changes when the certificate is renewed. */
export interface IdentitySource {
  current(): TlsIdentity
  /** Calls `listener` after each change; gives what stops that. */
  onChange(listener: () => void): () => void
}

/** An identity that never changes. */
export const fixedIdentity = (identity: TlsIdentity): IdentitySource => ({ current: () => identity, onChange: () => () => undefined })

type CertificateProvider = Parameters<typeof experimental.createCertificateProviderServerCredentials>[0]
type CaListener = Parameters<CertificateProvider['addCaCertificateListener']>[0]
type IdentityListener = Parameters<CertificateProvider['addIdentityCertificateListener']>[0]

/** Hands an identity and its changes to a gRPC server, which takes them for connections to come. */
export class ServerCertificates implements CertificateProvider {
  private readonly ca = new Set<CaListener>()
  private readonly identity = new Set<IdentityListener>()
  private readonly stop: () => void

  constructor(private readonly source: IdentitySource) {
    this.stop = source.onChange(() => {
      for (const listener of this.ca) this.tellCa(listener)
      for (const listener of this.identity) this.tellIdentity(listener)
    })
  }

  addCaCertificateListener(listener: CaListener): void {
    this.ca.add(listener)
    // Not at once: the library takes note of a first value only after this call has returned.
    queueMicrotask(() => this.tellCa(listener))
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.ca.delete(listener)
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.identity.add(listener)
    queueMicrotask(() => this.tellIdentity(listener))
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.identity.delete(listener)
  }

  close(): void {
    this.stop()
  }

  private tellCa(listener: CaListener): void {
    listener({ caCertificate: Buffer.from(this.source.current().rootsPem) })
  }

  private tellIdentity(listener: IdentityListener): void {
    const { certPem, keyPem } = this.source.current()
    listener({ certificate: Buffer.from(certPem), privateKey: Buffer.from(keyPem) })
  }
}
