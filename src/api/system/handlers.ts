import { invalid, messageOf } from '../../base/errors.js'
import type { SwarmInfo } from '../../model/engine-api/swarm.js'
import type { ApiDeps } from '../backends.js'
import { Filters } from '../filters.js'
import { authConfig, withPair } from '../registry-auth.js'
import type { Handler } from '../route.js'
import { encodeSummary as encodeContainer } from '../containers/encode.js'
import { encodeSummary } from '../images/encode.js'
import { encodeClusterInfo } from '../swarm/encode.js'
import { apiVersionMax, apiVersionMin, atLeast } from '../versions.js'
import { encodeBuildCache, encodeInfo } from './encode.js'

const diskUsageTypes = ['container', 'image', 'volume', 'build-cache'] as const

export function systemHandlers(deps: Pick<ApiDeps, 'system' | 'swarm' | 'containers' | 'images' | 'volumes' | 'build'>) {
  const { system, swarm, containers, images, volumes, build } = deps

  const ping: Handler = async (exchange) => {
    exchange.text(200, 'OK', {
      // 1 is the classic builder: clients choose their way of building by it.
      'Builder-Version': '1',
      'Cache-Control': 'no-cache, no-store, must-revalidate',
      Pragma: 'no-cache',
      Swarm: swarmHeader(await swarm.info()),
    })
  }

  const version: Handler = async (exchange) => {
    const found = await system.version()
    exchange.json(200, { ...found, ApiVersion: apiVersionMax, MinAPIVersion: apiVersionMin })
  }

  const info: Handler = async (exchange) => {
    const [host, cluster] = await Promise.all([system.info(), swarm.info()])
    exchange.json(200, { ...encodeInfo(host, exchange.version), Swarm: await withCluster(cluster) })
  }

  /** On a manager, the cluster and its counts; without a leader, the reason in their place. */
  const withCluster = async (info: SwarmInfo): Promise<SwarmInfo> => {
    if (info.ControlAvailable !== true || info.Cluster) return info
    try {
      const control = swarm.control()
      const [cluster, nodes] = await Promise.all([control.getCluster(), control.listNodes()])
      const managers = nodes.filter((node) => node.managerStatus !== undefined)
      return { ...info, Cluster: encodeClusterInfo(cluster), Nodes: nodes.length, Managers: managers.length }
    } catch (thrown) {
      return { ...info, Error: messageOf(thrown) }
    }
  }

  const diskUsage: Handler = async (exchange) => {
    const asked = exchange.query.all('type')
    for (const type of asked) {
      if (!diskUsageTypes.some((one) => one === type)) throw invalid(`unknown object type: ${type}`)
    }
    const wanted = (type: (typeof diskUsageTypes)[number]) => asked.length === 0 || asked.includes(type)
    const none = new Filters()
    const [layersBytes, imageList, containerList, volumeList, buildCache] = await Promise.all([
      wanted('image') ? system.layersBytes() : undefined,
      wanted('image') ? images.list({ all: false, filters: none, sharedSize: true, digests: true }) : undefined,
      wanted('container') ? containers.list({ all: true, size: true, filters: none }) : undefined,
      wanted('volume') ? volumes.list({ usage: true }) : undefined,
      wanted('build-cache') ? build.cached() : undefined,
    ])
    exchange.json(200, {
      ...(layersBytes !== undefined && { LayersSize: layersBytes }),
      ...(imageList && { Images: imageList.map((image) => encodeSummary(image, exchange.version)) }),
      ...(containerList && { Containers: containerList.map((container) => encodeContainer(container, exchange.version)) }),
      ...(volumeList && { Volumes: volumeList }),
      ...(buildCache && {
        BuildCache: buildCache.map((entry) => encodeBuildCache(entry, exchange.version)),
        ...(!atLeast(exchange.version, '1.42') && { BuilderSize: buildCache.reduce((sum, { Size: bytes = 0 }) => sum + bytes, 0) }),
      }),
    })
  }

  const auth: Handler = async (exchange) => {
    const given = withPair(await exchange.readJson(authConfig))
    const { status, identityToken } = await system.authenticate(given, exchange.signal)
    exchange.json(200, { Status: status, IdentityToken: identityToken })
  }

  /** Beyond the Engine API: what `metrics-addr` serves, on the daemon's own sockets. */
  const metrics: Handler = async (exchange) => {
    const { contentType, text } = await system.metrics()
    exchange.text(200, text, { 'Content-Type': contentType })
  }

  return { ping, version, info, diskUsage, auth, metrics }
}

/** The `Swarm` header of a ping: the state, and for an active node its role. */
function swarmHeader(info: SwarmInfo): string {
  const state = info.LocalNodeState === undefined || info.LocalNodeState === '' ? 'inactive' : info.LocalNodeState
  return state === 'active' ? `active/${info.ControlAvailable === true ? 'manager' : 'worker'}` : state
}
