import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { delay } from '../../../base/clock.js'
import { invalid, messageOf } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import type { Swarm } from '../../../model/engine-api/swarm.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { ProgressLines } from '../../progress/lines.js'
import { applySwarmFlags, swarmSpecFlags } from './spec-flags.js'

const pollPeriodMs = 200
/** Flags that say what the new root is like. */
const ofTheNewRoot = ['ca-cert', 'ca-key', 'cert-expiry', 'external-ca'] as const

export const ca = verb({
  name: 'ca',
  summary: 'Display and rotate the root CA',
  flags: {
    'ca-cert': flag.string('Path to the PEM-formatted root CA certificate to use for the new cluster', { valueName: 'pem-file' }),
    'ca-key': flag.string('Path to the PEM-formatted root CA key to use for the new cluster', { valueName: 'pem-file' }),
    'cert-expiry': swarmSpecFlags['cert-expiry'],
    detach: flag.bool('Exit immediately instead of waiting for the root rotation to converge', { short: 'd' }),
    'external-ca': swarmSpecFlags['external-ca'],
    quiet: flag.bool('Suppress progress output', { short: 'q' }),
    rotate: flag.bool('Rotate the swarm CA - if no certificate or key are provided, new ones will be generated'),
  },
  async run({ context, flags, given }) {
    const { api, stdout } = context
    if (!flags.rotate) {
      const misplaced = ofTheNewRoot.find((name) => given.has(name))
      if (misplaced !== undefined) throw invalid(`\`--${misplaced}\` flag requires the \`--rotate\` flag to update the CA`)
      stdout.write(trustRoot(await api.swarm.inspect()))
      return
    }
    const current = await api.swarm.inspect()
    const spec = structuredClone(current.Spec ?? {})
    applySwarmFlags(spec, { 'cert-expiry': flags['cert-expiry'], 'external-ca': flags['external-ca'] }, given)
    spec.CAConfig = {
      ...spec.CAConfig,
      ForceRotate: (spec.CAConfig?.ForceRotate ?? 0) + 1,
      SigningCACert: pemFile(flags['ca-cert']),
      SigningCAKey: pemFile(flags['ca-key']),
    }
    await api.swarm.update(current.Version?.Index ?? 0, spec)
    if (flags.detach) return
    stdout.write(trustRoot(await followRotation(context, flags.quiet)))
  },
})

const trustRoot = ({ TLSInfo: info }: Swarm): string => `${(info?.TrustRoot ?? '').trimEnd()}\n`

/** The text of a PEM file; empty when none is named, which has the managers make one. Throws `invalid`. */
function pemFile(path: string | undefined): string {
  if (path === undefined) return ''
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    throw invalid(`unable to read ${path}: ${messageOf(thrown)}`, thrown)
  }
}

/** Waits until every node has a certificate of the new root and trusts it alone, and shows how many have. */
async function followRotation(context: Context, quiet: boolean): Promise<Swarm> {
  const lines = new ProgressLines(quiet ? undefined : context.stdout)
  for (;;) {
    const [swarm, nodes] = await Promise.all([context.api.swarm.inspect(), context.api.nodes.list()])
    const { CertIssuerSubject: subject, CertIssuerPublicKey: key, TrustRoot: root = '' } = swarm.TLSInfo ?? {}
    const total = nodes.length
    const issued = nodes.filter(({ Description: node }) => node?.TLSInfo?.CertIssuerSubject === subject && node?.TLSInfo?.CertIssuerPublicKey === key).length
    const trusting = nodes.filter(({ Description: node }) => node?.TLSInfo?.TrustRoot === root).length
    lines.show({ id: 'desired root digest', text: `sha256:${createHash('sha256').update(root).digest('hex')}` })
    lines.show({ id: '  rotated TLS certificates', text: `${issued}/${total} nodes`, bar: { current: issued, total } })
    // The old root goes when no node needs it any more.
    const rotated = swarm.RootRotationInProgress ? 0 : trusting
    lines.show({ id: '  rotated CA certificates', text: `${rotated}/${total} nodes`, bar: { current: rotated, total } })
    if (!swarm.RootRotationInProgress) return swarm
    await delay(context.clock, pollPeriodMs, context.signal)
  }
}
