import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import { ask, askUdp } from '../e2e/network-support.js'
import { eventually } from '../support/eventually.js'
import { Mesh, port } from '../support/mesh.js'
import { serviceRow } from '../support/network-rows.js'

describe('the routing mesh in the kernel', function () {
  this.timeout(60_000)
  let mesh: Mesh

  afterEach(() => mesh.close())

  it("tells tasks the client's own address on every path, over both families", async () => {
    mesh = new Mesh()
    await mesh.start()
    const task = await mesh.task()
    const shell = await mesh.shell()
    const [one, two] = mesh.nodes
    for (const [n, node] of [[1, one], [2, two]] as const) {
      const where = `node ${n}`
      assert.equal(await ask(mesh.outside, `10.77.0.${n}`, 8080), 'web asked by 10.77.0.200', `from outside, IPv4, ${where}`)
      assert.equal(await ask(mesh.outside, `fd77::${n}`, 8080), 'web asked by fd77::c8', `from outside, IPv6, ${where}`)
      assert.equal(await askUdp(mesh.outside, `10.77.0.${n}`, 5300), `web asked by 10.77.0.200 from 10.77.0.${n}`, where)
      assert.equal(await askUdp(mesh.outside, `fd77::${n}`, 5300), `web asked by fd77::c8 from fd77::${n}`, where)
      for (const [address, seen] of [[`10.77.0.${n}`, `10.77.0.${n}`], ['127.0.0.1', `10.77.0.${n}`], [`fd77::${n}`, `fd77::${n}`], ['::1', `fd77::${n}`]] as const) {
        assert.equal(await ask(node.hostNetns, address, 8080), `web asked by ${seen}`, `from the host to ${address}, ${where}`)
        assert.equal(await askUdp(node.hostNetns, address, 5300), `web asked by ${seen} from ${address}`, `from the host to ${address}, ${where}`)
      }
    }
    assert.equal(await ask(shell, '10.77.0.1', 8080), 'web asked by 10.0.1.20', 'from a container')
    assert.equal(await askUdp(shell, '10.77.0.1', 5300), 'web asked by 10.77.0.1 from 10.77.0.1', 'datagrams from a container')
    // Tasks are called by their own networks as before.
    assert.equal(await askUdp(shell, '10.0.1.10', 53), 'web asked by 10.0.1.20 from 10.0.1.10')
    assert.equal(await askUdp(shell, 'fd00:2::10', 53), 'web asked by fd00:2::20 from fd00:2::10')
    assert.equal(await ask(shell, 'fd00:2::2', 80), 'web asked by fd00:2::20', 'by the virtual IP')
    assert.equal(await ask(shell, '10.77.0.2', 8080), 'web asked by 10.77.0.1', 'a container that asks another host leaves by its own')
    assert.equal(await ask(task, '10.77.0.2', 8080), 'web asked by 10.77.0.2', 'a task that asks itself')
    await two.controller?.createSandbox('plain')
    const plain = await two.controller?.connect('plain', 'bridge', { containerName: 'plain' })
    const seen = plain?.ipv4Address ?? ''
    assert.equal(await ask(join(two.netnsDir, 'plain'), '10.77.0.2', 8080), `web asked by ${seen}`, 'a container without a network of the cluster, from the task\'s host')
    assert.equal(await askUdp(join(two.netnsDir, 'plain'), '10.77.0.2', 5300), `web asked by ${seen} from 10.77.0.2`)
  })

  it('serves both families on a data path of IPv6', async () => {
    mesh = new Mesh({}, (n) => `fd77::${n}`)
    await mesh.start()
    await mesh.task()
    const [one] = mesh.nodes
    for (const n of [1, 2]) {
      assert.equal(await ask(mesh.outside, `10.77.0.${n}`, 8080), 'web asked by 10.77.0.200', `IPv4, node ${n}`)
      assert.equal(await ask(mesh.outside, `fd77::${n}`, 8080), 'web asked by fd77::c8', `IPv6, node ${n}`)
      assert.equal(await askUdp(mesh.outside, `10.77.0.${n}`, 5300), `web asked by 10.77.0.200 from 10.77.0.${n}`)
    }
    assert.equal(await ask(one.hostNetns, '127.0.0.1', 8080), 'web asked by 10.77.0.1')
    assert.equal(await ask(one.hostNetns, '::1', 8080), 'web asked by fd77::1')
  })

  it('comes back at once when another program flushes nftables, and cuts no flow', async () => {
    mesh = new Mesh()
    await mesh.start()
    const task = await mesh.task()
    const [one] = mesh.nodes
    await mesh.serve(task, 81, 4, 'echo', (socket) => socket.pipe(socket))
    await one.apply('incremental', [{ action: 'update', service: serviceRow('ingress', 'web', '10.0.0.2', { ports: [port('tcp', 8080, 80), port('tcp', 8081, 81)] }) }])
    const flow = new Socket({ fd: inNetns(mesh.outside, () => openSocket({ protocol: 'tcp', family: 4 })) })
    mesh.closers.push({ close: () => flow.destroy() })
    let echoed = 0
    let sent = 0
    const ends: string[] = []
    flow.on('data', (chunk) => (echoed += chunk.length))
    flow.on('error', (thrown) => ends.push(thrown.message)).on('close', () => ends.push('closed'))
    await new Promise<void>((resolve) => flow.connect(8081, '10.77.0.1', resolve))
    const send = (): void => {
      sent += 1_000
      flow.write(Buffer.alloc(1_000))
    }
    send()
    await eventually('the flow is there', () => echoed === sent)
    for (const command of ['flush ruleset', 'delete table inet skep-ingress', 'flush chain inet skep-ingress publish', 'flush ruleset']) {
      // Packets come while there are no rules: the event loop, which puts them back, only turns after this.
      for (let i = 0; i < 5; i++) send()
      execFileSync('nsenter', [`--net=${one.hostNetns}`, 'nft', command])
      for (let i = 0; i < 5; i++) send()
      await eventually(`${command}: new flows are served again`, async () => (await ask(mesh.outside, '10.77.0.1', 8080)) === 'web asked by 10.77.0.200')
      await eventually(`${command}: the flow goes on`, () => echoed === sent)
    }
    assert.deepEqual(ends, [])
  })
})
