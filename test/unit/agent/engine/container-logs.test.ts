import { strict as assert } from 'node:assert'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Container } from '../../../../agent/engine/container.js'
import { ContainerLogs } from '../../../../agent/engine/io/container-logs.js'
import type { ContainerRecord } from '../../../../agent/engine/container-record.js'
import { EnginePaths } from '../../../../agent/engine/paths.js'
import { nullLogger } from '../../../../src/base/log.js'
import { seededRng } from '../../../../src/base/rng.js'
import { eventually } from '../../../support/eventually.js'
import { ManualClock } from '../../../support/manual-clock.js'

const id = 'c'.repeat(64)

describe('engine/io/container-logs', () => {
  let folder: string
  let path: string
  let clock: ManualClock
  let logs: ContainerLogs
  let container: Container

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-logs-'))
    const paths = new EnginePaths(join(folder, 'exec'), folder)
    mkdirSync(paths.container(id), { recursive: true })
    path = paths.log(id)
    writeFileSync(path, '')
    clock = new ManualClock()
    logs = new ContainerLogs({ paths, clock, rng: seededRng(1), log: nullLogger })
    const record = { id, hostConfig: { LogConfig: { Type: 'json-file', Config: { 'max-size': '1k', 'max-file': '3' } } }, state: { status: 'running' } }
    container = new Container(record as unknown as ContainerRecord)
  })
  afterEach(async () => {
    await logs.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('asks nothing of a log that does not grow, and rotates it at once when it does', async () => {
    logs.ship(container)
    assert.equal(clock.pendingTimers, 0)
    appendFileSync(path, 'x'.repeat(2000))
    // No round is under way: the kernel told of it.
    await eventually('its growth is seen', () => clock.pendingTimers === 1)
    await clock.advance(25)
    assert.equal(statSync(`${path}.1`).size, 2000)
    // The supervisor opened a new one; it is looked at until it is calm.
    writeFileSync(path, 'y'.repeat(10))
    for (let i = 0; i < 3; i++) await clock.advance(50)
    assert.equal(clock.pendingTimers, 0)
    assert.equal(existsSync(`${path}.2`), false)
    appendFileSync(path, 'y'.repeat(2000))
    await eventually('its growth is seen again', () => clock.pendingTimers === 1)
    await clock.advance(25)
    assert.equal(existsSync(`${path}.2`), true)
  })

  it('looks at a log that grows before it will be full', async () => {
    logs.ship(container)
    appendFileSync(path, 'x'.repeat(100))
    await eventually('its growth is seen', () => clock.pendingTimers === 1)
    await clock.advance(25)
    appendFileSync(path, 'x'.repeat(1000))
    await clock.advance(50)
    assert.equal(statSync(`${path}.1`).size, 1100)
  })

  it('spends no watch on the log of a container that ended', async () => {
    const watches = (): number => {
      // As fdinfo has it, proc_pid_fdinfo(5).
      const entry = `ino:${statSync(path).ino.toString(16)} `
      return readdirSync('/proc/self/fdinfo').filter((fd) => {
        const text = existsSync(`/proc/self/fdinfo/${fd}`) ? readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8') : ''
        return text.includes('inotify wd:') && text.includes(entry)
      }).length
    }
    logs.ship(container)
    logs.begin(() => [container])
    assert.equal(watches(), 1)
    container.record.state.status = 'exited'
    await clock.advance(250)
    assert.equal(watches(), 0)
    container.record.state.status = 'running'
    await clock.advance(250)
    assert.equal(watches(), 1)
  })

  it('looks for a log that is not there yet in rounds', async () => {
    rmSync(path)
    logs.ship(container)
    logs.begin(() => [container])
    writeFileSync(path, 'x'.repeat(2000))
    await clock.advance(250)
    assert.equal(existsSync(`${path}.1`), true)
  })
})
