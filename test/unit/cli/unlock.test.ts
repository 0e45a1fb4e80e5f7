import { strict as assert } from 'node:assert'
import { FakeDaemon } from './support/fake-daemon.js'
import { runLine } from './support/run-line.js'

describe('skep swarm unlock', () => {
  const unlocked = { 'POST /swarm/unlock': null }

  it('takes the key from standard input', async () => {
    await using daemon = await FakeDaemon.start({ ...unlocked, 'GET /info': { Swarm: { LocalNodeState: 'locked' } } })
    const { code, stderr } = await runLine('swarm unlock', { host: daemon.host, stdin: 'SWMKEY-1-x\n' })
    assert.deepEqual([code, stderr], [0, ''])
    assert.deepEqual(daemon.calls.at(-1)?.body, { UnlockKey: 'SWMKEY-1-x' })
  })

  it('asks for no key where nothing is locked', async () => {
    for (const [state, sentence] of [['active', 'the swarm is not locked on this node\n'], ['inactive', 'this node is not part of a swarm\n']] as const) {
      await using daemon = await FakeDaemon.start({ ...unlocked, 'GET /info': { Swarm: { LocalNodeState: state } } })
      const { code, stderr } = await runLine('swarm unlock', { host: daemon.host, stdin: 'SWMKEY-1-x\n' })
      assert.deepEqual([code, stderr], [1, sentence])
    }
  })

  it('commands that the daemon names are called as they are called here', async () => {
    const sentence = 'Use "docker swarm init" or `docker swarm join` or \'docker login\'; "docker.io/web" and the docker daemon are something else.'
    await using daemon = await FakeDaemon.start({ 'GET /nodes': new Error(sentence) })
    const { stderr } = await runLine('node ls', { host: daemon.host })
    assert.equal(stderr, 'Error response from daemon: Use "skep swarm init" or `skep swarm join` or \'skep login\'; "docker.io/web" and the docker daemon are something else.\n')
  })
})
