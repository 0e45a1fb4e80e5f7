import type { Node } from '../../../model/engine-api/swarm.js'
import { binarySize, goTimeOf } from '../../units.js'

/** The page of `node inspect --pretty`. */
export function prettyNode(node: Node): string {
  const { Description: description = {}, Spec: spec = {}, Status: status = {} } = node
  const lines: string[] = [`ID:\t\t\t${node.ID ?? ''}`]
  if (spec.Name) lines.push(`Name:\t\t\t${spec.Name}`)
  const labels = Object.entries(spec.Labels ?? {})
  if (labels.length > 0) lines.push('Labels:', ...labels.map(([key, value]) => ` - ${key}=${value}`))
  lines.push(`Hostname:              \t${description.Hostname ?? ''}`, `Joined at:             \t${goTimeOf(node.CreatedAt ?? '').toLowerCase()}`, 'Status:')
  lines.push(` State:\t\t\t${capitalised(status.State)}`)
  if (status.Message) lines.push(` Message:              \t${status.Message}`)
  lines.push(` Availability:         \t${capitalised(spec.Availability)}`, ` Address:\t\t${status.Addr ?? ''}`)
  if (node.ManagerStatus) {
    lines.push('Manager Status:', ` Address:\t\t${node.ManagerStatus.Addr ?? ''}`, ` Raft Status:\t\t${capitalised(node.ManagerStatus.Reachability)}`)
    lines.push(` Leader:\t\t${node.ManagerStatus.Leader ? 'Yes' : 'No'}`)
  }
  lines.push('Platform:', ` Operating System:\t${description.Platform?.OS ?? ''}`, ` Architecture:\t\t${description.Platform?.Architecture ?? ''}`)
  lines.push('Resources:', ` CPUs:\t\t\t${(description.Resources?.NanoCPUs ?? 0) / 1e9}`, ` Memory:\t\t${binarySize(description.Resources?.MemoryBytes ?? 0)}`)
  for (const resource of description.Resources?.GenericResources ?? []) {
    const { NamedResourceSpec: named, DiscreteResourceSpec: counted } = resource
    lines.push(` ${named?.Kind ?? counted?.Kind ?? ''}:\t\t${named?.Value ?? String(counted?.Value ?? '')}`)
  }
  const engine = description.Engine ?? {}
  const plugins = new Map<string, string[]>()
  for (const { Type: type = '', Name: name = '' } of engine.Plugins ?? []) plugins.set(type, [...(plugins.get(type) ?? []), name])
  if (plugins.size > 0) lines.push('Plugins:')
  for (const type of [...plugins.keys()].sort()) lines.push(` ${type}:\t\t${(plugins.get(type) ?? []).join(', ')}`)
  lines.push(`Engine Version:\t\t${engine.EngineVersion ?? ''}`)
  const engineLabels = Object.entries(engine.Labels ?? {})
  if (engineLabels.length > 0) lines.push('Engine Labels:', ...engineLabels.map(([key, value]) => ` - ${key}=${value}`))
  const tls = description.TLSInfo
  if (tls) {
    lines.push('TLS Info:', ' TrustRoot:', tls.TrustRoot ?? '')
    lines.push(` Issuer Subject:\t${tls.CertIssuerSubject ?? ''}`, ` Issuer Public Key:\t${tls.CertIssuerPublicKey ?? ''}`)
  }
  return `${lines.join('\n')}\n`
}

function capitalised(word: string | undefined): string {
  return (word ?? '').replace(/^./, (letter) => letter.toUpperCase())
}
