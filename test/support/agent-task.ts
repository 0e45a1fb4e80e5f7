import type { ContainerSpec } from '../../src/model/container-spec.js'
import type { NodeId, ServiceId, TaskId } from '../../src/model/ids.js'
import { TaskState } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'

/** A container spec that says nothing but its image. */
export function containerSpecOf(given: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    image: 'app:1', labels: {}, command: [], args: [], hostname: '', env: [], dir: '', user: '', groups: [], tty: false, openStdin: false,
    readOnly: false, stopSignal: '', hosts: [], secrets: [], configs: [], sysctls: {}, capabilityAdd: [], capabilityDrop: [], ulimits: [],
    oomScoreAdj: 0, mounts: [], isolation: '', devices: [], ...given,
  }
}

/** A task of the service `web` as a manager assigns it. */
export function taskOf(id: string, given: Partial<Task> = {}, container: Partial<ContainerSpec> = {}): Task {
  return {
    id: id as TaskId,
    meta: { version: 1, createdAtMs: 0, updatedAtMs: 0 },
    spec: { container: containerSpecOf(container), networks: [], forceUpdate: 0, runtime: '' },
    specVersion: 1,
    serviceId: 'web-id' as ServiceId,
    slot: 1,
    nodeId: 'node-id' as NodeId,
    serviceAnnotations: { name: 'web', labels: { tier: 'front' } },
    annotations: { name: '', labels: {} },
    status: { state: TaskState.assigned, timestampMs: 0, message: 'scheduler assigned task to node', err: '', ports: [], appliedBy: 'manager' },
    desiredState: TaskState.running,
    networks: [],
    assignedGenericResources: [],
    ...given,
  }
}
