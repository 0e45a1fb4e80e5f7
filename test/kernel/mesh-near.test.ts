import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { Links } from '../../agent/kernel/link.js'
import { inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import { ingressDevice, nearMark } from '../../agent/network/lb/ingress-ruleset.js'
import { ask } from '../e2e/network-support.js'
import { Mesh } from '../support/mesh.js'

/** So many requests, of many packets each, are more than what devices say by themselves. */
const asked = 12

describe('published ports on the node of the task', function () {
  this.timeout(60_000)
  let mesh: Mesh

  beforeEach(async () => {
    mesh = new Mesh()
    await mesh.start()
  })
  afterEach(() => mesh.close())

  const run = (netns: string, ...command: string[]): string => execFileSync('nsenter', [`--net=${netns}`, ...command], { encoding: 'utf8' })
  /** Packets that went into and came out of the ingress network on the second node. */
  const byIngress = (): number => {
    const line = inNetns(mesh.nodes[1].hostNetns, () => readFileSync('/proc/thread-self/net/dev', 'utf8')).split('\n').find((one) => one.trim().startsWith(ingressDevice))
    const fields = line?.trim().split(/[\s:]+/) ?? []
    return Number(fields[2]) + Number(fields[10])
  }
  const nearRoutes = (): string[] => {
    using links = inNetns(mesh.nodes[1].hostNetns, () => Links.open())
    return links.routes().filter(({ table }) => table === nearMark).map(({ destination }) => destination)
  }
  const askFrom = (source: string, address: string, port: number): Promise<string> =>
    new Promise((resolve) => {
      const socket = new Socket({ fd: inNetns(mesh.outside, () => openSocket({ protocol: 'tcp', family: 4, bind: { address: source, port: 0 } })) })
      mesh.closers.push({ close: () => socket.destroy() })
      socket.setTimeout(5_000, () => resolve('no answer in time'))
      socket.on('error', (thrown) => resolve(thrown.message)).on('data', (chunk) => resolve(chunk.toString()))
      socket.connect(port, address, () => socket.write('?'))
    })

  it('lead to it by its own bridge as long as it has one', async () => {
    const [, two] = mesh.nodes
    await mesh.task()
    assert.deepEqual(nearRoutes(), ['10.0.0.10/32'])
    const before = byIngress()
    for (let n = 0; n < asked; n++) assert.equal(await ask(mesh.outside, '10.77.0.2', 8080), 'web asked by 10.77.0.200')
    assert(byIngress() < before + asked)
    for (let n = 0; n < asked; n++) assert.equal(await ask(two.hostNetns, '10.77.0.2', 8080), 'web asked by 10.77.0.2', 'the host itself goes the usual way')
    assert(byIngress() > before + 4 * asked)
    await two.controller?.disconnect('web', 'skep_gwbridge')
    assert.deepEqual(nearRoutes(), [])
  })

  it('answer clients whose address is one of the networks of the task', async () => {
    const [, two] = mesh.nodes
    await mesh.task()
    // 10.0.1.0/24 is the task's own network.
    run(mesh.outside, 'ip', 'addr', 'add', '10.0.1.50/32', 'dev', 'eth0')
    run(two.hostNetns, 'ip', 'route', 'add', '10.0.1.50/32', 'dev', 'eth0')
    const before = byIngress()
    for (let n = 0; n < asked; n++) assert.equal(await askFrom('10.0.1.50', '10.77.0.2', 8080), 'web asked by 10.0.1.50')
    assert(byIngress() < before + asked)
  })

  it('lose the routes of tasks that are gone, also of an earlier daemon', async () => {
    const [, two] = mesh.nodes
    await mesh.task()
    await two.controller?.removeSandbox('web')
    assert.deepEqual(nearRoutes(), [])
    await mesh.task()
    assert.deepEqual(nearRoutes(), ['10.0.0.10/32'])
    two.stop()
    await two.start([])
    assert.deepEqual(nearRoutes(), ['10.0.0.10/32'], 'nothing is touched before the managers have told')
    await two.apply('complete', mesh.rows())
    assert.deepEqual(nearRoutes(), [])
    await two.cluster?.end()
    assert.doesNotMatch(run(two.hostNetns, 'ip', 'rule'), /^89:/m)
  })
})
