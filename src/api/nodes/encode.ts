import { invalid } from '../../base/errors.js'
import type { Node as NodeJson, NodeDescription as DescriptionJson, NodeSpec as NodeSpecJson, TLSInfo } from '../../model/engine-api/swarm.js'
import type { Node, NodeDescription, NodeSpec } from '../../model/node.js'
import { encodeBytes, encodeMeta, omitEmpty } from '../encode.js'
import { encodeResources } from '../services/encode-task-spec.js'

/** A node as the Engine API has it. */
export function encodeNode(node: Node): NodeJson {
  const { managerStatus } = node
  return {
    ...encodeMeta(node.id, node.meta),
    Spec: encodeNodeSpec(node.spec),
    Description: node.description ? encodeDescription(node.description) : {},
    Status: { State: node.status.state, ...omitEmpty({ Message: node.status.message, Addr: node.status.address }) },
    ...(managerStatus && {
      ManagerStatus: {
        ...omitEmpty({ Leader: managerStatus.leader }),
        Reachability: managerStatus.reachability,
        Addr: managerStatus.address,
      },
    }),
  }
}

export function encodeNodeSpec(spec: NodeSpec): NodeSpecJson {
  return { ...omitEmpty({ Name: spec.name }), Labels: spec.labels, Role: spec.role, Availability: spec.availability }
}

/** Throws `invalid` when role or availability is missing: an update replaces the whole spec. */
export function decodeNodeSpec(json: NodeSpecJson): NodeSpec {
  if (json.Role === undefined) throw invalid('invalid Role: "", use worker or manager')
  if (json.Availability === undefined) throw invalid('invalid Availability: "", use active, pause or drain')
  return { name: json.Name ?? '', labels: json.Labels ?? {}, role: json.Role, availability: json.Availability }
}

function encodeDescription(description: NodeDescription): DescriptionJson {
  const { tls } = description
  return {
    Hostname: description.hostname,
    Platform: { Architecture: description.platform.architecture, OS: description.platform.os },
    Resources: encodeResources(description.resources),
    Engine: {
      EngineVersion: description.engineVersion,
      ...omitEmpty({
        Labels: description.engineLabels,
        Plugins: description.plugins.map(({ type, name }) => ({ Type: type, Name: name })),
      }),
    },
    TLSInfo: tls ? encodeTls(tls.trustRootPem, tls.issuerSubject, tls.issuerPublicKey) : {},
  }
}

/** What a client needs to see which root a node or the cluster trusts. */
export function encodeTls(trustRootPem: string, issuerSubject: Uint8Array, issuerPublicKey: Uint8Array): TLSInfo {
  return omitEmpty({
    TrustRoot: trustRootPem,
    CertIssuerSubject: encodeBytes(issuerSubject),
    CertIssuerPublicKey: encodeBytes(issuerPublicKey),
  })
}
