import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeviceAttributes } from '../../agent/kernel/device-attribute.js'
import { cFunction } from '../../agent/kernel/ffi.js'
import { LinkBatch, LinkRemover, Links } from '../../agent/kernel/link.js'
import { createNetns, deleteNetns, inNetns, isNetns, listNetns, Netns, netnsIdentity } from '../../agent/kernel/netns.js'
import { Nft } from '../../agent/kernel/nft.js'
import { openSocket, PortSocket } from '../../agent/kernel/socket.js'
import { spawnWithFds } from '../../agent/kernel/spawn.js'
import { readSysctl, writeSysctl, writeSysctlIfPresent } from '../../agent/kernel/sysctl.js'

const identity = (): string => {
  using current = Netns.current()
  return netnsIdentity(current)
}
const fcntl = cFunction<[number, number, number], number>('int fcntl(int fd, int command, long argument)')
const getDescriptorFlags = 1
const setDescriptorFlags = 2
/** What a descriptor is; empty when it is closed by now. */
const targetOf = (fd: number): string => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}
const openFiles = (): number => readdirSync('/proc/self/fd').length

describe('network primitives', () => {
  let folder: string
  const path = (name: string): string => join(folder, 'netns', name)
  const tool = (name: string, ...command: string[]): string => execFileSync('nsenter', [`--net=${path(name)}`, ...command], { encoding: 'utf8' })

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-primitives-'))
  })
  afterEach(() => {
    for (const name of listNetns(join(folder, 'netns'))) deleteNetns(path(name))
    rmSync(folder, { recursive: true })
  })

  describe('namespaces', () => {
    it('are made, entered, left, listed and deleted, and each may be repeated', () => {
      const home = identity()
      assert.deepEqual(listNetns(join(folder, 'netns')), [])
      createNetns(path('a'))
      const first = inNetns(path('a'), identity)
      assert.notEqual(first, home)
      assert.equal(identity(), home)
      createNetns(path('a'))
      assert.equal(inNetns(path('a'), identity), first, 'the one that is there stays')
      assert(isNetns(path('a')))
      assert.deepEqual(listNetns(join(folder, 'netns')), ['a'])
      deleteNetns(path('a'))
      deleteNetns(path('a'))
      assert.equal(isNetns(path('a')), false)
      assert.equal(existsSync(path('a')), false)
    })

    it('are left after a failure, and refuse work that would go on outside', () => {
      const home = identity()
      createNetns(path('a'))
      assert.throws(() => inNetns(path('a'), () => assert.fail('inside')), /inside/)
      assert.equal(identity(), home)
      assert.throws(() => inNetns(path('a'), () => Promise.resolve()), /must be synchronous/)
      assert.equal(identity(), home)
      assert.throws(() => inNetns(path('missing'), identity), { code: 'ENOENT' })
      assert.throws(() => inNetns('/etc/hostname', identity), { code: 'EINVAL', syscall: 'setns' })
      assert.equal(identity(), home)
    })

    it('nest', () => {
      for (const name of ['a', 'b']) createNetns(path(name))
      const [a, b] = [inNetns(path('a'), identity), inNetns(path('b'), identity)]
      assert.deepEqual(inNetns(path('a'), () => [identity(), inNetns(path('b'), identity), identity()]), [a, b, a])
    })

    it('leave no descriptor open', () => {
      createNetns(path('warm'))
      const before = openFiles()
      for (let n = 0; n < 20; n++) {
        createNetns(path('a'))
        inNetns(path('a'), identity)
        deleteNetns(path('a'))
      }
      assert.equal(openFiles(), before)
    })

    it('have their own kernel parameters', () => {
      createNetns(path('a'))
      const before = readSysctl('net/ipv4/ip_forward')
      inNetns(path('a'), () => writeSysctl('net/ipv4/ip_forward', before === '1' ? '0' : '1'))
      assert.notEqual(inNetns(path('a'), () => readSysctl('net/ipv4/ip_forward')), before)
      assert.equal(readSysctl('net/ipv4/ip_forward'), before)
      assert.equal(readSysctl('net/no/such'), undefined)
      assert.equal(writeSysctlIfPresent('net/no/such', '1'), false)
    })
  })

  describe('attributes of devices', () => {
    it('are those of the namespace, read and written, and leave no descriptor open', () => {
      createNetns(path('a'))
      using links = inNetns(path('a'), () => Links.open())
      links.apply(new LinkBatch().addLink({ name: 'br0' }, { kind: 'bridge' }))
      const before = openFiles()
      inNetns(path('a'), () => {
        using attributes = DeviceAttributes.open()
        attributes.write('br0', 'tx_queue_len', '77')
        assert.equal(attributes.read('br0', 'tx_queue_len'), '77')
        assert.throws(() => attributes.read('none', 'tx_queue_len'), { code: 'ENOENT' })
      })
      assert.equal(openFiles(), before)
      assert.match(tool('a', 'ip', 'link', 'show', 'br0'), /qlen 77/)
      using outside = DeviceAttributes.open()
      assert.throws(() => outside.read('br0', 'tx_queue_len'), { code: 'ENOENT' })
    })
  })

  describe('links', () => {
    it('refuse with the errno and a sentence', () => {
      createNetns(path('a'))
      using links = inNetns(path('a'), () => Links.open())
      links.apply(new LinkBatch().addLink({ name: 'br0' }, { kind: 'bridge' }))
      assert.throws(() => links.apply(new LinkBatch().addLink({ name: 'br0' }, { kind: 'bridge' })), { code: 'EEXIST', message: /add bridge br0/ })
      assert.throws(() => links.apply(new LinkBatch().addAddress({ index: 99, address: '10.0.0.1', prefixLength: 24 })), { code: 'ENODEV' })
      assert.equal(links.find('nothing'), undefined)
      assert.equal(links.findIndex(99), undefined)
    })

    it('take addresses, routes and neighbours twice, and give them up twice', () => {
      createNetns(path('a'))
      using links = inNetns(path('a'), () => Links.open())
      links.apply(new LinkBatch().addLink({ name: 'br0', up: true }, { kind: 'bridge' }))
      const index = links.find('br0')?.index ?? 0
      const address = { index, address: '10.0.0.1', prefixLength: 24 }
      const route = { family: 4, destination: '10.9.0.0/16', gateway: '10.0.0.9', index } as const
      const neighbour = { index, address: '10.0.0.9', mac: '02:42:0a:00:00:09' }
      for (let n = 0; n < 2; n++) links.apply(new LinkBatch().addAddress(address).setRoute(route).setNeighbour(neighbour))
      assert.match(tool('a', 'ip', 'route'), /10\.9\.0\.0\/16 via 10\.0\.0\.9 dev br0/)
      assert.match(tool('a', 'ip', 'neigh'), /10\.0\.0\.9 dev br0 lladdr 02:42:0a:00:00:09 PERMANENT/)
      assert(links.neighbours().some((one) => one.address === '10.0.0.9'))
      for (let n = 0; n < 2; n++) links.apply(new LinkBatch().deleteNeighbour(neighbour).deleteRoute(route).deleteAddress(address))
      assert.doesNotMatch(tool('a', 'ip', 'route'), /10\.9/)
      assert.deepEqual(links.addresses().filter((one) => one.index === index && one.address.includes('.')), [])
    })

    it('set policy rules', () => {
      createNetns(path('a'))
      using links = inNetns(path('a'), () => Links.open())
      const rule = { family: 4, mark: 7, mask: 0xff, table: 1007, priority: 100 } as const
      for (let n = 0; n < 2; n++) links.apply(new LinkBatch().addRule(rule))
      assert.match(tool('a', 'ip', 'rule'), /^100:\s+from all fwmark 0x7\/0xff lookup 1007/m)
      for (let n = 0; n < 2; n++) links.apply(new LinkBatch().deleteRule(rule))
      assert.doesNotMatch(tool('a', 'ip', 'rule'), /fwmark/)
    })

    it('are removed on another thread', async () => {
      for (const name of ['a', 'b']) createNetns(path(name))
      using links = inNetns(path('a'), () => Links.open())
      using remover = inNetns(path('a'), () => new LinkRemover())
      using b = Netns.open(path('b'))
      for (const name of ['v0', 'v1']) links.apply(new LinkBatch().addLink({ name }, { kind: 'veth', peer: { name, netnsFd: b.fd } }))
      await Promise.all([remover.remove(['v0', 'missing']), remover.remove(['v1'])])
      assert.deepEqual(links.list().map((link) => link.name), ['lo'])
      assert.doesNotMatch(tool('b', 'ip', 'link'), /v0|v1/)
    })

    it('list hundreds', () => {
      createNetns(path('a'))
      using links = inNetns(path('a'), () => Links.open())
      const batch = new LinkBatch()
      for (let n = 0; n < 200; n++) batch.addLink({ name: `br${n}` }, { kind: 'bridge' })
      links.apply(batch)
      assert.equal(links.list().length, 201)
    })

    it('carry VXLAN between hosts by entries that are set, not learned', () => {
      for (const name of ['h1', 'h2', 'o1', 'o2']) createNetns(path(name))
      const vni = 4097
      using h2 = Netns.open(path('h2'))
      using wire = inNetns(path('h1'), () => Links.open())
      wire.apply(new LinkBatch().addLink({ name: 'eth0' }, { kind: 'veth', peer: { name: 'eth0', netnsFd: h2.fd } }))
      for (const n of [1, 2]) {
        using host = inNetns(path(`h${n}`), () => Links.open())
        using overlay = Netns.open(path(`o${n}`))
        using inside = overlay.run(() => Links.open())
        const index = host.find('eth0')?.index ?? 0
        host.apply(new LinkBatch().addAddress({ index, address: `192.0.2.${n}`, prefixLength: 24 }).setLink(index, { up: true }))
        // Made on the host, whose underlay it uses, and moved into the overlay's namespace.
        host.apply(new LinkBatch().addLink({ name: 'vx0', mtu: 1450 }, { kind: 'vxlan', vni, port: 4789, local: `192.0.2.${n}`, learning: false, proxy: true }))
        host.apply(new LinkBatch().setLink(host.find('vx0')?.index ?? 0, { netnsFd: overlay.fd }))
        const vxlan = inside.find('vx0')?.index ?? 0
        const other = 3 - n
        inside.apply(
          new LinkBatch()
            .setLink(vxlan, { up: true, mac: `02:42:0a:00:00:0${n}` })
            .addAddress({ index: vxlan, address: `10.0.0.${n}`, prefixLength: 24 })
            .setNeighbour({ index: vxlan, address: `10.0.0.${other}`, mac: `02:42:0a:00:00:0${other}` })
            .setNeighbour({ index: vxlan, address: `192.0.2.${other}`, mac: `02:42:0a:00:00:0${other}`, bridge: 'self' }),
        )
        assert(inside.forwardingEntries().some((one) => one.address === `192.0.2.${other}` && one.bridge === 'self'))
      }
      assert.match(tool('o1', 'busybox', 'ping', '-c', '1', '-W', '2', '10.0.0.2'), /1 packets received/)
    })
  })

  describe('sockets', () => {
    it('hold a port against servers that reuse addresses, and let it go', () => {
      createNetns(path('a'))
      const listen = (): number => inNetns(path('a'), () => openSocket({ protocol: 'tcp', family: 4, bind: { address: '0.0.0.0', port: 80, reuseAddress: true }, backlog: 1 }))
      {
        using held = inNetns(path('a'), () => PortSocket.hold('tcp', '0.0.0.0', 80))
        assert(held)
        assert.throws(listen, { code: 'EADDRINUSE' })
        assert.throws(() => inNetns(path('a'), () => PortSocket.hold('tcp', '127.0.0.1', 80)), { code: 'EADDRINUSE', message: /bind 127\.0\.0\.1:80\/tcp/ })
        using six = inNetns(path('a'), () => PortSocket.hold('tcp', '::', 80))
        assert(six)
      }
      closeSync(listen())
      assert.throws(() => inNetns(path('a'), () => PortSocket.hold('udp', '192.0.2.9', 80)), { code: 'EADDRNOTAVAIL' })
    })
  })

  describe('nftables', () => {
    it('work in a process with thousands of open files', () => {
      createNetns(path('a'))
      Nft.open().close()
      const files = Array.from({ length: 1_500 }, () => openSync('/dev/null', 'r'))
      try {
        const contexts = [0, 1, 2].map(() => inNetns(path('a'), () => Nft.open()))
        for (const nft of contexts) nft.run('add table inet t')
        for (const nft of contexts) nft.close()
      } finally {
        for (const fd of files) closeSync(fd)
      }
    })

    it('are not held by programs that are started, nor is anything else of ours', async () => {
      createNetns(path('a'))
      using nft = inNetns(path('a'), () => Nft.open())
      nft.run('add table inet held { flags owner; }')
      const sockets = readdirSync('/proc/self/fd').map(Number).filter((fd) => fd > 2 && targetOf(fd).startsWith('socket:'))
      assert.ok(sockets.length > 0)
      assert.deepEqual(sockets.filter((fd) => fcntl(fd, getDescriptorFlags, 0) === 0), [])
      const leaky = openSync('/dev/null', 'r')
      fcntl(leaky, setDescriptorFlags, 0)
      const listing = spawnWithFds('/bin/ls', ['/proc/self/fd'], { descriptors: ['ignore', 'output', 'ignore'], env: {} })
      const chunks: Buffer[] = []
      for await (const chunk of listing.reader(1)) chunks.push(chunk as Buffer)
      await listing.ended
      closeSync(leaky)
      // The last one is that of the listing itself.
      assert.deepEqual(Buffer.concat(chunks).toString().trim().split('\n'), ['0', '1', '2', '3'])
    })

    it('run as one transaction, and say what is wrong', () => {
      createNetns(path('a'))
      using nft = inNetns(path('a'), () => Nft.open())
      nft.run('add table inet t\nadd set inet t s { type ipv4_addr; }\nadd element inet t s { 192.0.2.1 }')
      assert(nft.hasTable('inet', 't'))
      assert.throws(() => nft.run('add element inet t s { 192.0.2.2 }\nadd element inet t missing { 192.0.2.3 }'), { kind: 'internal', message: /^nftables refused a change: .*(No such file|missing)/ })
      const set = nft.list('list set inet t s').find((object) => object.set)?.set
      assert.deepEqual(set?.elem, ['192.0.2.1'], 'nothing of the refused ones')
      assert.match(tool('a', 'nft', 'list', 'tables'), /table inet t/)
      assert.throws(() => nft.run('nonsense'), /syntax error/)
    })
  })
})
