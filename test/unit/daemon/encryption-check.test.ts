import { strict as assert } from 'node:assert'
import { EncryptionCheck } from '../../../src/daemon/encryption-check.js'

function checked() {
  const host = { ipv6: true, kernel: false, program: false, tun: false, loadable: false, stamp: '1', started: 0 }
  const check = new EncryptionCheck({
    hasIpv6: () => host.ipv6,
    kernelHasWireguard: () => host.kernel,
    hasProgram: async () => host.program,
    hasTun: () => host.tun,
    canLoadModule: async () => {
      host.started++
      return host.loadable
    },
    modulesStamp: () => host.stamp,
  })
  return { host, check }
}

describe('whether a host can encrypt', () => {
  it('starts no program for an answer that it has, until the kernel has other modules', async () => {
    const { host, check } = checked()
    for (let i = 0; i < 3; i++) assert.match((await check.problem()) ?? '', /install the package wireguard-go, or load the kernel module wireguard/)
    assert.equal(host.started, 1)
    Object.assign(host, { stamp: '2', loadable: true })
    assert.equal(await check.problem(), undefined)
    assert.equal(await check.problem(), undefined)
    assert.equal(host.started, 2)
  })

  it('sees at once what else has come or gone', async () => {
    const { host, check } = checked()
    assert.match((await check.problem()) ?? '', /neither the kernel has WireGuard/)
    host.program = true
    assert.match((await check.problem()) ?? '', /load the kernel module tun/)
    host.tun = true
    assert.equal(await check.problem(), undefined)
    host.tun = false
    host.kernel = true
    assert.equal(await check.problem(), undefined)
    host.ipv6 = false
    assert.match((await check.problem()) ?? '', /runs without IPv6/)
    assert.equal(host.started, 1)
  })
})
