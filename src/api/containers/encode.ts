import type { ContainerInspectResponse, ContainerSummary } from '../../model/engine-api/container.js'
import type { EndpointSettings } from '../../model/engine-api/network.js'
import { atLeast, type ApiVersion } from '../versions.js'

/** Until 1.44 the short id was among the aliases of networks with names. */
export function encodeInspect(container: ContainerInspectResponse, version: ApiVersion): ContainerInspectResponse {
  const { NetworkSettings: settings, Id = '' } = container
  if (atLeast(version, '1.45') || !settings?.Networks) return container
  return { ...container, NetworkSettings: { ...settings, Networks: withShortId(settings.Networks, Id) } }
}

export function encodeSummary(container: ContainerSummary, version: ApiVersion): ContainerSummary {
  const { NetworkSettings: settings, Id = '' } = container
  if (atLeast(version, '1.45') || !settings?.Networks) return container
  return { ...container, NetworkSettings: { ...settings, Networks: withShortId(settings.Networks, Id) } }
}

function withShortId(networks: Record<string, EndpointSettings>, id: string): Record<string, EndpointSettings> {
  const shortId = id.slice(0, 12)
  return Object.fromEntries(
    Object.entries(networks).map(([name, endpoint]) => {
      const named = !['bridge', 'host', 'none'].includes(name) && endpoint.EndpointID !== ''
      return [name, named ? { ...endpoint, Aliases: [...new Set([...(endpoint.Aliases ?? []), shortId])] } : endpoint]
    }),
  )
}
