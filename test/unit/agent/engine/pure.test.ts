import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { mergeConfig } from '../../../../agent/engine/config-merge.js'
import { assertMove } from '../../../../agent/engine/container-state.js'
import type { StateRecord } from '../../../../agent/engine/container-record.js'
import { DetachScanner, parseDetachKeys } from '../../../../src/base/detach-keys.js'
import { EventLog } from '../../../../agent/engine/view/events.js'
import { shouldRestart } from '../../../../agent/engine/life/exit.js'
import { healthPlan, nextHealth } from '../../../../agent/engine/life/health.js'
import { parseBind, planMounts } from '../../../../agent/engine/files/mount-plan.js'
import { generateName } from '../../../../agent/engine/names.js'
import { parsePort, portBindings } from '../../../../agent/engine/net/network-plan.js'
import { signalNumber } from '../../../../agent/engine/signals.js'
import { parseNetDev } from '../../../../agent/engine/view/stats.js'
import { humanDuration } from '../../../../src/base/human-duration.js'
import { statusText } from '../../../../agent/engine/view/status-text.js'
import { selectProcesses } from '../../../../agent/engine/view/top.js'
import { validateConfig, validateResources } from '../../../../agent/engine/validate.js'
import { seededRng } from '../../../../src/base/rng.js'
import { ManualClock } from '../../../support/manual-clock.js'

const host = { arch: 'x64', kernel: '6.1.0', cpus: 2, memoryBytes: 4e9, seccomp: true, capabilities: [] }
const state = (more: Partial<StateRecord>): StateRecord => ({ status: 'running', starting: false, exitCode: 0, error: '', oomKilled: false, startedMs: 0, finishedMs: 0, stoppedByHand: false, ...more })

describe('engine/pure', () => {
  it('merges image and client settings', () => {
    const image = { Entrypoint: ['/entry'], Cmd: ['serve'], Env: ['A=image', 'B=image'], Labels: { a: '1' }, User: 'www', Healthcheck: { Test: ['CMD', 'x'], Retries: 5 } }
    const plain = mergeConfig({ Env: ['A=client'], Labels: { b: '2' }, Healthcheck: { Interval: 9e9 } }, image)
    assert.deepEqual([plain.Entrypoint, plain.Cmd, plain.Env, plain.Labels, plain.User], [['/entry'], ['serve'], ['B=image', 'A=client'], { a: '1', b: '2' }, 'www'])
    assert.deepEqual(plain.Healthcheck, { Test: ['CMD', 'x'], Retries: 5, Interval: 9e9 })
    assert.deepEqual(mergeConfig({ Entrypoint: ['/own'] }, image).Cmd, [])
    assert.deepEqual(mergeConfig({ Entrypoint: [''], Cmd: ['sh'] }, image).Entrypoint, [])
  })

  it('names both ends of an illegal move', () => {
    assert.doesNotThrow(() => assertMove('c1', 'created', 'running'))
    assert.throws(() => assertMove('c1', 'removing', 'running'), /container c1 cannot go from removing to running/)
  })

  it('shows states as docker ps does', () => {
    const minute = 60_000
    assert.equal(statusText(state({ startedMs: 0, health: { status: 'healthy', failingStreak: 0, log: [] } }), 5 * minute), 'Up 5 minutes (healthy)')
    assert.equal(statusText(state({ health: { status: 'starting', failingStreak: 0, log: [] } }), 1500), 'Up 1 second (health: starting)')
    assert.equal(statusText(state({ status: 'exited', exitCode: 3, finishedMs: 1000 }), 4000), 'Exited (3) 3 seconds ago')
    assert.equal(statusText(state({ status: 'paused' }), 2 * 3_600_000), 'Up 2 hours (Paused)')
    assert.equal(statusText(state({ status: 'created' }), 0), 'Created')
    assert.deepEqual([500, 61_000, 3_700_000, 50 * 3_600_000, 20 * 86_400_000].map(humanDuration), ['Less than a second', 'About a minute', 'About an hour', '2 days', '2 weeks'])
  })

  it('decides restarts by policy', () => {
    const exit = { exitCode: 1, stoppedByHand: false, restartCount: 0 }
    assert.equal(shouldRestart({ Name: 'always' }, { ...exit, exitCode: 0 }), true)
    assert.equal(shouldRestart({ Name: 'always' }, { ...exit, stoppedByHand: true }), false)
    assert.equal(shouldRestart({ Name: 'on-failure' }, { ...exit, exitCode: 0 }), false)
    assert.equal(shouldRestart({ Name: 'on-failure', MaximumRetryCount: 2 }, { ...exit, restartCount: 2 }), false)
    assert.equal(shouldRestart({ Name: 'no' }, exit), false)
  })

  it('follows health through failures, the start period and success', () => {
    const result = (code: number) => ({ ExitCode: code, Output: '', Start: '', End: '' })
    const start = { status: 'starting' as const, failingStreak: 0, log: [] }
    assert.equal(nextHealth(start, result(1), { retries: 1, inStartPeriod: true }).status, 'starting')
    const failedOnce = nextHealth(start, result(1), { retries: 2, inStartPeriod: false })
    assert.deepEqual([failedOnce.status, failedOnce.failingStreak], ['starting', 1])
    const failed = nextHealth(failedOnce, result(1), { retries: 2, inStartPeriod: false })
    assert.equal(failed.status, 'unhealthy')
    assert.deepEqual(nextHealth(failed, result(0), { retries: 2, inStartPeriod: false }).failingStreak, 0)
    let many = start as Parameters<typeof nextHealth>[0]
    for (let i = 0; i < 9; i++) many = nextHealth(many, result(i), { retries: 99, inStartPeriod: false })
    assert.deepEqual(many.log.map((one) => one.ExitCode), [4, 5, 6, 7, 8])
    assert.deepEqual(healthPlan({ Test: ['CMD-SHELL', 'a b'] }, undefined)?.command, ['/bin/sh', '-c', 'a b'])
    assert.equal(healthPlan({ Test: ['NONE'] }, undefined), undefined)
  })

  it('reads binds and mounts', () => {
    assert.deepEqual({ ...parseBind('/a/../b/:/c:ro,rslave') }, { type: 'bind', source: '/b', destination: '/c', mode: 'ro,rslave', readWrite: false, recursiveReadOnly: true, recursive: true, propagation: 'rslave', anonymous: false, copyUp: false, createSource: true })
    assert.deepEqual(parseBind('data:/d').volume, { name: 'data' })
    assert.equal(parseBind('/d').anonymous, true)
    assert.deepEqual(['data:/d', '/d', 'data:/d:ro', '/a:/d', 'data:/d:z'].map((bind) => parseBind(bind).mode), ['z', 'z', 'ro', '', 'z'])
    assert.equal(parseBind('data:/d', 'far').mode, '')
    const given = [{ Type: 'volume', Source: 'data' }, { Type: 'volume', Source: 'data', ReadOnly: true }, { Type: 'bind', Source: '/a', ReadOnly: true }] as const
    for (const [index, mode] of ['z', 'z', ''].entries()) assert.equal(planMounts({}, { Mounts: [{ ...given[index], Target: '/d' }] }, [])[0]?.mode, mode)
    assert.equal(planMounts({ Volumes: { '/d': {} } }, {}, [])[0]?.mode, '')
    for (const bad of ['a:b', ':/x', '/a:/b:what', '/a:/b:ro:x', 'da/ta:/x']) assert.throws(() => parseBind(bad), { kind: 'invalid' }, bad)
    assert.throws(() => planMounts({}, { Binds: ['/a:/x', '/b:/x/'] }, []), /Duplicate mount point: \/x/)
    assert.throws(() => planMounts({}, { Mounts: [{ Type: 'volume', Target: '/' }] }, []), /destination can't be '\/'/)
    const planned = planMounts({ Volumes: { '/v': {}, '/x': {} } }, { Binds: ['/a:/x'] }, [])
    assert.deepEqual(planned.map((mount) => [mount.destination, mount.type]), [['/x', 'bind'], ['/v', 'volume']])
  })

  it('refuses figures and settings that cannot be', () => {
    assert.throws(() => validateResources({ Memory: 6 * 1024 * 1024 - 1 }, host), /Minimum memory limit allowed is 6MB/)
    assert.throws(() => validateResources({ NanoCpus: 2.5e9 }, host), /range of CPUs is from 0\.01 to 2\.00, as there are only 2 CPUs available/)
    assert.throws(() => validateResources({ CpusetCpus: '0-2' }, host), /Requested CPUs are not available - requested 0-2, available: 0-1/)
    assert.throws(() => validateConfig({}, { RestartPolicy: { Name: 'always' }, AutoRemove: true }, host), /can't create 'AutoRemove' container with restart policy/)
    assert.throws(() => validateConfig({ Healthcheck: { Test: ['RUN', 'x'] } }, {}, host), /Unknown healthcheck type 'RUN'/)
    assert.throws(() => validateConfig({}, { Isolation: 'hyperv' }, host), /invalid isolation \(hyperv\): linux only supports 'default'/)
    assert.throws(() => validateConfig({}, { IpcMode: 'foo' }, host), { kind: 'invalid', message: 'Invalid IPC mode: foo' })
    for (const PidMode of ['foo', 'container:']) assert.throws(() => validateConfig({}, { PidMode }, host), { kind: 'invalid', message: `invalid PID mode: ${PidMode}` })
    assert.throws(() => validateConfig({ StopSignal: 'SIGWHAT' }, {}, host), /Invalid signal: SIGWHAT/)
    assert.throws(() => validateConfig({ WorkingDir: 'rel' }, {}, host), /needs to be an absolute path/)
  })

  it('knows signals by name and number', () => {
    assert.deepEqual(['SIGTERM', 'hup', '9', 'RTMIN+3', 'SIGRTMAX'].map(signalNumber), [15, 1, 9, 37, 64])
    for (const bad of ['', '0', '65', 'RTMIN+40', 'SIGSIG']) assert.throws(() => signalNumber(bad), /Invalid signal/)
  })

  it('passes on everything but the detach keys, however it is cut', () => {
    assert.deepEqual([...parseDetachKeys('ctrl-p,ctrl-q,a')], [16, 17, 97])
    assert.throws(() => parseDetachKeys('ctrl-1'), /invalid detach keys/)
    fc.assert(
      fc.property(fc.array(fc.constantFrom(16, 17, 97)), fc.array(fc.nat(5)), (typed, cuts) => {
        const scanner = new DetachScanner(Uint8Array.from([16, 17]))
        const text = String.fromCharCode(...typed)
        const end = text.indexOf('\x10\x11')
        const passed: number[] = []
        let detached = false
        for (let at = 0, i = 0; at < typed.length && !detached; i++) {
          const size = (cuts[i % Math.max(1, cuts.length)] ?? 1) + 1
          const result = scanner.scan(Uint8Array.from(typed.slice(at, at + size)))
          passed.push(...result.pass)
          detached = result.detached
          at += size
        }
        assert.equal(detached, end >= 0)
        const expected = end >= 0 ? typed.slice(0, end) : typed
        // A beginning of the sequence may still be held back.
        assert.deepEqual(passed, end >= 0 || typed.at(-1) !== 16 ? expected : expected.slice(0, -1))
      }),
    )
  })

  it('reads ports', () => {
    assert.deepEqual(parsePort('53/UDP'), { containerPort: 53, protocol: 'udp' })
    assert.throws(() => parsePort('70000/tcp'), /invalid port specification/)
    assert.deepEqual(portBindings({ ExposedPorts: { '80/tcp': {}, '81/tcp': {} } }, { PublishAllPorts: true, PortBindings: { '80/tcp': [{ HostPort: '8080' }] } }), [
      { containerPort: 80, protocol: 'tcp', hostPort: '8080' },
      { containerPort: 81, protocol: 'tcp' },
    ])
  })

  it('makes names that are free', () => {
    const taken = new Set<string>()
    const rng = seededRng(7)
    for (let i = 0; i < 500; i++) {
      const name = generateName(rng, (one) => taken.has(one))
      assert.match(name, /^[a-z]+_[a-z]+\d*$/)
      assert.equal(taken.has(name), false)
      taken.add(name)
    }
    assert.match(generateName(rng, (one) => /[a-z]$/.test(one)), /\d$/)
  })

  it('keeps the latest events', () => {
    const clock = new ManualClock(1000)
    const log = new EventLog(clock)
    for (let i = 0; i < 1100; i++) log.publish('container', 'start', String(i), { image: 'x' })
    const kept = log.since(0)
    assert.deepEqual([kept.length, kept[0]?.Actor?.ID, kept.at(-1)?.Actor?.ID], [1024, '76', '1099'])
    assert.equal(log.since(2000).length, 0)
  })

  it('picks the processes of the container out of ps', () => {
    const text = 'UID PID CMD\nroot 1 init --x\nroot 22 sleep 5 6\n'
    assert.deepEqual(selectProcesses(text, new Set([22])), { Titles: ['UID', 'PID', 'CMD'], Processes: [['root', '22', 'sleep 5 6']] })
    assert.throws(() => selectProcesses('CMD\nx\n', new Set()), /Couldn't find PID field/)
  })

  it('reads interface counters', () => {
    const text = 'Inter-| Receive | Transmit\n face |bytes\n    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n  eth0: 10 2 3 4 0 0 0 0 50 6 7 8 0 0 0 0\n'
    assert.deepEqual(parseNetDev(text), { eth0: { rx_bytes: 10, rx_packets: 2, rx_errors: 3, rx_dropped: 4, tx_bytes: 50, tx_packets: 6, tx_errors: 7, tx_dropped: 8 } })
  })
})
