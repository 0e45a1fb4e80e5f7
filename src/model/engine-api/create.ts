import type { ContainerConfig, HostConfig, NetworkingConfig } from './container.js'

/** The body of `POST /containers/create`. */
export interface CreateRequest extends ContainerConfig {
  /** Where Docker's SDK for Python puts it; one in `HostConfig` comes first. */
  Runtime?: string
  HostConfig?: HostConfig
  NetworkingConfig?: NetworkingConfig
}
