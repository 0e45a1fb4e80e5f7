import type { Port } from '../../../model/engine-api/container.js'

/**
 * The PORTS column: `0.0.0.0:8080->80/tcp, 443/tcp`. Neighbouring ports that are published under
 * their own number, or not at all, are one range.
 */
export function portsText(ports: readonly Port[]): string {
  const sorted = [...ports].sort(
    (a, b) =>
      (a.PrivatePort ?? 0) - (b.PrivatePort ?? 0) ||
      compare(a.IP ?? '', b.IP ?? '') ||
      (a.PublicPort ?? 0) - (b.PublicPort ?? 0) ||
      compare(a.Type ?? '', b.Type ?? ''),
  )
  const ranges = new Map<string, { ip: string; type: string; first: number; last: number }>()
  const texts: string[] = []
  const mapped: string[] = []
  for (const { IP: ip = '', PrivatePort: inside = 0, PublicPort: outside = 0, Type: type = 'tcp' } of sorted) {
    if (ip !== '' && outside !== inside) {
      mapped.push(`${joined(ip, outside)}->${inside}/${type}`)
      continue
    }
    const key = `${ip}/${type}`
    const range = ranges.get(key)
    if (range && inside === range.last + 1) {
      range.last = inside
      continue
    }
    if (range) texts.push(rangeText(range))
    ranges.set(key, { ip, type, first: inside, last: inside })
  }
  return [...texts, ...[...ranges.values()].map(rangeText), ...mapped].join(', ')
}

function rangeText({ ip, type, first, last }: { ip: string; type: string; first: number; last: number }): string {
  const numbers = first === last ? String(first) : `${first}-${last}`
  return `${ip === '' ? '' : `${joined(ip, numbers)}->`}${numbers}/${type}`
}

function joined(ip: string, port: number | string): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
