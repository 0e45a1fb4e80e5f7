import { must } from '../../src/base/assert.js'
import { conflict, invalid, StatusError } from '../../src/base/errors.js'
import type { NetworkId } from '../../src/model/ids.js'
import { isPredefinedNetwork, type Network, type NetworkSpec } from '../../src/model/network.js'
import { PublishMode } from '../../src/model/service.js'
import { taskName, type Task } from '../../src/model/task.js'
import { TaskState } from '../../src/model/task-state.js'
import { resolveNetwork } from '../store/resolve.js'
import type { ReadTx } from '../store/store.js'
import type { ControlDeps } from './deps.js'
import { checkHostNetworks, checkNodeAddresses, checkSubnets, checkVni, validateNetwork } from './network-validate.js'

/** The control API's methods for networks. */
export class NetworkControl {
  constructor(private readonly deps: ControlDeps) {}

  list(): Network[] {
    return this.deps.store.view().list('network').filter((network) => !network.pendingDelete)
  }

  get(ref: string): Network {
    return resolveNetwork(this.deps.store.view(), ref)
  }

  create(spec: NetworkSpec): Promise<Network> {
    const id = this.deps.ids.objectId() as NetworkId
    return this.deps.store.update((tx) => {
      validateNetwork(spec)
      if (tx.byName('network', spec.name)) throw conflict(`network with name ${spec.name} already exists`)
      const networks = tx.list('network')
      const ingress = spec.ingress && networks.find((network) => network.spec.ingress)
      if (ingress) throw conflict(`ingress network (${ingress.spec.name}) is already present`)
      checkSubnets(spec, networks)
      checkVni(spec, networks)
      const nodes = tx.list('node')
      checkNodeAddresses(spec, nodes)
      checkHostNetworks(spec, nodes)
      tx.create('network', { id, spec, pendingDelete: false })
      return must(tx.get('network', id), 'a created network is there')
    })
  }

  async remove(ref: string): Promise<void> {
    await this.deps.store.update((tx) => {
      const network = resolveNetwork(tx, ref)
      checkUnused(tx, network)
      // Its addresses are given back only after the last task on it is gone: the allocator sees to that.
      const last = tx.tasksUsing('network', network.id).some((task) => task.status.state <= TaskState.running)
      if (last) tx.update('network', { ...network, pendingDelete: true })
      else tx.remove('network', network.id)
    })
  }
}

/** Throws `invalid` naming who uses the network and is not about to end. */
function checkUnused(tx: ReadTx, { id, spec }: Network): void {
  if (isPredefinedNetwork({ spec })) {
    throw new StatusError('forbidden', `${spec.name} is a pre-defined network and cannot be removed`)
  }
  if (spec.ingress) {
    const service = tx.list('service').find((one) => one.spec.endpoint?.ports.some((port) => port.publishMode === PublishMode.ingress))
    if (service) throw invalid(`ingress network cannot be removed because service ${service.id} (${service.spec.name}) depends on it`)
  }
  const [service] = tx.servicesUsing('network', id)
  if (service) throw invalid(`network ${spec.name} is in use by service ${service.spec.name}`)
  const task = tx.tasksUsing('network', id).find((one) => one.status.state <= TaskState.running && !isEnding(tx, one))
  if (task) throw invalid(`network ${spec.name} is in use by task ${taskName(task)}: wait until it has stopped`)
}

/** The task is told to stop, or will be: its service is gone. */
function isEnding(tx: ReadTx, task: Task): boolean {
  return task.desiredState > TaskState.running || (task.serviceId !== '' && !tx.get('service', task.serviceId))
}
