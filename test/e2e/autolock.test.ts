import { strict as assert } from 'node:assert'
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { allWell, runningContainers as containersOf } from './faults.js'
import { converged, nodes, printLogs, startLab } from './support.js'

const onDisk = (host: LabHost, name: string): string => readFileSync(join(host.dataRoot, 'swarm', name), 'utf8')
const nodeKey = (host: LabHost): string => onDisk(host, 'certificates/swarm-node.key')
const dataKey = (host: LabHost): string => onDisk(host, 'raft-key.json')
/** Of the data keys, the current one first. */
const keyIds = (host: LabHost): number[] => (JSON.parse(dataKey(host)) as { keys: { id: number }[] }).keys.map(({ id }) => id)
const isSealed = (host: LabHost): boolean => dataKey(host).includes('sealedDataKey') && nodeKey(host).includes('SEALED')
const state = (host: LabHost): Promise<string> => host.docker('info', '--format', '{{.Swarm.LocalNodeState}}')
const runningContainers = async (host: LabHost): Promise<string[]> => (await containersOf(host)).sort()
const unlockKey = (host: LabHost): Promise<string> => host.docker('swarm', 'unlock-key', '-q')
const lockedSentence = /Swarm is encrypted and needs to be unlocked before it can be used/

const word = 'open-sesame-and-close'

/** What the docker client does with a key from a terminal. */
function unlock(host: LabHost, key: string) {
  return host.run('docker', ['-H', `unix://${host.socketPath}`, 'swarm', 'unlock'], { input: `${key}\n` })
}

async function unlocked(host: LabHost, key: string): Promise<void> {
  const { code, stderr } = await unlock(host, key)
  assert.equal(code, 0, stderr)
  assert.equal(await state(host), 'active')
}

async function crash(host: LabHost): Promise<void> {
  await host.kill9()
  await host.startDaemon()
}

describe('a swarm whose managers lock themselves', function () {
  this.timeout(180_000)
  let lab: Lab
  let first: LabHost
  let second: LabHost

  before(async () => {
    lab = await startLab(2)
    first = lab.host(1)
    second = lab.host(2)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    await lab?.close()
  })

  it('asks for the key after a crash, while containers run on', async () => {
    const said = await first.docker('swarm', 'init', '--autolock', '--dispatcher-heartbeat', '1s')
    const key = await unlockKey(first)
    assert.match(key, /^SWMKEY-1-/)
    assert.ok(said.includes(key), 'init tells the key')
    assert.ok(isSealed(first))
    assert.ok(!nodeKey(first).includes('BEGIN PRIVATE KEY'))
    await first.docker('service', 'create', '-d', '--name', 'web', '--replicas', '2', '--stop-grace-period', '2s', '--env', `WORD=${word}`, 'web:1')
    await converged(first, 'web', 2)
    assert.equal((await first.run('grep', ['-rlF', word, join(first.dataRoot, 'swarm')])).stdout, '', 'nothing of the swarm can be read off the disk')
    const containers = await runningContainers(first)

    await crash(first)
    assert.equal(await state(first), 'locked')
    assert.deepEqual(await runningContainers(first), containers)
    for (const command of [['service', 'ls'], ['node', 'ls'], ['swarm', 'join-token', 'worker'], ['swarm', 'update', '--autolock=false']]) {
      const { code, stderr } = await first.tryDocker(...command)
      assert.equal(code, 1)
      assert.match(stderr, lockedSentence)
    }
    assert.equal((await first.api('GET', '/v1.45/services')).status, 503)
    assert.match((await first.tryDocker('swarm', 'init')).stderr, /already part of a swarm/)
    assert.match((await first.tryDocker('swarm', 'leave')).stderr, /encrypted and locked\. Please unlock it first or use `--force`/)

    const wrong = await first.api('POST', '/v1.45/swarm/unlock', { UnlockKey: `${key.slice(0, 12)}${key[12] === 'A' ? 'B' : 'A'}${key.slice(13)}` })
    assert.deepEqual([wrong.status, JSON.parse(wrong.body)], [400, { message: 'swarm could not be unlocked: invalid key provided' }])
    assert.equal(await state(first), 'locked')

    await unlocked(first, key)
    assert.deepEqual((await converged(first, 'web', 2)).map((task) => task.Status.ContainerStatus?.ContainerID).sort(), containers)
    assert.deepEqual(await runningContainers(first), containers)
    assert.match((await unlock(first, key)).stderr, /swarm is not locked/)
    assert.equal((await first.api('POST', '/v1.45/swarm/unlock', { UnlockKey: key })).status, 409)
  })

  it('gives the key to a manager that joins or is promoted, and takes it away from one that is demoted', async () => {
    const token = await first.docker('swarm', 'join-token', '-q', 'worker')
    await second.docker('swarm', 'join', '--token', token, `${first.ipv4}:2377`)
    assert.ok(nodeKey(second).includes('BEGIN PRIVATE KEY'))
    assert.equal((await second.api('POST', '/v1.45/swarm/unlock', { UnlockKey: await unlockKey(first) })).status, 503)
    const manages = () => eventually('the second is a manager', async () => (await nodes(first)).some(({ hostname, manager }) => hostname === second.name && manager === 'Reachable'))

    await first.docker('node', 'promote', second.name)
    await manages()
    assert.ok(isSealed(second))
    await first.docker('node', 'demote', second.name)
    await eventually('its certificate is one of a worker', () => new X509Certificate(onDisk(second, 'certificates/swarm-node.crt')).subject.includes('swarm-worker'))
    await eventually('a worker is not sealed', () => !existsSync(join(second.dataRoot, 'swarm', 'raft-key.json')) && nodeKey(second).includes('BEGIN PRIVATE KEY'))
    await crash(second)
    await eventually('a worker starts without a key', async () => (await state(second)) === 'active')

    const id = await second.docker('info', '--format', '{{.Swarm.NodeID}}')
    await second.docker('swarm', 'leave')
    await eventually('the worker that left is removed', async () => (await first.tryDocker('node', 'rm', '--force', id)).code === 0)
    await second.docker('swarm', 'join', '--token', await first.docker('swarm', 'join-token', '-q', 'manager'), `${first.ipv4}:2377`)
    await manages()
    assert.ok(isSealed(second))
    // While one of two is locked there is no majority to ask for the key.
    const key = await unlockKey(first)
    await crash(second)
    assert.equal(await state(second), 'locked')
    await unlocked(second, key)
    await allWell(second)
  })

  it('is sealed under a new key after a rotation', async () => {
    const before = await unlockKey(first)
    const seals = [dataKey(first), dataKey(second)]
    const ids = [first, second].map(keyIds)
    await first.docker('swarm', 'unlock-key', '--rotate')
    const after = await unlockKey(first)
    assert.notEqual(after, before)
    await eventually('both managers are sealed anew', () => dataKey(first) !== seals[0] && dataKey(second) !== seals[1])
    await eventually('both have a new data key, and nothing needs the one before', () =>
      [first, second].every((host, i) => keyIds(host).length === 1 && keyIds(host)[0] !== ids[i]?.[0]))
    for (const host of [second, first]) {
      await crash(host)
      assert.match((await unlock(host, before)).stderr, /invalid key provided/)
      await unlocked(host, after)
      await allWell(host)
    }
    await converged(first, 'web', 2)
  })

  it('lets go of the lock on every manager when autolock is turned off, and the log stays readable', async () => {
    await first.docker('swarm', 'update', '--autolock=false')
    await eventually('nothing is sealed', () => [first, second].every((host) => dataKey(host).includes('"dataKey"') && nodeKey(host).includes('BEGIN PRIVATE KEY')))
    await Promise.all([first.kill9(), second.kill9()])
    await Promise.all([first.startDaemon(), second.startDaemon()])
    await allWell(first)
    await converged(first, 'web', 2)
  })

  it('can be left by force while it is locked', async () => {
    await second.docker('node', 'demote', second.name)
    await eventually('one manager is left', async () => (await nodes(first)).filter(({ manager }) => manager !== '').length === 1)
    await eventually('the other knows that it is a worker', async () => (await second.docker('info', '--format', '{{.Swarm.ControlAvailable}}')) === 'false')
    await second.docker('swarm', 'leave')
    const [open] = keyIds(first)
    const certificate = () => new X509Certificate(onDisk(first, 'certificates/swarm-node.crt')).serialNumber
    const serial = certificate()
    const said = await first.docker('swarm', 'update', '--autolock=true')
    assert.match(said, /SWMKEY-1-/)
    await eventually('it is sealed', () => isSealed(first))
    await eventually('the data key that lay open is used no more', () => keyIds(first).length === 1 && keyIds(first)[0] !== open)
    await eventually('nor is the private key that lay open', () => certificate() !== serial)
    const key = await unlockKey(first)
    await crash(first)
    await unlocked(first, key)
    assert.equal(await first.docker('service', 'ls', '--format', '{{.Name}}'), 'web')
    await crash(first)
    assert.equal(await state(first), 'locked')
    await first.docker('swarm', 'leave', '--force')
    assert.equal(await state(first), 'inactive')
    await eventually('no container is kept', async () => (await first.docker('ps', '-aq')) === '')
    assert.ok(!existsSync(join(first.dataRoot, 'swarm', 'raft-key.json')))
    await first.docker('swarm', 'init')
    assert.equal(await state(first), 'active')
    assert.ok(nodeKey(first).includes('BEGIN PRIVATE KEY'))
  })
})
