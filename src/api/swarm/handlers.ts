import { invalid } from '../../base/errors.js'
import { defaultClusterSpec, defaults } from '../../model/defaults.js'
import type { Handler } from '../route.js'
import type { SwarmBackend } from './backend.js'
import { decodeSwarmSpec, encodeSwarm } from './encode.js'
import { initBody, joinBody, swarmSpec, unlockBody } from './shape.js'

/** Docker's limits of the VXLAN port. */
const dataPathPortMin = 1024
const dataPathPortMax = 49_151

export function swarmHandlers(swarm: SwarmBackend) {
  const inspect: Handler = async (exchange) => {
    exchange.json(200, encodeSwarm(await swarm.control().getCluster()))
  }

  const init: Handler = async (exchange) => {
    const body = await exchange.readJson(initBody)
    const port = body.DataPathPort ?? 0
    if (port !== 0 && (port < dataPathPortMin || port > dataPathPortMax)) {
      throw invalid(`invalid data path port (${port}): it must be between ${dataPathPortMin} and ${dataPathPortMax}`)
    }
    const subnetSize = body.SubnetSize ?? 0
    if (subnetSize !== 0 && subnetSize > 29) throw invalid(`subnet size ${subnetSize} is out of range: it must be at most 29`)
    const spec = decodeSwarmSpec(body.Spec ?? {}, defaultClusterSpec())
    const nodeId = await swarm.init({
      listenAddr: listenAddress(body.ListenAddr),
      advertiseAddr: body.AdvertiseAddr ?? '',
      dataPathAddr: body.DataPathAddr ?? '',
      dataPathPort: port === 0 ? defaults.dataPathPort : port,
      defaultAddrPool: body.DefaultAddrPool === undefined || body.DefaultAddrPool.length === 0 ? [...defaults.addressPool] : body.DefaultAddrPool,
      subnetSize: subnetSize === 0 ? defaults.subnetSize : subnetSize,
      forceNewCluster: body.ForceNewCluster ?? false,
      availability: body.Availability ?? 'active',
      spec: body.AutoLockManagers === true ? { ...spec, encryption: { autoLockManagers: true } } : spec,
    })
    exchange.json(200, nodeId)
  }

  const join: Handler = async (exchange) => {
    const body = await exchange.readJson(joinBody)
    if ((body.RemoteAddrs ?? []).length === 0) throw invalid('at least 1 RemoteAddr is required to join')
    if (body.JoinToken === undefined || body.JoinToken === '') throw invalid('a join token is required: see "docker swarm join-token" on a manager')
    await swarm.join({
      listenAddr: listenAddress(body.ListenAddr),
      advertiseAddr: body.AdvertiseAddr ?? '',
      dataPathAddr: body.DataPathAddr ?? '',
      remoteAddrs: body.RemoteAddrs ?? [],
      joinToken: body.JoinToken,
      availability: body.Availability ?? 'active',
    })
    exchange.empty(200)
  }

  const leave: Handler = async (exchange) => {
    await swarm.leave(exchange.query.flag('force'))
    exchange.empty(200)
  }

  const update: Handler = async (exchange) => {
    const { query } = exchange
    const version = query.wholeNeeded('version', 'swarm version')
    const control = swarm.control()
    const json = await exchange.readJson(swarmSpec, {})
    const current = await control.getCluster()
    await control.updateCluster(version, decodeSwarmSpec(json, current.spec), {
      workerToken: query.flag('rotateWorkerToken'),
      managerToken: query.flag('rotateManagerToken'),
      managerUnlockKey: query.flag('rotateManagerUnlockKey'),
    })
    exchange.empty(200)
  }

  const unlockKey: Handler = async (exchange) => {
    exchange.json(200, { UnlockKey: await swarm.unlockKey() })
  }

  const unlock: Handler = async (exchange) => {
    const { UnlockKey: key = '' } = await exchange.readJson(unlockBody)
    if (key === '') throw invalid('the unlock key is missing: see "docker swarm unlock-key" on an unlocked manager')
    await swarm.unlock(key)
    exchange.empty(200)
  }

  return { inspect, init, join, leave, update, unlockKey, unlock }
}

function listenAddress(given: string | undefined): string {
  return given === undefined || given === '' ? `0.0.0.0:${defaults.remoteApiPort}` : given
}
