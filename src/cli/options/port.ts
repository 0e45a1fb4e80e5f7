import { isIP } from 'node:net'
import { invalid } from '../../base/errors.js'
import type { PortMap } from '../../model/engine-api/container.js'
import type { EndpointPortConfig } from '../../model/engine-api/swarm.js'
import { proxyProtocolLabelPrefix } from '../../model/network-table.js'
import { csvFields } from './csv.js'

type Protocol = 'tcp' | 'udp' | 'sctp'

/** One pair of a `-p` option. `hostPort` is empty when the engine is to choose. */
export interface PortPublication {
  hostIp: string
  hostPort: string
  containerPort: number
  protocol: Protocol
}

/** `[[HOST_IP:][HOST_PORT[-END]]:]CONTAINER_PORT[-END][/PROTOCOL]`, ranges written out. */
export function parsePublish(text: string): PortPublication[] {
  const [spec = '', protocolText = 'tcp', ...more] = text.split('/')
  const protocol = protocolText.toLowerCase()
  if (more.length > 0 || !isProtocol(protocol)) throw invalid(`invalid proto: ${protocolText}`)
  // An IPv6 host address stands in brackets.
  const bracketed = /^\[([^\]]*)\]:(.*)$/.exec(spec)
  const parts = (bracketed ? (bracketed[2] as string) : spec).split(':')
  const containerText = parts.pop() ?? ''
  const hostText = parts.pop() ?? ''
  const hostIp = bracketed ? (bracketed[1] as string) : parts.join(':')
  if (hostIp !== '' && isIP(hostIp) === 0) throw invalid(`invalid IP address: ${hostIp}`)
  if (containerText === '') throw invalid(`no port specified: ${text}<empty>`)
  const container = portRange(containerText, `invalid containerPort: ${containerText}`)
  if (hostText === '') {
    return container.map((containerPort) => ({ hostIp, hostPort: '', containerPort, protocol }))
  }
  const host = portRange(hostText, `invalid hostPort: ${hostText}`)
  if (container.length !== host.length) {
    // One container port on any free port of a range.
    if (container.length === 1) return [{ hostIp, hostPort: hostText, containerPort: container[0] as number, protocol }]
    throw invalid(`invalid ranges specified for container and host Ports: ${containerText} and ${hostText}`)
  }
  return container.map((containerPort, index) => ({ hostIp, hostPort: String(host[index]), containerPort, protocol }))
}

function isProtocol(text: string): text is Protocol {
  return text === 'tcp' || text === 'udp' || text === 'sctp'
}

function portRange(text: string, problem: string): number[] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  const first = Number(match?.[1])
  const last = match?.[2] === undefined ? first : Number(match[2])
  if (!match || first > 65_535 || last > 65_535 || last < first) throw invalid(problem)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

/** The `ExposedPorts` and `PortBindings` of a container from its `-p` options. */
export function portBindings(options: readonly string[]): { exposed: Record<string, Record<string, unknown>>; bindings: PortMap } {
  const exposed: Record<string, Record<string, unknown>> = {}
  const bindings: PortMap = {}
  for (const { hostIp, hostPort, containerPort, protocol } of options.flatMap(parsePublish)) {
    const key = `${containerPort}/${protocol}`
    exposed[key] = {}
    const list = bindings[key] ?? []
    list.push({ HostIp: hostIp, HostPort: hostPort })
    bindings[key] = list
  }
  return { exposed, bindings }
}

/**
 * A service's `-p` option, short (`8080:80/udp`, `8000-8002:80-82`) or long
 * (`published=8000-8002,target=80-82,mode=host,proxy-protocol=v2`), ranges written out. An address of the host is
 * refused, unless `anyAddress` passes over it. Throws `invalid`.
 */
export function parseServicePort(text: string, anyAddress = false): EndpointPortConfig[] {
  if (!text.includes('=')) {
    return parsePublish(text).map(({ hostIp, hostPort, containerPort, protocol }) => {
      if (hostIp !== '' && !anyAddress) throw invalid(`hostip is not supported: ${text}`)
      if (hostPort.includes('-')) throw invalid(`invalid publish format: ${text}: a service publishes a range port by port`)
      return { Protocol: protocol, TargetPort: containerPort, PublishedPort: Number(hostPort || 0), PublishMode: 'ingress' as const }
    })
  }
  const port: EndpointPortConfig = { Protocol: 'tcp', PublishMode: 'ingress' }
  const numbers: { target?: number[]; published?: number[] } = {}
  let proxyProtocol = false
  for (const { key, value, field } of csvFields(text)) {
    if (value === undefined) throw invalid(`invalid field: ${field}`)
    switch (key) {
      case 'protocol':
        if (!isProtocol(value)) throw invalid(`invalid protocol value '${value}'`)
        port.Protocol = value
        break
      case 'mode':
        if (value !== 'host' && value !== 'ingress') throw invalid(`invalid publish mode value '${value}'`)
        port.PublishMode = value
        break
      case 'target':
      case 'published': {
        numbers[key] = portRange(value, `invalid ${key} port (${value}): value must be from 0 to 65535`)
        break
      }
      case 'proxy-protocol':
        if (value !== 'v2') throw invalid(`invalid proxy-protocol value '${value}': only v2 is there`)
        proxyProtocol = true
        break
      default:
        throw invalid(`invalid field key ${key}`)
    }
  }
  const { target = [], published } = numbers
  if (!target[0]) throw invalid(`missing mandatory field "target"`)
  if (published && published.length !== target.length) {
    throw invalid(`invalid ranges of published and target ports: ${published.length} published, ${target.length} targets: ${text}`)
  }
  if (proxyProtocol && (!published?.[0] || port.Protocol !== 'tcp' || port.PublishMode !== 'ingress')) {
    throw invalid(`proxy-protocol is for TCP ports in ingress mode with a published port of their own: ${text}`)
  }
  return target.map((number, i) => ({ ...port, TargetPort: number, ...(published && { PublishedPort: published[i] }) }))
}

/** The service labels for the options that ask for the PROXY protocol (`proxy-protocol=v2`). */
export function proxyProtocolLabels(options: readonly string[]): Record<string, string> {
  const asked = options.filter((text) => text.includes('=') && csvFields(text).some(({ key }) => key === 'proxy-protocol'))
  return Object.fromEntries(asked.flatMap((text) => parseServicePort(text)).map(({ PublishedPort }) => [`${proxyProtocolLabelPrefix}${PublishedPort ?? 0}`, 'v2']))
}
