/** What tracing a service from one node or container found: `skep network trace`, and `GET /skep/v1/trace`. */
export interface ServiceTrace {
  Service: { ID: string; Name: string; EndpointMode: string }
  /** The node that looked, and the container by whose eyes, if there was one on a network of the service. */
  From: { NodeID: string; Hostname: string; DataPathAddress: string; ContainerID?: string; ContainerName?: string }
  Networks: TracedNetwork[]
  /** Ports published on every node, asked on the node that looked. */
  Ports: TracedPort[]
  /** A sentence for each thing that is not as it should be; empty when everything answers. */
  Problems: string[]
}

export interface TracedNetwork {
  ID: string
  Name: string
  Encrypted: boolean
  /** Empty for services that answer by their tasks' addresses. */
  VirtualIPs: string[]
  /** What the names of the service resolve to. */
  Names: { Name: string; Type: 'A' | 'AAAA'; Addresses: string[]; Error?: string }[]
  /** Connections to each virtual IP. */
  VirtualIPChecks: TracedCheck[]
  Backends: TracedBackend[]
}

export interface TracedBackend {
  TaskID: string
  Name: string
  Addresses: string[]
  NodeID: string
  Hostname: string
  /** On the node that looked. */
  Local: boolean
  /** New flows are led to it. */
  Serving: boolean
  /** Its share of new flows from the node that looked, of 1. */
  Share: number
  /** The way packets take to it. */
  Path: { Kind: 'local' | 'vxlan' | 'vxlan over wireguard'; DataPathAddress: string; Port: number; VNI: number }
  Checks: TracedCheck[]
}

/** One attempt to connect. */
export interface TracedCheck {
  Address: string
  /** 0 when the service says no port: then only whether the address answers at all was asked. */
  Port: number
  Protocol: string
  /**
   * `silent`: neither an answer to a datagram nor a refusal, so the port is open, or the datagram was lost on its way.
   * `skipped`: nothing here could ask.
   */
  Result: 'answers' | 'fails' | 'silent' | 'skipped'
  /** Why it fails or was skipped. */
  Reason?: string
  Milliseconds?: number
}

export interface TracedPort {
  Protocol: string
  PublishedPort: number
  TargetPort: number
  PublishMode: string
  Check: TracedCheck
}

/** What is to be traced. */
export interface TraceRequest {
  /** Name, id, start of an id, or an alias on one of its networks. */
  service: string
  /** Name or id: this network alone. */
  network?: string
  /** A container of this node, by whose eyes to look. */
  container?: string
}
