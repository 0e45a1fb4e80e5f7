import { kindOf } from '../../base/errors.js'
import type { Engine } from '../../../agent/engine/engine.js'
import type { AttachedContainers } from '../../../agent/executor/attached-networks.js'
import { TaskLabel } from '../../../agent/executor/container-spec.js'

/** The engine's containers, as far as the networks of the swarm need them. */
export function attachedContainers(engine: Engine, isTask: (taskId: string) => boolean): AttachedContainers {
  return {
    isOfTask(containerId) {
      // The label alone is nothing: anybody can set it.
      const taskId = engine.find(containerId).record.config.Labels?.[TaskLabel.taskId]
      return taskId !== undefined && isTask(taskId)
    },
    disconnect: (containerId, networkId) => engine.disconnectNetwork(containerId, networkId),
    async restart(containerId) {
      const { record, status } = engine.find(containerId)
      const { Name: policy = 'no' } = record.hostConfig.RestartPolicy ?? {}
      // One that never ran was refused to its user, who knows.
      if (policy === 'no' || status !== 'exited' || record.state.stoppedByHand || record.state.startedMs === 0) return
      try {
        await engine.start(containerId)
      } catch (thrown) {
        if (kindOf(thrown) !== 'notModified') throw thrown
      }
    },
  }
}
