import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePluginConfig } from '../../../../agent/plugin/plugin-config.js'
import { PluginControl, type PluginRuns, type Run } from '../../../../agent/plugin/plugin-control.js'
import { PluginPaths } from '../../../../agent/plugin/plugin-paths.js'
import type { PluginRecord } from '../../../../agent/plugin/plugin-record.js'
import type { PluginRunDeps } from '../../../../agent/plugin/plugin-run.js'
import { PluginStore } from '../../../../agent/plugin/plugin-store.js'
import { initialSettings } from '../../../../agent/plugin/settings.js'
import { restartDelay } from '../../../../agent/runtime/restart-delay.js'
import { nullLogger } from '../../../../src/base/log.js'
import { ManualClock } from '../../../support/manual-clock.js'
import { MemoryKeyValue } from '../../../support/memory-key-value.js'
import { volumePluginConfig } from '../../../support/volume-plugin.js'

function recordOf(over: Partial<PluginRecord> = {}): PluginRecord {
  const config = parsePluginConfig(Buffer.from(JSON.stringify(volumePluginConfig())))
  const digest = `sha256:${'1'.repeat(64)}`
  const content = { manifest: { mediaType: '', digest, size: 1 }, config: digest, layers: [], chainId: digest }
  return { id: 'a'.repeat(64), name: 'folders:1', reference: '', enabled: true, timeoutSeconds: 0, config, settings: initialSettings(config), content, rootfs: 'plugin-a', ...over }
}

/** A run that ends when it is told to. */
class FakeRun implements Run {
  hasEnded = false
  stopped = false
  private readonly listeners: (() => void)[] = []
  constructor(readonly startedMs: number) {}

  onEnd(listener: () => void): void {
    this.listeners.push(listener)
  }
  ended(): void {
    this.hasEnded = true
    for (const listener of this.listeners.splice(0)) listener()
  }
  look(): void {}
  letGo(): void {}
  async stop(): Promise<void> {
    this.stopped = true
    this.hasEnded = true
  }
}

describe('the control of a plugin', () => {
  let folder: string
  let clock: ManualClock
  let removeCgroup: () => Promise<void>
  let startedMs: number[]
  let start: () => Promise<FakeRun>
  let keep: (record: PluginRecord) => Promise<void>
  let found: FakeRun | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-plugin-'))
    clock = new ManualClock()
    removeCgroup = () => Promise.resolve()
    startedMs = []
    start = () => Promise.reject(new Error('no such program'))
    keep = (record) => {
      control.record = record
      return Promise.resolve()
    }
    found = undefined
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  let control: PluginControl
  function make(record = recordOf()): PluginControl {
    const deps = {
      paths: new PluginPaths(folder, folder),
      cgroupParent: 'c',
      cgroups: { remove: () => removeCgroup() },
      runtime: { root: folder },
      exitWatch: { forget: () => undefined, read: () => undefined },
      snapshots: { unmount: () => undefined },
      clock,
      log: nullLogger,
    } as unknown as PluginRunDeps
    const runs: PluginRuns = {
      start: () => {
        startedMs.push(clock.monotonicMs())
        return start()
      },
      find: () => Promise.resolve(found),
    }
    return (control = new PluginControl(deps, record, (changed) => keep(changed), runs))
  }
  const waits = (): number[] => startedMs.slice(1).map((atMs, i) => atMs - (startedMs[i] ?? 0))

  it('tries a start that fails again after twice the time, up to a minute', async () => {
    await make().recover()
    await clock.advance(5 * 60_000)
    assert.deepEqual(waits(), [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000, 60_000])
  })

  it('starts one that ran for a while with the shortest wait, one that did not with a longer one', async () => {
    const runs: FakeRun[] = []
    start = async () => {
      const run = new FakeRun(clock.monotonicMs())
      runs.push(run)
      return run
    }
    await make().recover()
    const waited: number[] = []
    for (const ranMs of [0, 9_000, 10_000, 0]) {
      await clock.advance(ranMs)
      const endedMs = clock.monotonicMs()
      runs.at(-1)?.ended()
      while (runs.at(-1)?.hasEnded) await clock.advance(100)
      waited.push((startedMs.at(-1) ?? 0) - endedMs)
    }
    assert.deepEqual(waited, [100, 200, 100, 200])
  })

  it('starts nothing any more once it is closed or disabled', async () => {
    await make().recover()
    assert.equal(clock.pendingTimers, 1)
    await control.disable()
    assert.deepEqual([clock.pendingTimers, control.record.enabled], [0, false])
    await make().recover()
    await control.close(false)
    await clock.advance(60_000)
    assert.equal(startedMs.length, 2)
    await assert.rejects(control.exclusively((one) => one.enable(0)), { kind: 'unavailable' })
    assert.equal(startedMs.length, 2)
  })

  it('is not enabled when that cannot be kept, and does not run then', async () => {
    make(recordOf({ enabled: false }))
    const run = new FakeRun(0)
    start = () => Promise.resolve(run)
    keep = () => Promise.reject(new Error('no space left on device'))
    await assert.rejects(control.exclusively((one) => one.enable(0)), /no space left/)
    assert.deepEqual([run.stopped, control.record.enabled, control.volumeDriver()], [true, false, undefined])
    await clock.advance(60_000)
    assert.equal(startedMs.length, 1)
  })

  it('does not hold up the daemon with what it left and cannot be ended', async () => {
    removeCgroup = () => Promise.reject(new Error('control group stays busy'))
    await make(recordOf({ enabled: false })).recover()
  })

  it('lets one go on that runs, and uses it', async () => {
    found = new FakeRun(0)
    await make().recover()
    assert.deepEqual([startedMs, control.volumeDriver()?.name], [[], 'folders:1'])
    await control.close(true)
    assert.equal(found.stopped, false)
  })
})

describe('the time until a restart', () => {
  it('doubles while what is started keeps failing', () => {
    assert.deepEqual([restartDelay(0, 0), restartDelay(100, 9_999), restartDelay(51_200, 0), restartDelay(60_000, 0), restartDelay(60_000, 10_000)], [100, 200, 60_000, 60_000, 100])
  })
})

describe('stored plugins that cannot be written', () => {
  it('are as they were before', async () => {
    const kv = new MemoryKeyValue()
    let full = false
    const failing = (): Promise<void> => (full ? Promise.reject(new Error('no space left on device')) : Promise.resolve())
    const store = new PluginStore({
      bucket: <T>(name: string) => {
        const bucket = kv.bucket<T>(name)
        return { ...bucket, put: (key: string, value: T) => failing().then(() => bucket.put(key, value)), delete: (key: string) => failing().then(() => bucket.delete(key)) }
      },
    })
    const record = recordOf({ enabled: false })
    await store.save(record)
    full = true
    await assert.rejects(store.save({ ...record, enabled: true }), /no space left/)
    await assert.rejects(store.save({ ...record, id: 'b'.repeat(64), name: 'b:1' }), /no space left/)
    await assert.rejects(store.delete(record.id), /no space left/)
    assert.deepEqual(store.all(), [record])
  })
})
