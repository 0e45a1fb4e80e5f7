/**
 * JSON shapes of the Engine API, version 1.51: plugin. Field names, casing and nesting are the contract of
 * Docker's published definition. These are sent, so fields are optional only where they can be missing.
 */

export interface Plugin {
  Id: string
  Name: string
  Enabled: boolean
  Settings: PluginSettings
  PluginReference?: string
  Config: PluginConfig
}

/** What was set by `docker plugin set`, or stands in the configuration. */
export interface PluginSettings {
  Mounts: PluginMount[]
  /** `NAME=value` */
  Env: string[]
  Args: string[]
  Devices: PluginDevice[]
}

export interface PluginConfig {
  DockerVersion?: string
  Description: string
  Documentation: string
  Interface: {
    /** `docker.volumedriver/1.0`: clients read strings, although the definition has an object. */
    Types: string[]
    Socket: string
    ProtocolScheme?: string
  }
  Entrypoint: string[]
  WorkDir: string
  User: {
    UID?: number
    GID?: number
  }
  Network: {
    Type: string
  }
  Linux: {
    Capabilities: string[]
    AllowAllDevices: boolean
    Devices: PluginDevice[]
  }
  PropagatedMount: string
  IpcHost: boolean
  PidHost: boolean
  Mounts: PluginMount[]
  Env: PluginEnv[]
  Args: {
    Name: string
    Description: string
    Settable: string[]
    Value: string[]
  }
  rootfs?: {
    type: string
    diff_ids: string[]
  }
}

export interface PluginMount {
  Name: string
  Description: string
  Settable: string[]
  Source?: string
  Destination: string
  Type: string
  Options: string[]
}

export interface PluginDevice {
  Name: string
  Description: string
  Settable: string[]
  Path?: string
}

export interface PluginEnv {
  Name: string
  Description: string
  Settable: string[]
  Value?: string
}

export interface PluginPrivilege {
  Name?: string
  Description?: string
  Value?: string[]
}
