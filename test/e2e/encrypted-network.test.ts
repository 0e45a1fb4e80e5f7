import { strict as assert } from 'node:assert'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { busyboxArchive } from '../support/busybox-image.js'
import { eventually } from '../support/eventually.js'
import { NumberedDatagrams } from '../support/numbered-datagrams.js'
import { PacketCapture } from '../support/packet-capture.js'
import { netnsOf } from './network-support.js'
import { converged, tasks } from './support.js'

const word = 'a-word-that-nobody-may-read'

/** An encrypted network of a swarm: two hosts can encrypt and change their keys every few seconds, the third cannot. */
describe('encrypted networks of a swarm', function () {
  this.timeout(120_000)
  let lab: Lab
  let first: LabHost
  let second: LabHost
  let third: LabHost
  const service = (...args: string[]): Promise<string> => first.docker('service', 'create', '-d', '--no-resolve-image', ...args)

  before(async () => {
    lab = await Lab.create({ hosts: 3 })
    first = lab.host(1)
    second = lab.host(2)
    third = lab.host(3)
    const archive = join(lab.folder, 'busybox.tar')
    writeFileSync(archive, await busyboxArchive([{ name: 'busybox:latest', command: ['sh'] }]))
    await Promise.all([
      ...[first, second].map((host) => host.startDaemon(['--encryption-key-rotation', '10s'])),
      third.startDaemon(['--wireguard-path', '/nonexistent/wireguard-go']),
    ])
    await Promise.all(lab.hosts.map((host) => host.docker('load', '-q', '-i', archive)))
    await first.docker('swarm', 'init')
    const token = await first.docker('swarm', 'join-token', '-q', 'worker')
    for (const host of [second, third]) await host.docker('swarm', 'join', '--token', token, `${first.ipv4}:2377`)
    await first.docker('network', 'create', '-d', 'overlay', '--opt', 'encrypted', 'secret')
    await first.docker('network', 'create', '-d', 'overlay', 'plain')
    const constraint = ['--constraint', `node.hostname != ${third.name}`]
    await service('--name', 'shell', '--mode', 'global', ...constraint, '--network', 'secret', '--network', 'plain', 'busybox:latest', 'sleep', '100000')
    await converged(first, 'shell', 2)
  })
  after(async () => {
    await lab?.close()
  })

  /** Datagrams from the first host's container to the second's, over one of the networks. */
  const datagrams = async (network: string): Promise<NumberedDatagrams> => {
    const [from = '', to = ''] = await Promise.all([first, second].map((host) => netnsOf(host, 'shell.')))
    const id = await second.docker('ps', '-q', '-f', 'name=shell.')
    const address = await second.docker('inspect', '-f', `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, id)
    return new NumberedDatagrams(from, to, address, 7)
  }
  const keysOf = (host: LabHost): string[] => {
    const { keys } = JSON.parse(readFileSync(join(host.dataRoot, 'network', 'encryption-keys.json'), 'utf8')) as { keys: { privateKey: string }[] }
    return keys.map(({ privateKey }) => privateKey)
  }

  it('are shown as such, and the host that cannot have them says so', async () => {
    const options = JSON.parse(await first.docker('network', 'inspect', '-f', '{{json .Options}}', 'secret')) as Record<string, string>
    assert.equal(options['encrypted'], '')
    assert.match((await third.tryDocker('info')).stderr, /WARNING: Encrypted overlay networks cannot be used on this host: neither the kernel has WireGuard nor is the program wireguard-go installed: install the package wireguard-go/)
    assert.doesNotMatch((await first.tryDocker('info')).stderr, /WireGuard|Encrypted overlay/)
  })

  it('cannot be read on the wire, where others can', async () => {
    using capture = new PacketCapture(first.netns)
    await (await datagrams('plain')).exchange(word)
    assert.equal(capture.holds(word), true)
    await (await datagrams('secret')).exchange(word)
    assert.equal(capture.holds(word), false)
  })

  it('lose nothing while keys change and daemons are killed', async () => {
    const before = [first, second].flatMap(keysOf)
    const flow = await datagrams('secret')
    try {
      await flow.begin(10)
      await eventually('both hosts have other keys', () => [first, second].every((host) => !keysOf(host).some((key) => before.includes(key))), { timeoutMs: 60_000 })
      await Promise.all([first, second].map((host) => host.kill9()))
      await flow.more(50)
      await Promise.all([first, second].map((host) => host.restart()))
      await converged(first, 'shell', 2)
      await flow.more(50)
      await flow.atLeast(500)
      assert.deepEqual((await flow.end()).lost, [])
    } finally {
      flow.close()
    }
  })

  it('send no task to a host without WireGuard, and say why when it may go nowhere else', async () => {
    await service('--name', 'elsewhere', '--replicas', '4', '--network', 'secret', 'busybox:latest', 'sleep', '100000')
    await converged(first, 'elsewhere', 4)
    const places = (await first.docker('service', 'ps', '-f', 'desired-state=running', '--format', '{{.Node}}', 'elsewhere')).split('\n')
    assert.ok(!places.includes(third.name), places.join())
    await service('--name', 'nowhere', '--constraint', `node.hostname == ${third.name}`, '--network', 'secret', 'busybox:latest', 'sleep', '100000')
    const [task] = await eventually('its task waits with a reason', async () => {
      const all = await tasks(first, 'nowhere')
      return all[0]?.Status.Err !== undefined && all[0].Status.Err !== '' && all
    })
    assert.equal(task?.Status.State, 'pending')
    assert.match(task.Status.Err ?? '', /^no suitable node \(.*network secret is encrypted, which 1 node cannot do: neither the kernel has WireGuard nor is the program wireguard-go installed/)
    await first.docker('service', 'rm', 'elsewhere', 'nowhere')
  })
})
