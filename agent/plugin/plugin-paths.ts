import { join } from 'node:path'

/** Unix sockets have short paths: so much of an id tells plugins of one host apart. */
const shortIdLength = 16

/** Where plugins keep things: what lasts is below the data root, what a boot ends below the exec root. */
export class PluginPaths {
  constructor(
    private readonly execRoot: string,
    private readonly dataRoot: string,
  ) {}

  /** The OCI runtime's own state. */
  get runtimeRoot(): string {
    return join(this.execRoot, 'plugin-oci')
  }
  /** conmon writes exit codes here. */
  get exitDir(): string {
    return join(this.execRoot, 'plugin-exits')
  }
  /** One folder for each plugin that runs, named by the beginning of its id. */
  get runDir(): string {
    return join(this.execRoot, 'plugins')
  }
  /** The OCI bundle of a plugin that runs. */
  bundle(id: string): string {
    return join(this.runDir, id.slice(0, shortIdLength), 'b')
  }
  /** What the plugin sees as `/run/docker/plugins`. */
  sockets(id: string): string {
    return join(this.runDir, id.slice(0, shortIdLength), 's')
  }
  get dataDir(): string {
    return join(this.dataRoot, 'plugins')
  }
  /** What the plugin mounts here appears on the host. */
  propagated(id: string): string {
    return join(this.dataDir, id, 'propagated-mount')
  }
}
