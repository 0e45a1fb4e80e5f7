import { strict as assert } from 'node:assert'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Reporter } from '../../../../agent/reporter.js'
import { must } from '../../../../src/base/assert.js'
import { idSource } from '../../../../src/base/id.js'
import { nullLogger } from '../../../../src/base/log.js'
import { Scope } from '../../../../src/base/scope.js'
import type { SwarmInitOptions } from '../../../../src/api/swarm/backend.js'
import type { AgentSide } from '../../../../src/daemon/swarm/agent-side.js'
import { SwarmNode } from '../../../../src/daemon/swarm/swarm-node.js'
import { defaultClusterSpec } from '../../../../src/model/defaults.js'
import { systemClock } from '../../../../src/sys/system-clock.js'
import { systemRng } from '../../../../src/sys/system-rng.js'
import { freePort } from '../../../support/free-port.js'
import { testNode } from '../../../support/manager-loops.js'

/** A real manager over loopback; the host has no engine and takes what it is told. */
describe('a node that is to make a new cluster', () => {
  let scope: Scope
  let root: string
  beforeEach(async () => {
    scope = new Scope()
    root = await mkdtemp(join(tmpdir(), 'skep-node-'))
    scope.defer(() => rm(root, { recursive: true, force: true }))
  })
  afterEach(() => scope[Symbol.asyncDispose]())

  function start(): SwarmNode {
    const agent: AgentSide = {
      consumer: { onAssignments: () => Promise.resolve() },
      networks: { onNetworks: () => undefined },
      reporter: new Reporter(),
      begin: () => Promise.resolve(),
      end: () => Promise.resolve(),
      clear: () => Promise.resolve(),
      describe: () => Promise.resolve(must(testNode('here').description, 'it is described')),
      onNode: () => undefined,
      answer: () => Promise.reject(new Error('nobody asks')),
      publishLogs: () => Promise.resolve(),
    }
    const deps = { dataRoot: root, agent, defaultAdvertiseAddress: '', clock: systemClock, rng: systemRng, ids: idSource(systemRng), log: nullLogger }
    return scope.use(new SwarmNode(deps))
  }

  async function forced(): Promise<SwarmInitOptions> {
    const address = `127.0.0.1:${await freePort()}`
    return {
      listenAddr: address, advertiseAddr: address, dataPathAddr: '', dataPathPort: 0, defaultAddrPool: [], subnetSize: 0,
      forceNewCluster: true, availability: 'active', spec: defaultClusterSpec(),
    }
  }

  it('founds a swarm as any other when it is in none, and makes the next one of that', async () => {
    const node = start()
    await node.start()
    const id = await node.init(await forced())
    const { id: clusterId } = await node.control().getCluster()
    assert.deepEqual((await node.control().listNodes()).map((one) => one.id), [id])
    assert.equal(await node.init(await forced()), id)
    assert.equal((await node.control().getCluster()).id, clusterId)
  })

  it('is refused over a copy that is not whole, which stays', async () => {
    const node = start()
    await node.start()
    const kept = join(root, 'swarm', 'raft', 'log')
    await mkdir(join(root, 'swarm', 'raft'), { recursive: true })
    await writeFile(kept, 'entries')
    await assert.rejects(async () => node.init(await forced()), { kind: 'unavailable', message: /has files of a swarm but no state\.json/ })
    await writeFile(join(root, 'swarm', 'state.json'), '{"listen')
    await assert.rejects(async () => node.init(await forced()), { kind: 'internal', message: /the swarm state in .*state\.json is damaged/ })
    assert.equal(await readFile(kept, 'utf8'), 'entries')
    assert.equal(node.membership, undefined)
  })
})
