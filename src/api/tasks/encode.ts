import { rfc3339 } from '../../base/clock.js'
import type { SwarmTask } from '../../model/engine-api/extensions.js'
import type { TaskState, TaskStatus as TaskStatusJson } from '../../model/engine-api/swarm.js'
import type { Task, TaskStatus } from '../../model/task.js'
import { taskStateName } from '../../model/task-state.js'
import { encodeGenericResources, encodeMeta, omitEmpty } from '../encode.js'
import { encodeSwarmNetwork } from '../networks/encode.js'
import { encodePort } from '../services/encode.js'
import { encodeTaskSpec } from '../services/encode-task-spec.js'

/** A task as the Engine API has it. */
export function encodeTask(task: Task): SwarmTask {
  return {
    ...encodeMeta(task.id, task.meta),
    ...omitEmpty({ Name: task.annotations.name }),
    Labels: task.annotations.labels,
    Spec: encodeTaskSpec(task.spec),
    ...omitEmpty({ ServiceID: task.serviceId, Slot: slotOf(task), NodeID: task.nodeId }),
    Status: encodeStatus(task.status),
    DesiredState: taskStateName(task.desiredState) as TaskState,
    ...omitEmpty({
      NetworksAttachments: task.networks.map(({ network, addresses }) => ({
        Network: encodeSwarmNetwork(network),
        ...omitEmpty({ Addresses: addresses }),
      })),
      AssignedGenericResources: encodeGenericResources(task.assignedGenericResources),
    }),
    ...(task.jobIteration !== undefined && { JobIteration: { Index: task.jobIteration } }),
  }
}

/** Docker's slots of jobs count from 0: its client waits for ever for a job whose first slot is 1. */
function slotOf({ slot, jobIteration }: Task): number {
  return jobIteration !== undefined && slot > 0 ? slot - 1 : slot
}

function encodeStatus(status: TaskStatus): TaskStatusJson {
  return {
    Timestamp: rfc3339(status.timestampMs),
    State: taskStateName(status.state) as TaskState,
    ...omitEmpty({ Message: status.message, Err: status.err }),
    ...(status.container && {
      ContainerStatus: {
        ContainerID: status.container.containerId,
        PID: status.container.pid,
        ExitCode: status.container.exitCode,
      },
    }),
    PortStatus: omitEmpty({ Ports: status.ports.map(encodePort) }),
  }
}
