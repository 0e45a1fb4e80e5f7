import { strict as assert } from 'node:assert'
import { parsePluginConfig } from '../../../../agent/plugin/plugin-config.js'
import { privilegesOf, refusalOf } from '../../../../agent/plugin/privileges.js'
import { carriedSettings, changedSettings, initialSettings } from '../../../../agent/plugin/settings.js'
import type { PluginConfig } from '../../../../src/model/engine-api/plugin.js'
import { volumePluginConfig } from '../../../support/volume-plugin.js'

const parse = (value: unknown): PluginConfig => parsePluginConfig(Buffer.from(JSON.stringify(value)))

describe('configurations of plugins', () => {
  it('are read whatever the case of their fields, and completed', () => {
    const config = parse({ ...volumePluginConfig(), user: { uid: 5 }, unknown: 1, ipchost: true, network: null })
    assert.deepEqual(
      [config.Description, config.Documentation, config.Interface, config.Entrypoint, config.PropagatedMount, config.IpcHost, config.PidHost, config.User],
      ['folders in memory', 'https://plugins.example/folders', { Socket: 'folders.sock', Types: ['docker.volumedriver/1.0'] }, ['/usr/bin/perl', '/folders.pl'], '/mnt/volumes', true, false, { UID: 5 }],
    )
    assert.deepEqual(config.Env[2], { Name: 'FIXED', Description: '', Settable: [], Value: 'yes' })
    assert.deepEqual(parse({}).Interface, { Socket: '', Types: [] })
    // What is shown is read the same again.
    assert.deepEqual(parse(config), config)
  })

  it('that cannot be are refused with the place', () => {
    const wrong: [unknown, RegExp][] = [
      [[], /it must be an object/],
      [{ interface: { socket: '../x.sock' } }, /Interface.Socket must be the name of a file, not "..\/x.sock"/],
      [{ interface: { types: ['volumedriver'] } }, /"volumedriver" is not a plugin interface type/],
      [{ propagatedmount: 'mnt' }, /PropagatedMount must be an absolute path/],
      [{ propagatedmount: '/mnt/../etc' }, /PropagatedMount must be/],
      [{ propagatedmount: '/' }, /PropagatedMount must be/],
      [{ mounts: [{ source: 5 }] }, /Mounts\[0\].Source must be a string/],
      [{ mounts: {} }, /Mounts must be a list/],
      [{ entrypoint: ['a\0b'] }, /Entrypoint must be a list of strings/],
      [{ linux: { allowAllDevices: 'yes' } }, /Linux.AllowAllDevices must be true or false/],
      [{ user: { uid: -1 } }, /User.UID must be a number from 0/],
      [{ env: Array.from({ length: 1001 }, () => ({})) }, /Env has more than 1000 entries/],
    ]
    for (const [value, reason] of wrong) assert.throws(() => parse(value), (thrown: Error & { kind?: string }) => thrown.kind === 'invalid' && reason.test(thrown.message))
    assert.throws(() => parsePluginConfig(Buffer.from('{')), /is not JSON/)
  })

  it('say what has to be granted, all of it and no more', () => {
    assert.deepEqual(privilegesOf(parse({ network: { type: 'bridge' } })), [])
    const all = privilegesOf(parse({ ...volumePluginConfig(), ipcHost: true, pidHost: true, linux: { capabilities: ['CAP_A', 'CAP_B'], allowAllDevices: true, devices: [{ path: '/dev/fuse' }, {}] } }))
    assert.deepEqual(
      all.map(({ Name, Value }) => [Name, Value]),
      [
        ['network', ['host']], ['host ipc namespace', ['true']], ['host pid namespace', ['true']], ['mount', ['/usr/share']], ['device', ['/dev/fuse']], ['allow-all-devices', ['true']],
        ['capabilities', ['CAP_A', 'CAP_B']],
      ],
    )
    // An overlay shows the host's folders without naming one as its source.
    const overlay = parse({ mounts: [{ source: 'overlay', destination: '/x', type: 'overlay', options: ['ro', 'lowerdir=/etc:/root'] }] })
    assert.deepEqual(privilegesOf(overlay).map(({ Value }) => Value), [['overlay', 'lowerdir=/etc:/root']])
    assert.equal(refusalOf(all, all), undefined)
    assert.equal(refusalOf(all, [...all].reverse().map(({ Name = '', Value }) => ({ Name, Value: [...(Value ?? [])].reverse() }))), undefined)
    for (const granted of [[], all.slice(1), [...all, { Name: 'mount', Value: ['/'] }], all.map((one) => (one.Name === 'mount' ? { ...one, Value: ['/'] } : one))]) {
      assert.match(refusalOf(all, granted)?.message ?? '', /incorrect privileges/)
    }
  })
})

describe('settings of plugins', () => {
  const config = parse({
    ...volumePluginConfig(),
    env: [{ name: 'DEBUG', settable: ['value'], value: '0' }, { name: 'LATER', settable: ['value'] }, { name: 'FIXED', value: 'yes' }, { name: 'BOTH', settable: ['value', 'name'] }],
    mounts: [{ name: 'host', source: '/a', settable: ['source'] }, { name: 'unset', settable: ['source'] }],
  })
  const initial = initialSettings(config)
  const set = (...changes: string[]) => changedSettings(config, initial, changes)

  it('begin as the configuration has them', () => {
    assert.deepEqual([initial.Env, initial.Args, initial.Mounts[0]?.Source, initial.Devices[0]?.Path], [['DEBUG=0', 'FIXED=yes'], [], '/a', '/dev/zero'])
  })

  it('change where that is allowed, and nowhere else', () => {
    const after = set('DEBUG=1', 'LATER=a=b', 'args=x y', 'host=/b', 'zero.path=/dev/null')
    assert.deepEqual([after.Env, after.Args, after.Mounts[0]?.Source, after.Devices[0]?.Path], [['DEBUG=1', 'FIXED=yes', 'LATER=a=b'], ['x', 'y'], '/b', '/dev/null'])
    assert.deepEqual([initial.Env[0], initial.Mounts[0]?.Source, config.Mounts[0]?.Source], ['DEBUG=0', '/a', '/a'])
    const refused: [string, RegExp][] = [
      ['FIXED=1', /"FIXED" is not settable/],
      ['DEBUG.path=1', /"DEBUG.path" is not settable/],
      ['host.type=bind', /"host.type" is not settable/],
      ['BOTH=1', /multiple fields are settable, one must be specified/],
      ['=1', /invalid format, must be <name>/],
      ['none=1', /setting "none" not found in the plugin configuration/],
      ['unset=/x', /plugin config has no mount source/],
      ['DEBUG=a\0b', /cannot have a NUL character/],
    ]
    for (const [change, reason] of refused) assert.throws(() => set(change), reason)
    assert.deepEqual(set('BOTH.value=1').Env.at(-1), 'BOTH=1')
  })

  it('stay through an upgrade where the new version has them', () => {
    const changed = set('DEBUG=7', 'LATER=x', 'host=/b', 'args=x y', 'zero=/dev/null')
    const next = parse({ ...volumePluginConfig(), env: [{ name: 'NEW', value: '1' }, { name: 'DEBUG', settable: ['value'], value: '0' }], linux: { devices: [] } })
    const carried = carriedSettings(config, changed, next)
    assert.deepEqual([carried.Env, carried.Mounts.map(({ Source }) => Source), carried.Args, carried.Devices], [['NEW=1', 'DEBUG=7'], ['/b'], ['x', 'y'], []])
    assert.deepEqual(carriedSettings(config, initial, next), initialSettings(next))
  })
})
