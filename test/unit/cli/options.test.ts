import { strict as assert } from 'node:assert'
import { parseMount } from '../../../src/cli/options/mount.js'
import { parsePublish, parseServicePort, portBindings, proxyProtocolLabels } from '../../../src/cli/options/port.js'
import { parseUlimit } from '../../../src/cli/options/ulimit.js'
import { parseCpus } from '../../../src/cli/options/cpus.js'
import { environmentOf } from '../../../src/cli/options/key-value.js'
import { flag, parseFlags, UsageError } from '../../../src/base/flags.js'
import { humanDuration } from '../../../src/base/human-duration.js'
import { humanSize } from '../../../src/cli/units.js'
import { renderTable } from '../../../src/cli/table.js'

describe('option values', () => {
  it('publishes ports in every form', () => {
    assert.deepEqual(parsePublish('80'), [{ hostIp: '', hostPort: '', containerPort: 80, protocol: 'tcp' }])
    assert.deepEqual(parsePublish('127.0.0.1:8080:80/udp'), [{ hostIp: '127.0.0.1', hostPort: '8080', containerPort: 80, protocol: 'udp' }])
    assert.deepEqual(parsePublish('[::1]:8080:80')[0]?.hostIp, '::1')
    assert.deepEqual(parsePublish('7000-7001:80-81').map(({ hostPort, containerPort }) => [hostPort, containerPort]), [['7000', 80], ['7001', 81]])
    assert.deepEqual(parsePublish('7000-7010:80').map(({ hostPort }) => hostPort), ['7000-7010'])
    assert.deepEqual(portBindings(['8080:80', '8081:80']).bindings, { '80/tcp': [{ HostIp: '', HostPort: '8080' }, { HostIp: '', HostPort: '8081' }] })
    for (const bad of ['', 'x', '80:x', '1:2:3:4', '80/icmp', '70000:80', '90-80:1-2', '1-3:1-2']) assert.throws(() => parsePublish(bad), bad)
  })

  it('publishes service ports short and long', () => {
    assert.deepEqual(parseServicePort('8080:80'), [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'ingress' }])
    assert.deepEqual(parseServicePort('target=80,published=8080,mode=host,protocol=udp'), [
      { Protocol: 'udp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'host' },
    ])
    assert.deepEqual(
      parseServicePort('published=8000-8002,target=80-82').map(({ TargetPort, PublishedPort }) => [PublishedPort, TargetPort]),
      [[8000, 80], [8001, 81], [8002, 82]],
    )
    assert.deepEqual(parseServicePort('8000-8002:80-82').map(({ PublishedPort }) => PublishedPort), [8000, 8001, 8002])
    assert.deepEqual(parseServicePort('published=443,target=8443,proxy-protocol=v2'), [
      { Protocol: 'tcp', TargetPort: 8443, PublishedPort: 443, PublishMode: 'ingress' },
    ])
    assert.deepEqual(proxyProtocolLabels(['80:80', 'published=443,target=8443,proxy-protocol=v2']), { 'skep.ingress.proxy-protocol.443': 'v2' })
    for (const bad of [
      '127.0.0.1:80:80', 'published=80', 'target=80,mode=other', 'target=x', 'target=80,colour=red', 'published=8000-8001,target=80',
      'published=80,target=80,proxy-protocol=v1', 'target=80,proxy-protocol=v2', 'published=80,target=80,protocol=udp,proxy-protocol=v2',
      'published=80,target=80,mode=host,proxy-protocol=v2',
    ]) {
      assert.throws(() => parseServicePort(bad), bad)
    }
  })

  it('reads mounts', () => {
    assert.deepEqual(parseMount('type=bind,src=/a,dst=/b,readonly'), { Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true })
    assert.deepEqual(parseMount('type=volume,source=data,target=/d,"volume-opt=o=a,b",volume-label=x=y').VolumeOptions, {
      Labels: { x: 'y' },
      DriverConfig: { Options: { o: 'a,b' } },
    })
    assert.deepEqual(parseMount('type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1770').TmpfsOptions, { SizeBytes: 1048576, Mode: 0o1770 })
    for (const bad of ['type=bind,src=/a', 'type=odd,target=/b', 'target=/a,what=1', 'type=tmpfs,target=/t,volume-nocopy', 'target=/a,"open']) {
      assert.throws(() => parseMount(bad), bad)
    }
  })

  it('reads limits, sizes and times', () => {
    assert.deepEqual(parseUlimit('nofile=1024:2048'), { Name: 'nofile', Soft: 1024, Hard: 2048 })
    assert.throws(() => parseUlimit('nofile=3:2'))
    assert.throws(() => parseUlimit('odd=1'))
    assert.equal(parseCpus('1.5'), 1_500_000_000)
    assert.throws(() => parseCpus('0.0000000001'))
    assert.throws(() => parseCpus('lots'))
    assert.equal(humanSize(5_432_100), '5.432MB')
    assert.equal(humanDuration(65_000), 'About a minute')
    assert.equal(humanDuration(3 * 3600_000), '3 hours')
  })

  it('takes environment from files, flags and here', () => {
    assert.deepEqual(environmentOf([], ['A=1', 'B', 'C', 'A=2'], { B: 'here' }), ['A=2', 'B=here'])
    assert.throws(() => environmentOf([], ['=x'], {}))
  })

  it('parses flags as pflag does', () => {
    const table = {
      detach: flag.bool('', { short: 'd' }),
      tty: flag.bool('', { short: 't' }),
      env: flag.list('', { short: 'e' }),
      name: flag.string(''),
      replicas: flag.int('', { default: 1 }),
    }
    const parsed = parseFlags(table, ['-dt', '-eA=1', '-e', 'B=2', '--name=x', '--tty=false', 'image', '--name', 'inner'], false)
    assert.deepEqual(parsed.values, { detach: true, tty: false, env: ['A=1', 'B=2'], name: 'x', replicas: 1 })
    assert.deepEqual(parsed.args, ['image', '--name', 'inner'])
    assert.deepEqual(parseFlags(table, ['a', '-d', '--', '-t'], true).args, ['a', '-t'])
    for (const bad of [['--odd'], ['-x'], ['--name'], ['--replicas', 'x'], ['--detach=maybe']]) {
      assert.throws(() => parseFlags(table, bad, true), UsageError)
    }
  })

  it('aligns columns as Docker does', () => {
    assert.equal(renderTable([['ID', 'NAME'], ['abcdefghijkl', 'x']]), 'ID             NAME\nabcdefghijkl   x\n')
  })
})
