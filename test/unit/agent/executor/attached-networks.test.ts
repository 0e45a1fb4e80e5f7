import { strict as assert } from 'node:assert'
import { AttachedNetworks, type AttachmentManagers } from '../../../../agent/executor/attached-networks.js'
import { AttachmentController } from '../../../../agent/executor/attachment-controller.js'
import type { NetworkController } from '../../../../agent/network/controller.js'
import type { EndpointInfo, EndpointSettings } from '../../../../agent/network/types.js'
import { nullLogger } from '../../../../src/base/log.js'
import { conflict, notFound, StatusError, unavailable } from '../../../../src/base/errors.js'
import type { Task } from '../../../../src/model/task.js'
import { ManualClock, settle } from '../../../support/manual-clock.js'
import { clusterNetwork } from '../../../support/network-rows.js'
import { task } from '../../../support/objects.js'

/** As much of the host's networks as attachments use: local network `bridge`, and whatever was joined. */
class FakeController {
  readonly endpoints: EndpointInfo[] = []
  known = new Map([['bridge', { id: 'bridge', name: 'bridge', scope: 'local' }]])
  failure: Error | undefined
  readonly settings: EndpointSettings[] = []
  inspect(ref: string) {
    const found = [...this.known.values()].find(({ id, name }) => id === ref || name === ref)
    if (!found) throw notFound(`network ${ref} not found`)
    return { ...found, containers: {} }
  }
  async connect(containerId: string, networkId: string, settings: EndpointSettings) {
    if (this.failure) throw this.failure
    this.settings.push(settings)
    const endpoint = { containerId, containerName: settings.containerName, networkId, networkName: networkId, ipv4Address: settings.ipv4Address ?? '', ipv6Address: settings.ipv6Address ?? '' } as EndpointInfo
    this.endpoints.push(endpoint)
    return endpoint
  }
  async disconnect(containerId: string, ref: string) {
    this.drop(({ containerId: id, networkId }) => id === containerId && networkId === this.inspect(ref).id)
  }
  async removeSandbox(containerId: string) {
    this.drop((endpoint) => endpoint.containerId === containerId)
  }
  async rename(containerId: string, containerName: string) {
    for (const endpoint of this.endpointsOf(containerId)) endpoint.containerName = containerName
  }
  endpointsOf(containerId: string) {
    return this.endpoints.filter((endpoint) => endpoint.containerId === containerId)
  }
  private drop(which: (endpoint: EndpointInfo) => boolean) {
    for (const endpoint of this.endpoints.filter(which)) this.endpoints.splice(this.endpoints.indexOf(endpoint), 1)
  }
}

const attachment = (id: string, containerId: string, address: string): Task => ({
  ...task(id, { serviceId: '', annotations: { name: 'one', labels: {} }, networks: [{ network: clusterNetwork('net', { attachable: true }), addresses: [`${address}/24`], aliases: [], driverOptions: {} }] }),
  meta: { version: 1, createdAtMs: 0, updatedAtMs: 0 },
  spec: { attachment: { containerId }, networks: [], forceUpdate: 0, runtime: 'attachment' },
})
const signal = new AbortController().signal

describe('networks of containers that users start', () => {
  let controller: FakeController
  let attached: AttachedNetworks
  let clock: ManualClock
  let restarted: string[]
  let detached: string[]
  let disconnected: string[]
  let renamed: string[]
  /** The managers take no new names. */
  let mute: boolean
  /** What the managers do with a request. */
  let onAttach: (containerId: string) => Promise<{ attachmentId: string; networkId: string }>
  let reachable: Promise<void>

  beforeEach(() => {
    controller = new FakeController()
    clock = new ManualClock()
    ;[restarted, detached, disconnected, renamed, mute] = [[], [], [], [], false]
    reachable = Promise.resolve()
    attached = new AttachedNetworks({ controller: controller as unknown as NetworkController, clock, log: nullLogger })
    attached.serve({
      isOfTask: (id) => id === 'task',
      disconnect: async (containerId, networkId) => {
        disconnected.push(`${containerId}/${networkId}`)
        await attached.disconnect(containerId, networkId)
      },
      restart: async (id) => void restarted.push(id),
    })
    onAttach = async (containerId) => ({ attachmentId: `a-${containerId}`, networkId: 'net' })
  })
  const managers: AttachmentManagers = {
    connected: () => reachable,
    attach: ({ containerId }) => onAttach(containerId),
    detach: async (id) => void detached.push(id),
    rename: async (id, name) => {
      if (mute) throw unavailable('no leader')
      renamed.push(`${id} ${name}`)
    },
    find: async (ref) => (ref === 'net' ? clusterNetwork('net', { attachable: true }) : Promise.reject(notFound(`network ${ref} not found`))),
  }
  const controllerOf = (one: Task): AttachmentController => new AttachmentController(one, { attached, networks: { ensure: async () => 'net' } })
  /** The node is told of the attachment: its network becomes known, and the container may take it. */
  const assigned = (one: Task): Promise<void> => {
    controller.known.set('net', { id: 'net', name: 'net', scope: 'swarm' })
    return controllerOf(one).start(signal)
  }
  const refused = async (work: Promise<unknown>, kind: string, message: string): Promise<void> => {
    await assert.rejects(work, (thrown: StatusError) => {
      assert.deepEqual([thrown.kind, thrown.message], [kind, message])
      return true
    })
  }

  it('are joined with the addresses that the managers give, in whatever order the news come', async () => {
    attached.follow(managers)
    // The answer first.
    const first = attached.connect('c1', 'net', { containerName: 'one', macAddress: '02:00:00:00:00:01' })
    await settle()
    const started = assigned(attachment('a-c1', 'c1', '10.0.1.5'))
    assert.equal((await first).ipv4Address, '10.0.1.5')
    await started
    // The address tells every node the MAC address.
    assert.deepEqual(controller.settings, [{ containerName: 'one', ipv4Address: '10.0.1.5' }])
    // The assignment first.
    let answer: () => void = () => undefined
    onAttach = async (containerId) => {
      await new Promise<void>((resolve) => (answer = resolve))
      return { attachmentId: `a-${containerId}`, networkId: 'net' }
    }
    const second = attached.connect('c2', 'net', { containerName: 'two' })
    await settle()
    const early = assigned(attachment('a-c2', 'c2', '10.0.1.6'))
    answer()
    assert.equal((await second).ipv4Address, '10.0.1.6')
    await early
  })

  it('are left by disconnect and by stopping, which ends the task and tells the managers', async () => {
    attached.follow(managers)
    for (const [id, leave] of [['c1', () => attached.disconnect('c1', 'net')], ['c2', () => attached.removeSandbox('c2')]] as const) {
      const one = attachment(`a-${id}`, id, '10.0.1.5')
      const connected = attached.connect(id, 'net', { containerName: id })
      await assigned(one)
      await connected
      const over = controllerOf(one).wait(signal)
      await leave()
      await over
    }
    assert.deepEqual(detached, ['a-c1', 'a-c2'])
    assert.deepEqual(controller.endpoints, [])
  })

  it('are taken away when the managers say so', async () => {
    attached.follow(managers)
    const one = attachment('a-c1', 'c1', '10.0.1.5')
    const connected = attached.connect('c1', 'net', { containerName: 'one' })
    await assigned(one)
    await connected
    await controllerOf(one).remove()
    await controllerOf(one).remove()
    assert.deepEqual(disconnected, ['c1/net'])
    assert.deepEqual(controller.endpoints, [])
  })

  it('are known again after a restart of the daemon by their addresses', async () => {
    attached.follow(managers)
    controller.known.set('net', { id: 'net', name: 'net', scope: 'swarm' })
    await controller.connect('c1', 'net', { containerName: 'one', ipv4Address: '10.0.1.5' })
    // One that the container had before, and one of a container that has gone meanwhile.
    await controllerOf(attachment('old', 'c1', '10.0.1.4')).wait(signal)
    await controllerOf(attachment('gone', 'c9', '10.0.1.9')).wait(signal)
    const one = attachment('a-c1', 'c1', '10.0.1.5')
    await controllerOf(one).start(signal)
    const over = controllerOf(one).wait(signal)
    await attached.removeSandbox('c1')
    await over
    assert.deepEqual(detached, ['a-c1'])
  })

  it('are renamed with their container, at the managers too, if need be later', async () => {
    attached.follow(managers)
    const connected = attached.connect('c1', 'net', { containerName: 'one' })
    await assigned(attachment('a-c1', 'c1', '10.0.1.5'))
    await connected
    await attached.rename('c1', 'two')
    assert.deepEqual(renamed, ['a-c1 two'])
    mute = true
    await attached.rename('c1', 'three')
    assert.deepEqual(renamed, ['a-c1 two'])
    mute = false
    attached.reachable()
    await settle()
    attached.reachable()
    await settle()
    assert.deepEqual(renamed, ['a-c1 two', 'a-c1 three'])
    // One that was renamed shortly before the daemon's end.
    await controller.connect('c2', 'net', { containerName: 'new', ipv4Address: '10.0.1.6' })
    await controllerOf(attachment('a-c2', 'c2', '10.0.1.6')).start(signal)
    await settle()
    assert.deepEqual(renamed.slice(2), ['a-c2 new'])
    await attached.rename('c9', 'on no network of the swarm')
    assert.equal(renamed.length, 3)
  })

  it('are renamed at the managers in the order of the names, and once more when they answer again meanwhile', async () => {
    const answers: ((failure?: Error) => void)[] = []
    const asked: string[] = []
    attached.follow({
      ...managers,
      rename: (_id, name) => {
        asked.push(name)
        return new Promise((resolve, reject) => answers.push((failure) => (failure ? reject(failure) : resolve())))
      },
    })
    const connected = attached.connect('c1', 'net', { containerName: 'one' })
    await assigned(attachment('a-c1', 'c1', '10.0.1.5'))
    await connected
    const second = attached.rename('c1', 'two')
    const third = attached.rename('c1', 'three')
    const fourth = attached.rename('c1', 'four')
    await settle()
    assert.deepEqual(asked, ['two'])
    answers[0]?.()
    await settle()
    assert.deepEqual(asked, ['two', 'four'])
    attached.reachable()
    answers[1]?.(unavailable('the leader changed'))
    await settle()
    assert.deepEqual(asked, ['two', 'four', 'four'])
    answers[2]?.()
    await Promise.all([second, third, fourth])
    const fifth = attached.rename('c1', 'five')
    await settle()
    answers[3]?.()
    await fifth
    assert.deepEqual(asked.slice(3), ['five'])
  })

  it('say what the managers refuse in Docker’s words, and leave nothing behind', async () => {
    attached.follow(managers)
    onAttach = () => Promise.reject(new StatusError('forbidden', 'network net not manually attachable'))
    await refused(attached.connect('c1', 'net', { containerName: 'one' }), 'forbidden', 'Could not attach to network net: rpc error: code = PermissionDenied desc = network net not manually attachable')
    onAttach = () => Promise.reject(notFound('network net not found'))
    await refused(attached.connect('c1', 'net', { containerName: 'one' }), 'notFound', 'network net not found')
    onAttach = () => Promise.reject(conflict('address 10.0.1.5 is in use already'))
    await refused(attached.connect('c1', 'net', { containerName: 'one' }), 'conflict', 'Could not attach to network net: address 10.0.1.5 is in use already')
    // Joining fails here: the attachment is given back, and its task ends.
    onAttach = async () => ({ attachmentId: 'a-c1', networkId: 'net' })
    controller.failure = conflict('no namespace')
    const failing = attached.connect('c1', 'net', { containerName: 'one' })
    await assert.rejects(assigned(attachment('a-c1', 'c1', '10.0.1.5')), /no namespace/)
    await assert.rejects(failing, /no namespace/)
    assert.deepEqual(detached, ['a-c1'])
  })

  it('are not waited for without end, on either side', async () => {
    attached.follow(managers)
    const alone = attached.connect('c1', 'net', { containerName: 'one' })
    const unclaimed = controllerOf(attachment('other', 'c2', '10.0.1.5')).start(signal)
    const both = Promise.all([assert.rejects(alone, /attaching to network failed, make sure your network options are correct/), assert.rejects(unclaimed, /no container waits for this attachment/)])
    await settle()
    await clock.advance(20_000)
    await both
    assert.deepEqual(detached, ['a-c1'])
  })

  it('wait for the managers, and start containers again that could not wait', async () => {
    reachable = new Promise(() => undefined)
    const lost = attached.connect('c1', 'net', { containerName: 'one' })
    const failed = assert.rejects(lost, /Could not attach to network net/)
    await settle()
    attached.follow({ ...managers, connected: (late) => new Promise((_, reject) => late.addEventListener('abort', () => reject(late.reason as Error), { once: true })) })
    await settle()
    await clock.advance(20_000)
    await failed
    attached.reachable()
    attached.reachable()
    assert.deepEqual(restarted, ['c1'])
  })

  it('leave alone networks of this host, containers of tasks, and hosts that are in no swarm', async () => {
    attached.follow({ ...managers, attach: () => Promise.reject(unavailable('nobody may ask')) })
    await attached.connect('c1', 'bridge', { containerName: 'one' })
    await attached.connect('task', 'net', { containerName: 'web.1', ipv4Address: '10.0.1.9' })
    assert.equal(await attached.nameOf('net'), 'net')
    attached.follow('none')
    await attached.connect('c1', 'anything', { containerName: 'one' })
    assert.deepEqual(controller.endpoints.map(({ networkId }) => networkId), ['bridge', 'net', 'anything'])
    await assert.rejects(attached.nameOf('net'), /network net not found/)
  })
})
