import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { addressRestMs, Ipam, Subnet } from '../../../../manager/allocator/ipam.js'
import { formatAddress, overlaps, parseAddress, parseCidr } from '../../../../manager/allocator/address.js'
import { VniPool, vniFirst } from '../../../../manager/allocator/vni.js'
import type { IpamConfig } from '../../../../src/model/network.js'

const config = (over: Partial<IpamConfig> = {}): IpamConfig => ({ subnet: '', range: '', gateway: '', auxAddresses: {}, ...over })
const ipam = (pools = ['10.0.0.0/8'], size = 24) => new Ipam(pools, size)

describe('addresses', () => {
  it('read and print both families', () => {
    for (const text of ['10.0.1.5', '0.0.0.0', '255.255.255.255', 'fd00::1', '2001:db8::ff00:42:8329', '::1']) {
      const { version, value } = parseAddress(text)
      assert.equal(formatAddress(version, value), text)
    }
  })

  it('refuse what is none, naming it', () => {
    for (const text of ['10.0.1', '10.0.1.300', 'x', '', '1.2.3.4.5', '012.1.1.1x']) assert.throws(() => parseAddress(text), /invalid address/)
    for (const text of ['10.0.0.0', '10.0.0.0/33', '/8', 'fd00::/129', '10.0.0.0/8/8']) assert.throws(() => parseCidr(text), /invalid (subnet|address)/)
  })
})

describe('subnets of networks', () => {
  it('are cut from the pool, one after another', () => {
    const all = ipam()
    const subnets = ['a', 'b', 'c'].map((id) => all.addNetwork(id, [], false, id).map(({ subnet, gateway }) => `${subnet} ${gateway}`))
    assert.deepEqual(subnets, [['10.0.0.0/24 10.0.0.1'], ['10.0.1.0/24 10.0.1.1'], ['10.0.2.0/24 10.0.2.1']])
    all.removeNetwork('b')
    assert.equal(all.addNetwork('d', [], false, 'd')[0]?.subnet, '10.0.1.0/24')
  })

  it('jump over what users chose', () => {
    const all = ipam()
    all.addNetwork('mine', [config({ subnet: '10.0.0.0/15' })], false, 'mine')
    assert.equal(all.addNetwork('a', [], false, 'a')[0]?.subnet, '10.2.0.0/24')
  })

  it('jump over the networks that hosts are on, of both families', () => {
    const hosts = [['10.0.0.0/15', 'h1'], ['10.2.0.7/32', 'h2'], ['fd5e:c3a1:7b00::/64', 'h2']].map(([text = '', node = '']) => ({ block: parseCidr(text), node, down: false }))
    const all = ipam()
    assert.deepEqual(all.addNetwork('a', [], true, 'a', hosts).map(({ subnet }) => subnet), ['10.2.1.0/24', 'fd5e:c3a1:7b00:1::/64'])
    // What a user asks for is the control API's to refuse: it knows whose fault it is.
    assert.equal(all.addNetwork('b', [config({ subnet: '10.0.7.0/24' })], false, 'b', hosts)[0]?.subnet, '10.0.7.0/24')
    assert.throws(
      () => ipam(['10.0.0.0/16']).addNetwork('c', [], false, 'c', hosts),
      /could not find an available subnet of \/24 in the default address pools \(10\.0\.0\.0\/16\), where nodes are on networks of their own \(10\.0\.0\.0\/15 on h1\): remove/,
    )
  })

  it('may be several, of both families', () => {
    const all = ipam()
    const configs = all.addNetwork('a', [config({ subnet: '10.9.0.0/24' }), config({ subnet: '10.9.1.0/24', gateway: '10.9.1.254' }), config({ subnet: 'fd00:9::/64' })], true, 'a')
    assert.deepEqual(configs.map(({ gateway }) => gateway), ['10.9.0.1', '10.9.1.254', 'fd00:9::1'])
    assert.deepEqual(all.allocate('a', 'task:1', 0), ['10.9.0.2/24', 'fd00:9::2/64'])
  })

  it('IPv6 is given on request', () => {
    const [four, six] = ipam().addNetwork('a', [], true, 'a')
    assert.equal(four?.subnet, '10.0.0.0/24')
    assert.match(six?.subnet ?? '', /^fd.*\/64$/)
  })

  it('are refused when they overlap, do not fit, or the pools are used up', () => {
    const all = ipam(['10.0.0.0/23'])
    all.addNetwork('a', [], false, 'a')
    assert.throws(() => all.addNetwork('x', [config({ subnet: '10.0.0.128/25' })], false, 'x'), /10\.0\.0\.128\/25 of network x overlaps with 10\.0\.0\.0\/24/)
    assert.throws(() => all.addNetwork('x', [config({ subnet: '10.5.0.0/24' }), config({ subnet: '10.5.0.0/25' })], false, 'x'), /overlaps/)
    assert.throws(() => all.addNetwork('x', [config({ subnet: '10.5.0.0/24', gateway: '10.6.0.1' })], false, 'x'), /gateway 10\.6\.0\.1 is not within/)
    assert.throws(() => all.addNetwork('x', [config({ subnet: '10.5.0.0/24', range: '10.6.0.0/28' })], false, 'x'), /range/)
    all.addNetwork('b', [], false, 'b')
    assert.throws(() => all.addNetwork('c', [], false, 'c'), /could not find an available subnet of \/24.*10\.0\.0\.0\/23/)
    assert.equal(all.has('x') || all.has('c'), false)
  })

  it('never overlap, whatever is added and removed', () => {
    const step = fc.record({ id: fc.integer({ min: 0, max: 12 }), add: fc.boolean(), own: fc.option(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 20, max: 28 }))) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const all = ipam(['10.0.0.0/20', '10.2.0.0/16'])
        const held = new Map<string, string[]>()
        for (const { id, add, own } of steps) {
          const name = `n${id}`
          if (!add) {
            all.removeNetwork(name)
            held.delete(name)
          } else if (!held.has(name)) {
            try {
              held.set(name, all.addNetwork(name, own ? [config({ subnet: `10.${own[0]}.${own[1]}.0/${own[2]}` })] : [], false, name).map(({ subnet }) => subnet))
            } catch (thrown) {
              assert.match(String(thrown), /overlaps|could not find/)
            }
          }
        }
        const blocks = [...held.values()].flat().map(parseCidr)
        blocks.forEach((one, i) => blocks.slice(i + 1).forEach((other) => assert.ok(!overlaps(one, other))))
      }),
    )
  })
})

describe('addresses in a subnet', () => {
  const subnet = (over: Partial<IpamConfig> = {}) => new Subnet(config({ subnet: '10.1.0.0/29', gateway: '10.1.0.1', ...over }))

  it('leave out the network, the gateway, broadcast and reserved ones', () => {
    const small = subnet({ auxAddresses: { printer: '10.1.0.3' } })
    const given = Array.from({ length: 4 }, (_, i) => small.format(small.allocate(`task:${i}`, 0)))
    assert.deepEqual(given, ['10.1.0.2/29', '10.1.0.4/29', '10.1.0.5/29', '10.1.0.6/29'])
    assert.throws(() => small.allocate('task:9', 0), /no address is free in subnet 10\.1\.0\.0\/29 \(6 in use\)/)
  })

  it('keep to the range', () => {
    const small = subnet({ range: '10.1.0.4/31' })
    assert.deepEqual([0, 1].map((i) => small.format(small.allocate(`task:${i}`, 0))), ['10.1.0.4/29', '10.1.0.5/29'])
    assert.throws(() => small.allocate('task:9', 0))
  })

  it('rest before they are given again', () => {
    const small = subnet()
    const given = Array.from({ length: 5 }, (_, i) => small.allocate(`task:${i}`, 0))
    small.release(given[2]!, 'task:2', 1000)
    assert.throws(() => small.allocate('task:9', 1000 + addressRestMs - 1), /1 to be free again within 10 s/)
    assert.equal(small.nextFreeAtMs(1000), 1000 + addressRestMs)
    assert.equal(small.allocate('task:9', 1000 + addressRestMs), given[2])
  })

  it('can be asked for, and are refused when taken', () => {
    const all = ipam()
    all.addNetwork('a', [config({ subnet: '10.1.0.0/24' })], false, 'a')
    assert.equal(all.claim('a', '10.1.0.77', 'task:1'), '10.1.0.77/24')
    assert.throws(() => all.claim('a', '10.1.0.77', 'task:2'), /address 10\.1\.0\.77 is in use already \(task:1\)/)
    assert.throws(() => all.claim('a', '10.9.0.1', 'task:2'), /in none of the network's subnets/)
  })

  it('are never two owners’, also after a rebuild from what was given', () => {
    const step = fc.record({ owner: fc.integer({ min: 0, max: 40 }), kind: fc.constantFrom('take', 'take', 'release', 'rebuild'), afterMs: fc.integer({ min: 0, max: 4000 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        let small = subnet({ subnet: '10.1.0.0/27' })
        const held = new Map<string, bigint>()
        const releasedAt = new Map<bigint, number>()
        let nowMs = 0
        for (const { owner, kind, afterMs } of steps) {
          nowMs += afterMs
          const name = `task:${owner}`
          if (kind === 'rebuild') {
            small = subnet({ subnet: '10.1.0.0/27' })
            for (const [who, value] of held) small.claim(value, who)
            for (const [value, atMs] of releasedAt) if (atMs + addressRestMs > nowMs) small.rest(value, atMs + addressRestMs)
          } else if (kind === 'take' && !held.has(name)) {
            let value: bigint
            try {
              value = small.allocate(name, nowMs)
            } catch {
              continue
            }
            assert.ok(![...held.values()].includes(value))
            assert.ok((releasedAt.get(value) ?? -Infinity) + addressRestMs <= nowMs, 'given before it had rested')
            held.set(name, value)
            releasedAt.delete(value)
          } else if (kind === 'release' && held.has(name)) {
            small.release(held.get(name)!, name, nowMs)
            releasedAt.set(held.get(name)!, nowMs)
            held.delete(name)
          }
        }
        assert.equal(small.owned().length, held.size)
      }),
    )
  })
})

describe('VXLAN identifiers', () => {
  it('start at 4096, come back late, and end', () => {
    const pool = new VniPool(vniFirst, vniFirst + 2)
    assert.deepEqual([pool.allocate('a'), pool.allocate('b')], [4096, 4097])
    pool.release(4096, 'a')
    assert.equal(pool.allocate('c'), 4098)
    assert.equal(pool.allocate('d'), 4096)
    assert.throws(() => pool.allocate('e'), /no VXLAN network identifier is free \(3 in use\)/)
    assert.throws(() => pool.claim(4097, 'x'), /in use by network b/)
  })

  it('are never two networks’', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.boolean()), { maxLength: 80 }), (steps) => {
        const pool = new VniPool(1, 10)
        const held = new Map<number, number>()
        for (const [owner, take] of steps) {
          if (take && !held.has(owner) && held.size < 10) held.set(owner, pool.allocate(`n${owner}`))
          else if (!take && held.has(owner)) {
            pool.release(held.get(owner)!, `n${owner}`)
            held.delete(owner)
          }
          assert.equal(new Set(held.values()).size, held.size)
        }
      }),
    )
  })
})
