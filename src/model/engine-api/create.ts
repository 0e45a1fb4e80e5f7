import type { ContainerConfig, HostConfig, NetworkingConfig } from './container.js'

/** The body of `POST /containers/create`. */
export interface CreateRequest extends ContainerConfig {
  HostConfig?: HostConfig
  NetworkingConfig?: NetworkingConfig
}
