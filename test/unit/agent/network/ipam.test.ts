import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { AddressSpace, defaultAddressPools, planSubnets, releaseRestMs } from '../../../../agent/network/ipam.js'
import type { SubnetRequest } from '../../../../agent/network/ipam.js'
import { overlaps, parseSubnet } from '../../../../agent/network/subnet.js'

const space = (subnet: string, more: { ipRange?: string; gateway?: string; auxiliaryAddresses?: Record<string, string> } = {}): AddressSpace =>
  new AddressSpace({ subnet, gateway: subnet.replace(/\d+\/.*$/, '1'), auxiliaryAddresses: {}, ...more }, 'net')

describe('an address space', () => {
  it('gives the lowest free address, never network, gateway, broadcast or auxiliary ones', () => {
    const four = space('10.0.0.0/29', { auxiliaryAddresses: { router: '10.0.0.3' } })
    assert.deepEqual([0, 0, 0, 0].map(() => four.allocate(0)), ['10.0.0.2', '10.0.0.4', '10.0.0.5', '10.0.0.6'])
    assert.throws(() => four.allocate(0), { kind: 'exhausted', message: /^no available IPv4 addresses on this network's address pools: net \(10\.0\.0\.0\/29\)/ })
  })

  it('keeps to its range', () => {
    const ranged = space('10.0.0.0/24', { ipRange: '10.0.0.8/30' })
    assert.deepEqual([0, 0, 0, 0].map(() => ranged.allocate(0)), ['10.0.0.8', '10.0.0.9', '10.0.0.10', '10.0.0.11'])
    assert.throws(() => ranged.allocate(0), /no available IPv4 addresses/)
    assert.equal(ranged.reserve('10.0.0.50'), '10.0.0.50', 'an address asked for may lie outside the range')
  })

  it('lets released addresses rest', () => {
    const four = space('10.0.0.0/24')
    const first = four.allocate(0)
    four.release(first, 1_000)
    assert.equal(four.allocate(1_000), '10.0.0.3')
    assert.equal(four.allocate(1_000 + releaseRestMs - 1), '10.0.0.4')
    assert.equal(four.allocate(1_000 + releaseRestMs), first)
  })

  it('gives the one that rested longest when nothing else is left', () => {
    const four = space('10.0.0.0/29')
    const all = [0, 0, 0, 0, 0].map(() => four.allocate(0))
    four.release(all[3] as string, 10)
    four.release(all[1] as string, 20)
    assert.equal(four.allocate(20), all[3])
    assert.equal(four.allocate(20), all[1])
    assert.throws(() => four.allocate(20), /no available/)
  })

  it('refuses an address in use or outside', () => {
    const four = space('10.0.0.0/24')
    four.reserve('10.0.0.9')
    assert.throws(() => four.reserve('10.0.0.9'), { kind: 'forbidden', message: 'Address already in use: 10.0.0.9 on network net' })
    assert.throws(() => four.reserve('10.0.0.1'), { kind: 'forbidden' })
    assert.throws(() => four.reserve('10.0.1.9'), { kind: 'invalid' })
  })

  it('never gives an address twice, whatever the order of events', () => {
    const step = fc.oneof(fc.constant('allocate'), fc.integer({ min: 0, max: 20 }), fc.constant('wait'))
    fc.assert(fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const four = space('10.0.0.0/28')
      const held = new Set<string>()
      let nowMs = 0
      for (const one of steps) {
        if (one === 'wait') nowMs += releaseRestMs / 3
        else if (one === 'allocate') {
          if (held.size === 13) {
            assert.throws(() => four.allocate(nowMs), { kind: 'exhausted' })
            continue
          }
          const address = four.allocate(nowMs)
          assert(!held.has(address), `${address} twice`)
          held.add(address)
        } else {
          const address = [...held][one % Math.max(1, held.size)]
          if (address === undefined) continue
          held.delete(address)
          four.release(address, nowMs)
        }
      }
    }))
  })

  it('counts in IPv6, too', () => {
    const six = new AddressSpace({ subnet: 'fd00::/64', gateway: 'fd00::1', auxiliaryAddresses: {} }, 'net')
    assert.deepEqual([six.allocate(0), six.allocate(0)], ['fd00::2', 'fd00::3'])
  })
})

describe('planning subnets', () => {
  const request = (more: Partial<SubnetRequest> = {}): SubnetRequest => ({
    config: [], enableIpv4: true, enableIpv6: false, pools: defaultAddressPools, inUse: [], onHost: [], uniqueLocalBits: () => 0x1234567890n, ...more,
  })

  it('takes the first default pool that overlaps neither networks nor the host', () => {
    assert.deepEqual(planSubnets(request()), [{ subnet: '172.17.0.0/16', gateway: '172.17.0.1', auxiliaryAddresses: {} }])
    const [other] = planSubnets(request({ inUse: [parseSubnet('172.17.0.0/16')], onHost: [parseSubnet('172.18.5.0/24')] }))
    assert.equal(other?.subnet, '172.19.0.0/16')
  })

  it('goes on through all pools without overlap, then says so', () => {
    const inUse: ReturnType<typeof parseSubnet>[] = []
    for (;;) {
      let planned
      try {
        planned = planSubnets(request({ inUse }))[0]
      } catch (thrown) {
        assert.match(String(thrown), /all predefined address pools have been fully subnetted/)
        break
      }
      const prefix = parseSubnet(planned?.subnet ?? '')
      assert(!inUse.some((one) => overlaps(one, prefix)))
      inUse.push(prefix)
    }
    assert.equal(inUse.length, 15 + 16)
  })

  it('keeps what was asked for, and completes the gateway', () => {
    const config = [{ subnet: '10.9.0.0/16', ipRange: '10.9.4.0/24', auxiliaryAddresses: { a: '10.9.4.0' } }]
    assert.deepEqual(planSubnets(request({ config })), [{ subnet: '10.9.0.0/16', ipRange: '10.9.4.0/24', gateway: '10.9.4.1', auxiliaryAddresses: { a: '10.9.4.0' } }])
  })

  it('makes up an IPv6 subnet of its own', () => {
    const planned = planSubnets(request({ enableIpv6: true }))
    assert.deepEqual(planned[1], { subnet: 'fd12:3456:7890::/64', gateway: 'fd12:3456:7890::1', auxiliaryAddresses: {} })
  })

  it('refuses what does not fit', () => {
    const refuse = (config: SubnetRequest['config'], kind: string, message: RegExp, more: Partial<SubnetRequest> = {}): void =>
      assert.throws(() => planSubnets(request({ config, ...more })), (thrown: unknown) => {
        assert.equal((thrown as { kind: string }).kind, kind)
        assert.match((thrown as Error).message, message)
        return true
      })
    refuse([{ subnet: '10.0.0.0/24' }], 'forbidden', /Pool overlaps with other one/, { inUse: [parseSubnet('10.0.0.0/8')] })
    refuse([{ subnet: '10.0.0.0/24' }, { subnet: '10.0.0.0/25' }], 'forbidden', /Pool overlaps/)
    refuse([{ subnet: '10.0.0.0/24', gateway: '10.0.1.1' }], 'invalid', /gateway 10\.0\.1\.1 is not in it/)
    refuse([{ subnet: '10.0.0.0/24', ipRange: '10.0.1.0/25' }], 'invalid', /invalid ip-range/)
    refuse([{ subnet: '10.0.0.0/24', auxiliaryAddresses: { x: 'nonsense' } }], 'invalid', /not an IP address: nonsense/)
    refuse([{ gateway: '10.0.0.1' }], 'invalid', /needs a subnet/)
    refuse([{ subnet: 'nonsense' }], 'invalid', /invalid CIDR address: nonsense/)
  })

  it('allows a subnet on the host when it is asked for', () => {
    assert.equal(planSubnets(request({ config: [{ subnet: '10.0.0.0/24' }], onHost: [parseSubnet('10.0.0.0/8')] }))[0]?.subnet, '10.0.0.0/24')
  })
})
