import type { Volume, VolumeCreateOptions } from '../../model/engine-api/volume.js'

/** What the volume endpoints need of the engine. */
export interface VolumesBackend {
  /** `usage` asks for `UsageData`: bytes and the number of containers that use it. */
  list(options: { usage: boolean }): Promise<Volume[]>
  /** Throws `notFound`: "no such volume: x". */
  inspect(name: string): Promise<Volume>
  /** Gives the volume of that name when it exists with the same driver. An empty name is an anonymous volume. */
  create(options: Pick<VolumeCreateOptions, 'Name' | 'Driver' | 'DriverOpts' | 'Labels'>): Promise<Volume>
  /** Throws `conflict` while a container uses it. With `force`, a volume that does not exist is no error. */
  remove(name: string, force: boolean): Promise<void>
  /** Containers (running or not) that use each volume, by volume name: for the filter `dangling` and for pruning. */
  users(): Promise<ReadonlyMap<string, readonly string[]>>
  /** Tells those who follow events that unused volumes of so many bytes were removed. */
  pruned(bytes: number): void
  /** True for a volume that was made without a name. */
  isAnonymous(volume: Volume): boolean
}
