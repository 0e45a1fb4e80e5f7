/**
 * JSON shapes of the Engine API, version 1.51: plugin. Field names, casing and nesting are the contract of
 * Docker's published definition; every field is optional because old clients leave out what they do not know.
 */

export interface Plugin {
  Id?: string
  Name?: string
  Enabled?: boolean
  Settings?: {
    Mounts?: PluginMount[]
    Env?: string[]
    Args?: string[]
    Devices?: PluginDevice[]
  }
  PluginReference?: string
  Config?: {
    DockerVersion?: string
    Description?: string
    Documentation?: string
    Interface?: {
      Types?: PluginInterfaceType[]
      Socket?: string
      ProtocolScheme?: '' | 'moby.plugins.http/v1'
    }
    Entrypoint?: string[]
    WorkDir?: string
    User?: {
      UID?: number
      GID?: number
    }
    Network?: {
      Type?: string
    }
    Linux?: {
      Capabilities?: string[]
      AllowAllDevices?: boolean
      Devices?: PluginDevice[]
    }
    PropagatedMount?: string
    IpcHost?: boolean
    PidHost?: boolean
    Mounts?: PluginMount[]
    Env?: PluginEnv[]
    Args?: {
      Name?: string
      Description?: string
      Settable?: string[]
      Value?: string[]
    }
    rootfs?: {
      type?: string
      diff_ids?: string[]
    }
  }
}

export interface PluginMount {
  Name?: string
  Description?: string
  Settable?: string[]
  Source?: string
  Destination?: string
  Type?: string
  Options?: string[]
}

export interface PluginDevice {
  Name?: string
  Description?: string
  Settable?: string[]
  Path?: string
}

export interface PluginEnv {
  Name?: string
  Description?: string
  Settable?: string[]
  Value?: string
}

export interface PluginInterfaceType {
  Prefix?: string
  Capability?: string
  Version?: string
}

export interface PluginPrivilege {
  Name?: string
  Description?: string
  Value?: string[]
}
