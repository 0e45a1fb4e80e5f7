import { strict as assert } from 'node:assert'
import { gatewayNetworkName } from '../../agent/network/predefined.js'
import { ask, askUdp } from '../e2e/network-support.js'
import { Mesh } from '../support/mesh.js'

describe('published ports of a task without a default route', function () {
  this.timeout(60_000)
  let mesh: Mesh

  afterEach(() => mesh.close())

  it('answer clients outside, whatever node they ask', async () => {
    mesh = new Mesh()
    await mesh.start()
    await mesh.task()
    await mesh.nodes[1].controller?.disconnect('web', gatewayNetworkName)
    for (const n of [1, 2]) {
      assert.equal(await ask(mesh.outside, `10.77.0.${n}`, 8080), 'web asked by 10.77.0.200', `TCP, IPv4, node ${n}`)
      assert.equal(await ask(mesh.outside, `fd77::${n}`, 8080), 'web asked by fd77::c8', `TCP, IPv6, node ${n}`)
      assert.equal(await askUdp(mesh.outside, `10.77.0.${n}`, 5300), `web asked by 10.77.0.200 from 10.77.0.${n}`, `UDP, IPv4, node ${n}`)
      assert.equal(await askUdp(mesh.outside, `fd77::${n}`, 5300), `web asked by fd77::c8 from fd77::${n}`, `UDP, IPv6, node ${n}`)
    }
  })
})
