import { createPrivateKey } from 'node:crypto'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf, internal, StatusError } from '../../src/base/errors.js'
import { Serial } from '../../src/base/serial.js'
import { parseCertificate, splitPem } from '../../src/pki/root-ca.js'
import { syncFolder, writeFileAtomic } from '../../src/sys/atomic-file.js'
import { isSealed, type KeySeal } from './key-seal.js'

/** A node's certificate, its key and the roots it trusts, all PEM. */
export interface NodeFiles {
  certPem: string
  keyPem: string
  rootsPem: string
}

/**
 * `<data-root>/swarm/certificates`: `swarm-node.crt`, `swarm-node.key`, `swarm-root-ca.crt`, as Docker
 * names them. A renewal that is interrupted leaves a pair that belongs together: the new key waits
 * beside the old one until its certificate is in place. The key is sealed while its node is a manager
 * of a swarm with autolock.
 */
export class IdentityFiles {
  private readonly folder: string
  private keeping: { seal: KeySeal; sealed: boolean } | undefined
  private readonly work = new Serial()

  constructor(dataRoot: string) {
    this.folder = join(dataRoot, 'swarm', 'certificates')
  }

  /** Undefined when this node is not part of a swarm. Throws `internal` for files that are damaged. */
  async load(): Promise<NodeFiles | undefined> {
    const [certPem, rootsPem] = await Promise.all([this.read('swarm-node.crt'), this.read('swarm-root-ca.crt')])
    const keyPem = certPem === undefined ? undefined : await this.keyOf(certPem)
    if (certPem === undefined && keyPem === undefined) return undefined
    if (certPem === undefined || keyPem === undefined || rootsPem === undefined) {
      throw new StatusError(
        'internal',
        `the swarm identity in ${this.folder} is not complete: restore the files, or leave the swarm with --force and join again`,
      )
    }
    return { certPem, keyPem, rootsPem }
  }

  /**
   * Keys are written sealed or in clear from now on, and those on disk are brought into that form, sealed with the data
   * key that seals now; all forms are read. Repeating it after a crash or a failure leads to the same.
   */
  keepKeys(seal: KeySeal, sealed: boolean): Promise<void> {
    return this.work.run(async () => {
      this.keeping = { seal, sealed }
      for (const name of ['swarm-node.key', 'swarm-node.key.next']) {
        const text = await this.read(name)
        if (text === undefined || (isSealed(text) ? sealed && seal.isCurrent(text) : !sealed)) continue
        const clear = isSealed(text) ? seal.open(text) : text
        await writeFileAtomic(this.path(name), sealed ? seal.seal(clear) : clear, 0o600)
      }
    })
  }

  /** There is no seal any more: keys are written in clear. */
  dropSeal(): void {
    this.keeping = undefined
  }

  save({ certPem, keyPem, rootsPem }: NodeFiles): Promise<void> {
    return this.work.run(async () => {
      await mkdir(this.folder, { recursive: true, mode: 0o700 })
      await this.saveRoots(rootsPem)
      await writeFileAtomic(this.path('swarm-node.key.next'), this.keeping?.sealed ? this.keeping.seal.seal(keyPem) : keyPem, 0o600)
      await writeFileAtomic(this.path('swarm-node.crt'), certPem, 0o644)
      await this.adoptNextKey()
    })
  }

  async saveRoots(rootsPem: string): Promise<void> {
    await writeFileAtomic(this.path('swarm-root-ca.crt'), rootsPem, 0o644)
  }

  /** The key that the certificate is for. */
  private async keyOf(certPem: string): Promise<string | undefined> {
    const key = await this.readKey('swarm-node.key')
    if (key !== undefined && belongs(certPem, key)) return key
    const next = await this.readKey('swarm-node.key.next')
    if (next === undefined || !belongs(certPem, next)) return undefined
    await this.adoptNextKey()
    return next
  }

  private async adoptNextKey(): Promise<void> {
    await rename(this.path('swarm-node.key.next'), this.path('swarm-node.key'))
    await syncFolder(this.folder)
  }

  /** In clear. Throws `internal` when it is sealed and cannot be opened. */
  private async readKey(name: string): Promise<string | undefined> {
    const text = await this.read(name)
    if (text === undefined || !isSealed(text)) return text
    try {
      if (this.keeping) return this.keeping.seal.open(text)
    } catch (cause) {
      throw internal(`${this.path(name)} cannot be opened with the data key of this manager: leave the swarm with --force and join again`, cause)
    }
    throw internal(`${this.path(name)} is sealed and the data key of this manager is missing: restore it, or leave the swarm with --force and join again`)
  }

  private async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(this.path(name), 'utf8')
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return undefined
      throw thrown
    }
  }

  private path(name: string): string {
    return join(this.folder, name)
  }
}

function belongs(certPem: string, keyPem: string): boolean {
  try {
    return parseCertificate(splitPem(certPem)[0] ?? '').checkPrivateKey(createPrivateKey(keyPem))
  } catch {
    return false
  }
}
