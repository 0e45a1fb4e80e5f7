import type { Session } from '../../../agent/session.js'
import type { SwarmPlace } from './agent-side.js'

/** What this host has of a swarm, by way of the session with a manager. How long a call may take is for the caller to say, by its signal. */
export function swarmPlace(session: Session, dataPathAddress: string): SwarmPlace {
  return {
    dataPathAddress,
    describeAgain: () => session.refresh(),
    awaitDrain: (taskId, timeoutMs, signal) => session.awaitDrain(taskId, timeoutMs, signal),
    attachments: {
      connected: (signal) => session.connected(signal),
      attach: async (request, signal) => session.dispatcher().attachNetwork(request, { signal }),
      detach: async (attachmentId, signal) => {
        await session.dispatcher().detachNetwork({ attachmentId }, { signal })
      },
      rename: async (attachmentId, containerName, signal) => {
        await session.dispatcher().renameAttachment({ attachmentId, containerName }, { signal })
      },
      find: async (network, signal) => session.dispatcher().findNetwork({ network }, { signal }),
    },
    reportDataPath: (report, signal) => session.reportDataPath(report, signal),
  }
}
