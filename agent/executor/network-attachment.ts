import type { EndpointSettings } from '../../src/model/engine-api/network.js'
import type { Network } from '../../src/model/network.js'
import type { NetworkAttachment, Task } from '../../src/model/task.js'
import { TaskError } from './errors.js'

/** Makes cluster networks known to this node's engine. */
export interface ClusterNetworks {
  /** The network exists here from now on; doing it again is fine. Gives its name for containers. */
  ensure(network: Network): Promise<string>
}

/** How a task's container is attached: the main network first. */
export interface AttachmentPlan {
  /** `HostConfig.NetworkMode`: `default` when the task names no network. */
  mode: string
  endpoints: Record<string, EndpointSettings>
}

const nodeLocal = ['host', 'bridge', 'none']

/**
 * Readies the networks of a task. Throws `TaskError` when this node cannot be on one of them.
 */
export async function attach(task: Task, cluster: ClusterNetworks | undefined): Promise<AttachmentPlan> {
  const endpoints: Record<string, EndpointSettings> = {}
  // The ingress network only carries published ports; a network of the user's own comes first.
  const ordered = [...task.networks].sort((a, b) => Number(a.network.spec.ingress) - Number(b.network.spec.ingress))
  for (const attachment of ordered) {
    const name = await networkName(attachment, cluster)
    // The node's own networks know no names.
    endpoints[name] = nodeLocal.includes(name) ? {} : endpointSettings(task, attachment)
  }
  const [main] = Object.keys(endpoints)
  return { mode: main ?? 'default', endpoints: main === 'host' || main === 'none' ? {} : endpoints }
}

async function networkName({ network }: NetworkAttachment, cluster: ClusterNetworks | undefined): Promise<string> {
  const { name, scope, driver } = network.spec
  if (scope === 'local' || nodeLocal.includes(name)) return name
  if (!cluster) {
    throw new TaskError(
      network.spec.ingress
        ? `this node cannot take part in the ingress network: publish the service's ports with mode=host`
        : `this node cannot take part in network ${name} (driver ${driver.name || 'overlay'})`,
    )
  }
  return cluster.ensure(network)
}

function endpointSettings(task: Task, { addresses, aliases, driverOptions }: NetworkAttachment): EndpointSettings {
  const plain = addresses.map((address) => address.split('/')[0] as string)
  const ipv4 = plain.find((address) => !address.includes(':'))
  const ipv6 = plain.find((address) => address.includes(':'))
  const names = task.serviceAnnotations.name === '' ? [] : [task.serviceAnnotations.name]
  return {
    ...((ipv4 ?? ipv6) !== undefined && {
      IPAMConfig: { ...(ipv4 !== undefined && { IPv4Address: ipv4 }), ...(ipv6 !== undefined && { IPv6Address: ipv6 }) },
    }),
    Aliases: [...new Set([...names, ...aliases])],
    ...(Object.keys(driverOptions).length > 0 && { DriverOpts: driverOptions }),
  }
}
