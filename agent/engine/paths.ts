import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** A path that a unix socket can be bound to below needs to be this short. */
const socketDirBytesMax = 70

/**
 * Where the engine keeps things. What must not outlive a boot is below the exec root, what lasts is below
 * the data root.
 */
export class EnginePaths {
  constructor(
    readonly execRoot: string,
    readonly dataRoot: string,
  ) {}

  /** The OCI runtime's own state. */
  get runtimeRoot(): string {
    return join(this.execRoot, 'oci')
  }
  /** Programs on mounts of our own. */
  get programsDir(): string {
    return join(this.execRoot, 'bin')
  }
  /** conmon writes exit codes here. */
  get exitDir(): string {
    return join(this.execRoot, 'exits')
  }
  /** There when a container was told to end and its record could not say so. */
  stoppedMark(id: string): string {
    return join(this.exitDir, `${id}.stopped`)
  }
  get bundlesDir(): string {
    return join(this.execRoot, 'c')
  }
  /** OCI bundle, sockets and FIFOs of one running container. */
  bundle(id: string): string {
    return join(this.bundlesDir, id)
  }
  exec(id: string, execId: string): string {
    return join(this.bundle(id), `exec-${execId.slice(0, 16)}`)
  }
  /** Where the socket for handing over a terminal is made. */
  get socketDir(): string {
    return Buffer.byteLength(this.execRoot) <= socketDirBytesMax ? this.execRoot : '/tmp'
  }

  get containersDir(): string {
    return join(this.dataRoot, 'containers')
  }
  /** Log and /etc files of one container. */
  container(id: string): string {
    return join(this.containersDir, id)
  }
  log(id: string): string {
    return join(this.container(id), `${id}.log`)
  }
  /** There when the container was removed, whatever the state database says. */
  removedMark(id: string): string {
    return join(this.container(id), 'removed')
  }
  hosts(id: string): string {
    return join(this.container(id), 'hosts')
  }
  hostname(id: string): string {
    return join(this.container(id), 'hostname')
  }
  /** Where the memory file system of a container is that shares its /dev/shm. */
  sharedMemory(id: string): string {
    return join(this.container(id), 'shm')
  }
  resolvConf(id: string): string {
    return join(this.container(id), 'resolv.conf')
  }

  /** The control group above this daemon's containers: daemons on one kernel have different exec roots. */
  get cgroupParent(): string {
    return `/skep-${createHash('sha256').update(this.execRoot).digest('hex').slice(0, 8)}`
  }
}
