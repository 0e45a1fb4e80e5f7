import { strict as assert } from 'node:assert'
import { HostTable } from '../../../../../agent/network/lb/host-table.js'
import type { LinkOpening, PortForward, TableNetwork } from '../../../../../agent/network/lb/host-ruleset.js'
import { nullLogger } from '../../../../../src/base/log.js'

const bridge: TableNetwork = { bridge: 'skep0', subnets: ['172.17.0.0/16'], internal: false, icc: true, masquerade: true }
const forward = (hostPort: number): PortForward => ({ protocol: 'tcp', hostIp: '0.0.0.0', hostPort, targetIp: '172.17.0.2', targetPort: 80 })

const opening = (port: number): LinkOpening => ({ bridge: 'skep0', protocol: 'tcp', source: '172.17.0.3', target: '172.17.0.2', port })

/** Takes commands down, and refuses those that match. */
function fakeNft() {
  const runs: string[] = []
  const nft = {
    refuse: undefined as RegExp | undefined,
    runs,
    run(commands: string): void {
      if (nft.refuse?.test(commands)) throw new Error('refused')
      runs.push(commands)
    },
  }
  return nft
}

describe('the host\'s table', () => {
  it('changes by elements, in one transaction for what goes and what comes', () => {
    const nft = fakeNft()
    const table = new HostTable(nft, 'skep', nullLogger)
    table.load({ networks: [bridge], forwards: [forward(1)], openings: [] })
    table.updateForwards([forward(2)], [forward(1)])
    assert.deepEqual(nft.runs.slice(1), ['delete element inet skep any4 { tcp . 1 }\nadd element inet skep any4 { tcp . 2 : 172.17.0.2 . 80 }'])
  })

  it('leaves alone what is as it should be', () => {
    const nft = fakeNft()
    const table = new HostTable(nft, 'skep', nullLogger)
    table.load({ networks: [bridge], forwards: [], openings: [] })
    table.addNetwork({ ...bridge })
    table.updateForwards([], [forward(9)])
    assert.equal(nft.runs.length, 1)
    table.addNetwork({ ...bridge, icc: false })
    assert.equal(nft.runs.length, 3)
  })

  it('opens and closes what links ask for, and nothing of other bridges', () => {
    const nft = fakeNft()
    const table = new HostTable(nft, 'skep', nullLogger)
    table.load({ networks: [bridge], forwards: [], openings: [opening(1)] })
    table.setOpenings('other', [])
    table.setOpenings('skep0', [opening(1)])
    assert.equal(nft.runs.length, 1)
    table.setOpenings('skep0', [opening(2)])
    const [gone, added] = ['delete', 'add'].map((verb) => `${verb} element inet skep links4 { "skep0" . 172.17.0.3 . 172.17.0.2 . tcp . `)
    assert.deepEqual(nft.runs.slice(1), [`${gone ?? ''}1 }\n${added ?? ''}2 }`])
    table.restore()
    assert.match(nft.runs.at(-1) ?? '', /links4 \{ "skep0" \. 172\.17\.0\.3 \. 172\.17\.0\.2 \. tcp \. 2 \}/)
  })

  it('is loaded whole when a change is refused, with the change in it', () => {
    const nft = fakeNft()
    const table = new HostTable(nft, 'skep', nullLogger)
    table.load({ networks: [bridge], forwards: [forward(1)], openings: [] })
    nft.refuse = /^add element/
    table.updateForwards([forward(2)], [])
    assert.match(nft.runs.at(-1) ?? '', /^table inet skep\ndelete table inet skep\n[^]*tcp \. 1 :[^]*tcp \. 2 :/)
  })

  it('forgets a change that cannot be made at all', () => {
    const nft = fakeNft()
    const table = new HostTable(nft, 'skep', nullLogger)
    table.load({ networks: [bridge], forwards: [forward(1)], openings: [] })
    nft.refuse = /tcp \. 2/
    assert.throws(() => table.updateForwards([forward(2)], []), /refused/)
    nft.refuse = /^add element.*tcp \. 3/
    table.updateForwards([forward(3)], [])
    assert.match(nft.runs.at(-1) ?? '', /tcp \. 1 :[^]*tcp \. 3 :/)
    assert.doesNotMatch(nft.runs.at(-1) ?? '', /tcp \. 2/)
  })
})
