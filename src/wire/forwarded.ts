import type { Metadata } from '@grpc/grpc-js'
import { StatusError } from '../base/errors.js'
import type { OnBehalfOf } from './transport.js'

const addressKey = 'skep-forwarded-address'
const nodeKey = 'skep-forwarded-node'
const roleKey = 'skep-forwarded-role'
const clusterKey = 'skep-forwarded-cluster'

/** Says for whom a manager passes a call on. */
export function writeForwarded(metadata: Metadata, { caller, remoteAddress }: OnBehalfOf): void {
  metadata.set(addressKey, remoteAddress)
  if (!caller) return
  metadata.set(nodeKey, caller.nodeId)
  metadata.set(roleKey, caller.role)
  metadata.set(clusterKey, caller.clusterId)
}

/** For whom a call was passed on; undefined for a call at first hand. Whether to believe it is up to the reader. */
export function readForwarded(metadata: Metadata): OnBehalfOf | undefined {
  const get = (key: string): string | undefined => metadata.get(key)[0]?.toString()
  const remoteAddress = get(addressKey)
  if (remoteAddress === undefined) return undefined
  const [nodeId, role, clusterId] = [get(nodeKey), get(roleKey), get(clusterKey)]
  if (nodeId === undefined) return { caller: undefined, remoteAddress }
  if ((role !== 'manager' && role !== 'worker') || clusterId === undefined) {
    throw new StatusError('invalid', 'a call was passed on without the role of its caller')
  }
  return { caller: { nodeId, role, clusterId }, remoteAddress }
}
