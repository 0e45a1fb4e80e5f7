import { X509Certificate } from 'node:crypto'

/** One value of DER: its tag, itself, and what is in it. */
interface Element {
  tag: number
  whole: Uint8Array
  content: Uint8Array
}

const explicitVersionTag = 0xa0
/** Where they stand in a `TBSCertificate` without its version. Source: RFC 5280, section 4.1. */
const subjectAt = 4
const publicKeyAt = 5

/**
 * Subject and public key of a CA's certificate (PEM), as they are encoded in it: by these clients see
 * which root signed a node's certificate. Undefined for what is no certificate.
 */
export function issuerOfRoot(rootPem: string): { subject: Uint8Array; publicKey: Uint8Array } | undefined {
  let raw: Uint8Array
  try {
    raw = new X509Certificate(rootPem).raw
  } catch {
    return undefined
  }
  const [certificate] = elements(raw)
  const [signed] = certificate ? elements(certificate.content) : []
  const fields = signed ? elements(signed.content).filter(({ tag }) => tag !== explicitVersionTag) : []
  const [subject, publicKey] = [fields[subjectAt], fields[publicKeyAt]]
  return subject && publicKey && { subject: Uint8Array.from(subject.whole), publicKey: Uint8Array.from(publicKey.whole) }
}

/** The values that stand side by side in well-formed DER with tags of one byte. */
function elements(der: Uint8Array): Element[] {
  const found: Element[] = []
  for (let at = 0; at + 1 < der.length; ) {
    let length = der[at + 1] ?? 0
    let start = at + 2
    if (length >= 0x80) {
      const end = start + (length & 0x7f)
      for (length = 0; start < end; start++) length = length * 256 + (der[start] ?? 0)
    }
    found.push({ tag: der[at] ?? 0, whole: der.subarray(at, start + length), content: der.subarray(start, start + length) })
    at = start + length
  }
  return found
}
