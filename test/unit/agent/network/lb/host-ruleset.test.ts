import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { addForwards, addNetwork, addOpenings, fullTable, removeForwards, removeNetwork, removeOpenings } from '../../../../../agent/network/lb/host-ruleset.js'
import type { LinkOpening, PortForward, TableNetwork } from '../../../../../agent/network/lb/host-ruleset.js'

const bridge: TableNetwork = { bridge: 'skep0', subnets: ['172.17.0.0/16'], internal: false, icc: true, masquerade: true }
const inside: TableNetwork = { bridge: 'br-inside', subnets: ['172.18.0.0/16', 'fd00::/64'], internal: true, icc: false, masquerade: true }
const forwards: PortForward[] = [
  { protocol: 'tcp', hostIp: '0.0.0.0', hostPort: 8080, targetIp: '172.17.0.2', targetPort: 80 },
  { protocol: 'udp', hostIp: '0.0.0.0', hostPort: 5353, targetIp: '172.17.0.3', targetPort: 53 },
  { protocol: 'tcp', hostIp: '127.0.0.1', hostPort: 9090, targetIp: '172.17.0.2', targetPort: 90 },
  { protocol: 'tcp', hostIp: '::', hostPort: 8080, targetIp: 'fd00::2', targetPort: 80 },
]
const openings: LinkOpening[] = [
  { bridge: 'br-inside', protocol: 'tcp', source: '172.18.0.3', target: '172.18.0.2', port: 5432 },
  { bridge: 'br-inside', protocol: 'udp', source: 'fd00::3', target: 'fd00::2', port: 53 },
]

/** Compares with a file that a reviewer reads; `UPDATE=1` writes it. */
function matchesFile(name: string, text: string): void {
  const path = resolve(import.meta.dirname, '../../../../data/network', name)
  if (process.env['UPDATE'] === '1' || !existsSync(path)) {
    assert(process.env['UPDATE'] === '1', `${path} is missing: run with UPDATE=1`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  assert.equal(text, readFileSync(path, 'utf8'))
}

describe('the host\'s ruleset', () => {
  it('is this table for two networks and their ports', () => {
    matchesFile('host-table.nft', `${fullTable('skep', { networks: [bridge, inside], forwards, openings })}\n`)
  })

  it('changes by elements only', () => {
    matchesFile('host-table-changes.nft', [
      '# a network comes', addNetwork('skep', bridge), '# an internal one goes', removeNetwork('skep', inside),
      '# ports come', addForwards('skep', forwards), '# ports go', removeForwards('skep', forwards),
      '# links come', addOpenings('skep', openings), '# links go', removeOpenings('skep', openings), '',
    ].join('\n'))
  })

  it('has nothing to do without ports', () => {
    assert.equal(addForwards('skep', []), '')
  })
})
