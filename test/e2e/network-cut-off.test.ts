import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { addressOn, ask, loadNetworkImages, netnsOf, virtualIp } from './network-support.js'
import { converged, nodes, printLogs, startSwarm } from './support.js'

/** A host that is cut off before the managers take it for dead: the others see it by themselves. */
describe('flows to a host that is cut off', function () {
  this.timeout(120_000)
  let lab: Lab
  let first: LabHost
  let second: LabHost
  let third: LabHost
  let shell: string
  let vip: string

  before(async () => {
    lab = await startSwarm({ hosts: 3, managers: 1 })
    ;[first, second, third] = [lab.host(1), lab.host(2), lab.host(3)]
    await first.docker('swarm', 'update', '--dispatcher-heartbeat', '1s')
    await loadNetworkImages(lab)
    await first.docker('network', 'create', '-d', 'overlay', 'back')
    const service = (...args: string[]): Promise<string> => first.docker('service', 'create', '-d', '--no-resolve-image', '--network', 'back', '--mode', 'global', ...args)
    await service('--name', 'shell', 'busybox:latest', 'sleep', '100000')
    await service('--name', 'web', '-p', '8080:80', 'asked:1')
    await Promise.all([converged(first, 'shell', 3), converged(first, 'web', 3)])
    shell = (await netnsOf(second, 'shell.')) ?? ''
    vip = await virtualIp(first, 'web', 'back')
  })
  after(() => lab?.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })

  /**
   * What 24 requests for a page are answered, less after one without an answer. A few at once: busybox's server
   * has a short queue, and what comes in while it is full is lost.
   */
  const several = async (...way: [string, string, number]): Promise<string[]> => {
    const line = async (): Promise<string[]> => {
      const answers: string[] = []
      for (let i = 0; i < 6 && answers.every(isAnswer); i++) answers.push(await ask(...way, '/', 2_000))
      return answers
    }
    return (await Promise.all(Array.from({ length: 4 }, line))).flat()
  }
  const isAnswer = (text: string): boolean => text.startsWith('version')
  /** The hosts of the tasks that answer; what is no answer stands as it is. */
  const answering = async (...way: [string, string, number]): Promise<string[]> => {
    return [...new Set((await several(...way)).map((one) => /^version \S+ on (\S+)$/.exec(one)?.[1] ?? one))].sort()
  }
  const ways = (): [string, string, number][] => [[shell, vip, 80], [lab.outside.netns, first.ipv4, 8080], [lab.outside.netns, second.ipv4, 8080]]
  const named = async (): Promise<string[]> => {
    const id = (await second.docker('ps', '-q', '-f', 'name=shell.')).split('\n')[0] ?? ''
    const { stdout } = await second.tryDocker('exec', id, 'nslookup', '-type=a', 'tasks.web')
    return [...stdout.matchAll(/^Address(?: \d+)?: (10\.\S+)$/gm)].map((match) => match[1] as string).sort()
  }

  it('a daemon that stood still for longer than its heartbeats knows the tables again when it goes on', async () => {
    await eventually('all tasks answer', async () => (await answering(shell, vip, 80)).length === 3)
    second.freeze()
    try {
      await eventually('it counts as down', async () => (await nodes(first)).some(({ status }) => status === 'Down'), { timeoutMs: 30_000 })
      // Its containers go on by what it knew: that the tasks of other nodes have moved meanwhile it cannot have heard.
      await first.docker('service', 'rm', 'web')
      await first.docker('service', 'create', '-d', '--no-resolve-image', '--network', 'back', '--mode', 'global', '--name', 'web', '-p', '8080:80', 'asked:2')
      await eventually('the new tasks run', async () => (await first.docker('service', 'ps', '-f', 'desired-state=running', '--format', '{{.CurrentState}}', 'web')).split('\n').filter((one) => one.startsWith('Running')).length === 2)
    } finally {
      second.thaw()
    }
    vip = await virtualIp(first, 'web', 'back')
    // The managers had given its tasks up: others take their places.
    await Promise.all([converged(first, 'shell', 3), converged(first, 'web', 3)])
    await eventually('its containers are those of the new tasks', async () => (await second.docker('ps', '-q')).split('\n').length === 2)
    shell = (await netnsOf(second, 'shell.')) ?? ''
    const fresh = async (way: [string, string, number]): Promise<boolean> => (await several(...way)).every((answer) => answer.startsWith('version 2 '))
    for (const way of ways()) await eventually('only the new tasks answer', () => fresh(way))
    await eventually('all tasks answer', async () => (await answering(shell, vip, 80)).length === 3)
  })

  it('go to tasks elsewhere within seconds, and to all again when it is back', async () => {
    // The managers would need ten minutes.
    await first.docker('swarm', 'update', '--dispatcher-heartbeat', '200s')
    await eventually('the host to be cut off beats so seldom', () => /"periodMs":\d{6},.*heartbeats have another period/.test(readFileSync(third.logPath, 'utf8')))
    const away = (await addressOn(third, 'web.', 'back')).ipv4
    for (const way of ways()) await eventually('all tasks answer', async () => (await answering(...way)).length === 3)
    // A host that never answered may have its port closed.
    const answered = (host: LabHost): Set<string | undefined> =>
      new Set([...readFileSync(host.logPath, 'utf8').matchAll(/"node":"(\w+)",.*a node answers on the data path/g)].map(([, node]) => node))
    for (const host of [first, second]) await eventually('the hosts know one another', () => answered(host).size === 2)
    assert.equal((await named()).length, 3)
    third.cutOff()
    for (const way of ways()) {
      await eventually('the others answer alone', async () => {
        const hosts = await answering(...way)
        assert.equal(hosts.length, 2, hosts.join())
        return !hosts.some((one) => one.includes('no answer'))
      }, { timeoutMs: 20_000 })
    }
    const names = await named()
    assert.equal(names.length, 2)
    assert(!names.includes(away))
    assert.deepEqual((await nodes(first)).map(({ status }) => status), ['Ready', 'Ready', 'Ready'], 'the managers have not noticed')
    third.heal()
    for (const way of ways()) await eventually('all tasks answer again', async () => (await answering(...way)).length === 3, { timeoutMs: 20_000 })
    assert.equal((await named()).length, 3)
  })
})
