import { strict as assert } from 'node:assert'
import { createBody } from '../../../../src/api/containers/shape.js'
import type { HostConfig } from '../../../../src/model/engine-api/container.js'
import type { ContainerRecord } from '../../../../agent/engine/container-record.js'
import { planMounts } from '../../../../agent/engine/files/mount-plan.js'
import { planNetwork } from '../../../../agent/engine/net/network-plan.js'
import { discardUnsupported } from '../../../../agent/engine/unsupported.js'
import { validateConfig, validateNetworking, validateResources } from '../../../../agent/engine/validate.js'
import { mounts } from '../../../../agent/runtime/bundle/mounts.js'
import { ociResources } from '../../../../agent/runtime/bundle/resources.js'

const host = { arch: 'x64', kernel: '6.1.0', cpus: 2, memoryBytes: 4e9, seccomp: true, capabilities: [] }

describe('engine/settings', () => {
  it('refuses ports and links that cannot be read: nothing could show their container', () => {
    for (const port of ['web', '80-90/tcp', '80/icmp', '99999']) {
      assert.throws(() => validateNetworking({ ExposedPorts: { [port]: {} } }, {}, {}), /invalid port specification/, port)
    }
    for (const HostPort of ['web', '70000', '90-80', '1-2-3', '-1']) {
      assert.throws(() => validateNetworking({}, { PortBindings: { '80/tcp': [{ HostPort }] } }, {}), /invalid port specification/, HostPort)
    }
    validateNetworking({}, { PortBindings: { '80/tcp': [{ HostPort: '8000-8010' }, { HostPort: '' }, {}] } }, {})
    assert.throws(() => validateNetworking({}, {}, { EndpointsConfig: { front: { Links: [''] } } }), /empty string specified for links/)
  })

  it('refuses settings that another container or the host decides', () => {
    const joined = { NetworkMode: 'container:other' }
    assert.throws(() => validateNetworking({ Hostname: 'own' }, joined, {}), /conflicting options: hostname and the network mode/)
    assert.throws(() => validateNetworking({}, { ...joined, Dns: ['192.0.2.1'] }, {}), /conflicting options: dns and the network mode/)
    assert.throws(() => validateNetworking({}, { ...joined, ExtraHosts: ['a:192.0.2.1'] }, {}), /custom host-to-IP mapping and the network mode/)
    assert.throws(() => validateNetworking({ ExposedPorts: { '80/tcp': {} } }, joined, {}), /port exposing and the container type network mode/)
    assert.throws(() => validateNetworking({}, { ...joined, PublishAllPorts: true }, {}), /port publishing and the container type network mode/)
    assert.throws(() => validateNetworking({ Hostname: 'own' }, { UTSMode: 'host' }, {}), /conflicting options: hostname and the UTS mode/)
    validateNetworking({ Hostname: 'own' }, { NetworkMode: 'front' }, {})
  })

  it('refuses words that nobody knows in the words that clients know', () => {
    const cases: [unknown, string][] = [
      [{ Isolation: 'nope' }, "invalid isolation (nope): linux only supports 'default'"],
      [{ Isolation: 'hyperv' }, "invalid isolation (hyperv): linux only supports 'default'"],
      [{ CgroupnsMode: 'nope' }, 'invalid cgroup namespace mode: nope'],
      [{ RestartPolicy: { Name: 'nope' } }, "invalid restart policy: unknown policy 'nope'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"],
      [{ CapAdd: ['NOPE'] }, 'invalid CapAdd: unknown capability: "CAP_NOPE"'],
      [{ CapDrop: ['NOPE'] }, 'invalid CapDrop: unknown capability: "CAP_NOPE"'],
    ]
    for (const [asked, message] of cases) {
      assert.throws(() => validateConfig({}, createBody({ HostConfig: asked }, '').HostConfig ?? {}, host), { kind: 'invalid', message })
    }
    for (const asked of [{ Isolation: '', CgroupnsMode: '', RestartPolicy: { Name: '' } }, { Isolation: 'default', CgroupnsMode: 'host', RestartPolicy: { Name: 'always' } }]) {
      validateConfig({}, createBody({ HostConfig: asked }, '').HostConfig ?? {}, host)
    }
  })

  it('takes -1 for no limit', () => {
    const none = ociResources({ PidsLimit: -1, CpuQuota: -1, MemorySwap: -5 }, () => assert.fail())
    assert.deepEqual([none.pids, none.cpu?.quota, none.memory?.swap], [{ limit: 4_194_304 }, 2 ** 44 - 1, -1])
    for (const bad of [{ CpuRealtimePeriod: -1 }, { CpuRealtimePeriod: 5, CpuRealtimeRuntime: 6 }, { CpusetMems: 'zero' }, { CpusetMems: '0-' }]) {
      assert.throws(() => validateResources(bad, host), { kind: 'invalid' }, JSON.stringify(bad))
    }
    validateResources({ CpusetMems: '0-1,3' }, host)
  })

  it('goes without weights of block devices where the kernel has none, and says so', () => {
    const asked = (): HostConfig => ({ BlkioWeight: 300, BlkioWeightDevice: [{ Path: '/dev/sda', Weight: 20 }] })
    const kept = asked()
    assert.deepEqual([discardUnsupported(kept, { weighsBlockDevices: true }), kept], [[], asked()])
    const dropped = asked()
    assert.match(discardUnsupported(dropped, { weighsBlockDevices: false }).join('\n'), /Weight discarded\.\n.*Weight-device discarded\.$/)
    assert.deepEqual([dropped.BlkioWeight, dropped.BlkioWeightDevice], [0, []])
    assert.deepEqual(discardUnsupported({}, { weighsBlockDevices: false }), [])
  })

  it('lets options of a tmpfs win over the cautious ones, and refuses what no tmpfs has', () => {
    const optionsOf = (options: string): string[] => {
      const [planned] = planMounts({}, { Tmpfs: { '/run': options } }, [])
      const made = mounts({ hostConfig: {}, mounts: [{ kind: 'tmpfs', target: '/run', options: planned?.tmpfsOptions ?? [] }], networkHost: false, shm: 'own' })
      return made.find((mount) => mount.destination === '/run')?.options ?? []
    }
    assert.deepEqual(optionsOf('size=1m'), ['noexec', 'nosuid', 'nodev', 'size=1m'])
    assert.deepEqual(optionsOf('defaults,exec,uid=33'), ['nosuid', 'nodev', 'exec', 'uid=33'])
    for (const bad of ['colour=red', 'quickly', 'size']) assert.throws(() => optionsOf(bad), /Invalid tmpfs option \[/, bad)
    assert.throws(() => planMounts({}, { Mounts: [{ Type: 'tmpfs', Target: '/run', TmpfsOptions: { Options: [['colour', 'red']] } }] }, []), /Invalid tmpfs option \["colour" "red"\]/)
  })

  it('makes read-only binds read-only with all that is mounted below, unless asked not to', () => {
    const bind = { Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true } as const
    const planned = (more: object): boolean | undefined => planMounts({}, { Mounts: [{ ...bind, BindOptions: more }] }, [])[0]?.recursiveReadOnly
    assert.deepEqual([planned({}), planned({ ReadOnlyNonRecursive: true }), planned({ NonRecursive: true })], [true, false, false])
    assert.equal(planMounts({}, { Binds: ['/a:/b'] }, [])[0]?.recursiveReadOnly, false)
  })

  it('keeps parts of volumes and of images within them', () => {
    const parts = (Subpath: string): (string | undefined)[] => [
      planMounts({}, { Mounts: [{ Type: 'volume', Source: 'vol', Target: '/v', VolumeOptions: { Subpath } }] }, [])[0]?.subpath,
      planMounts({}, { Mounts: [{ Type: 'image', Source: 'i', Target: '/i', ImageOptions: { Subpath } }] }, [])[0]?.subpath,
    ]
    for (const within of ['a', 'a/../b', '..a', './a']) assert.deepEqual(parts(within), [within, within])
    assert.deepEqual(parts(''), [undefined, undefined])
    for (const [Type, options] of [['volume', 'VolumeOptions'], ['image', 'ImageOptions']] as const) {
      for (const Subpath of ['/a', '..', '../a', 'a/../../b']) {
        assert.throws(() => planMounts({}, { Mounts: [{ Type, Source: 'source', Target: '/s', [options]: { Subpath } }] }, []), { kind: 'invalid', message: `invalid mount config for type "${Type}": subpath must be a relative path within the ${Type}` })
      }
    }
  })

  it('does not join a network again that was left', () => {
    const record = { name: 'c', id: '0'.repeat(64), config: {}, hostConfig: { NetworkMode: 'front' }, networking: { back: {} } } as unknown as ContainerRecord
    const networks = (): string[] => planNetwork(record, () => '').connections.map(({ network }) => network)
    assert.deepEqual(networks(), ['front', 'back'])
    record.leftMainNetwork = true
    assert.deepEqual(networks(), ['back'])
  })
})
