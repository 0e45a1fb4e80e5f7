import type { Node } from '../../src/model/node.js'
import type { WeightedPeer } from '../../src/wire/dispatcher-service.js'
import type { ReadTx } from '../store/store.js'

/** Managers an agent may turn to. */
const managerWeight = 10

/** The managers that can be reached, or all of them when none seems to be. */
export function managersOf(tx: ReadTx): WeightedPeer[] {
  const managers = tx.list('node').filter((node) => node.managerStatus && node.managerStatus.address !== '')
  const reachable = managers.filter(({ managerStatus }) => managerStatus?.reachability !== 'unreachable')
  return (reachable.length > 0 ? reachable : managers).map(peerOf)
}

function peerOf({ id, managerStatus }: Node): WeightedPeer {
  return { nodeId: id, address: managerStatus?.address ?? '', weight: managerWeight }
}

/** Certificates of all roots a node has to trust: two while the cluster moves from one to another. */
export function rootCaOf(tx: ReadTx): string {
  const rootCa = tx.list('cluster')[0]?.rootCa
  return [rootCa?.certPem, rootCa?.rotation?.certPem].filter((pem) => pem !== undefined && pem !== '').join('\n')
}

/** The heartbeat period of the cluster, in milliseconds. */
export function heartbeatPeriodMsOf(tx: ReadTx): number | undefined {
  const periodNs = tx.list('cluster')[0]?.spec.dispatcher.heartbeatPeriodNs
  return periodNs === undefined ? undefined : periodNs / 1e6
}
