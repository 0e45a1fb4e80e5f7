import type { Config, Secret } from '../../../model/engine-api/secret.js'
import { goTimeOf } from '../../units.js'

/** The page of `secret inspect --pretty` and `config inspect --pretty`. */
export function prettyData({ ID: id = '', Spec: spec = {}, CreatedAt: created = '', UpdatedAt: updated = '' }: Secret | Config, kind: 'secret' | 'config'): string {
  const labels = Object.entries(spec.Labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const driver = 'Driver' in spec ? (spec.Driver?.Name ?? '') : ''
  const lines = [
    `ID:\t\t\t${id}`,
    `Name:\t\t\t${spec.Name ?? ''}`,
    ...(labels.length > 0 ? ['Labels:', ...labels.map(([key, value]) => ` - ${key}=${value}`)] : []),
    ...(kind === 'secret' ? [`Driver:\t\t\t${driver}`] : []),
    `Created at:            \t${goTimeOf(created)}`,
    `Updated at:            \t${goTimeOf(updated)}`,
    ...(kind === 'config' ? ['Data:', Buffer.from(spec.Data ?? '', 'base64').toString('utf8')] : []),
  ]
  return `${lines.join('\n')}\n`
}
