import { invalid, kindOf } from '../../base/errors.js'
import type { Control } from '../../model/control.js'
import { taskSpecsEqual } from '../../model/equality.js'
import { taskName, type Task } from '../../model/task.js'
import { taskStateName } from '../../model/task-state.js'
import type { Filters } from '../filters.js'
import type { Handler } from '../route.js'
import type { SwarmBackend } from '../swarm/backend.js'
import { encodeTask } from './encode.js'

const listFilters = ['_up-to-date', 'desired-state', 'id', 'label', 'name', 'node', 'runtime', 'service'] as const
const desiredStates = ['running', 'shutdown', 'accepted', 'ready', 'complete', 'remove']

export function taskHandlers(swarm: SwarmBackend) {
  const list: Handler = async (exchange) => {
    const filters = exchange.query.filters(listFilters)
    for (const state of filters.get('desired-state')) {
      if (!desiredStates.includes(state)) throw invalid(`Invalid filter: 'desired-state=${state}'`)
    }
    const control = swarm.control()
    const serviceIds = await resolve(filters.get('service'), async (ref) => (await control.getService(ref)).id)
    const nodeIds = await resolve(filters.get('node'), async (ref) => nodeId(control, swarm, ref))
    const [serviceId, nodeIdAlone] = [serviceIds?.length === 1 ? serviceIds[0] : undefined, nodeIds?.length === 1 ? nodeIds[0] : undefined]
    const tasks = await control.listTasks({
      ...(serviceId !== undefined && { serviceId }),
      ...(nodeIdAlone !== undefined && { nodeId: nodeIdAlone }),
    })
    const found = tasks.filter(
      (task) =>
        (!serviceIds || serviceIds.includes(task.serviceId)) && (!nodeIds || nodeIds.includes(task.nodeId)) && passes(task, filters),
    )
    const upToDate = filters.flag('_up-to-date')
    const kept = upToDate === undefined ? found : await keepUpToDate(control, found, upToDate)
    exchange.json(200, kept.map(encodeTask))
  }

  const inspect: Handler = async (exchange) => {
    exchange.json(200, encodeTask(await swarm.control().getTask(exchange.param('id'))))
  }

  return { list, inspect }
}

/** The ids of what a filter names; what does not exist matches nothing. Undefined when the filter is not set. */
async function resolve(refs: readonly string[], idOf: (ref: string) => Promise<string>): Promise<string[] | undefined> {
  if (refs.length === 0) return undefined
  const ids = await Promise.all(
    refs.map((ref) =>
      idOf(ref).catch((thrown: unknown) => {
        if (kindOf(thrown) === 'notFound') return undefined
        throw thrown
      }),
    ),
  )
  return ids.filter((id) => id !== undefined)
}

async function nodeId(control: Control, swarm: SwarmBackend, ref: string): Promise<string> {
  if (ref === 'self') return (await swarm.info()).NodeID ?? ''
  return (await control.getNode(ref)).id
}

function passes(task: Task, filters: Filters): boolean {
  const runtime = task.spec.container ? 'container' : 'attachment'
  return (
    filters.prefix('id', task.id) &&
    filters.prefix('name', taskName(task)) &&
    filters.labels('label', task.serviceAnnotations.labels) &&
    filters.exact('desired-state', taskStateName(task.desiredState)) &&
    (filters.has('runtime') ? filters.exact('runtime', runtime) : runtime === 'container')
  )
}

/** Tasks made for their service's present spec, or the others. */
async function keepUpToDate(control: Control, tasks: Task[], wanted: boolean): Promise<Task[]> {
  const services = new Map((await control.listServices()).map((service) => [service.id as string, service]))
  return tasks.filter((task) => {
    const service = services.get(task.serviceId)
    // A change of the service that leaves its tasks alone (a scale) raises the version too.
    const upToDate = service !== undefined && (service.specVersion === task.specVersion || taskSpecsEqual(service.spec.task, task.spec))
    return upToDate === wanted
  })
}
