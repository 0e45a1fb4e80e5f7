/** Commands of docker's that are not here, with what to do in place of them. */
const commands: Readonly<Record<string, string>> = {
  buildx: 'BuildKit is not spoken: `skep build` does most of what its builds do',
  checkpoint: 'containers are not checkpointed',
  compose: 'docker-compose works with DOCKER_HOST at the daemon\'s socket; `skep stack` deploys Compose files to the cluster',
  manifest: 'lists of images are not made or changed here; pull, push and load keep them',
  trust: 'content trust is not there',
  'volume update': 'cluster volumes (CSI) are not there, and no others can be updated',
}

const windows = 'it is for Windows containers, which are not there'
const clusterVolumes = 'cluster volumes (CSI) are not there'
/** The same for flags. */
const flags: Readonly<Record<string, string>> = {
  availability: clusterVolumes,
  checkpoint: 'containers are not checkpointed',
  'checkpoint-dir': 'containers are not checkpointed',
  cluster: clusterVolumes,
  'cpu-count': windows,
  'cpu-percent': windows,
  'credential-spec': windows,
  'io-maxbandwidth': windows,
  'io-maxiops': windows,
  'kernel-memory': 'kernels since 5.16 have no such limit; --memory counts the memory of the kernel too',
  'limit-bytes': clusterVolumes,
  'required-bytes': clusterVolumes,
  sharing: clusterVolumes,
  'topology-preferred': clusterVolumes,
  'topology-required': clusterVolumes,
  'use-api-socket': 'mount the socket: -v /var/run/skep.sock:/var/run/docker.sock',
}

/** The same for flags that are no rare words, by command. */
const flagsOf: Readonly<Record<string, readonly string[]>> = {
  'volume create': ['type', 'scope', 'group', 'secret'],
}

const found = (table: Readonly<Record<string, string>>, name: string): string | undefined => (Object.hasOwn(table, name) ? table[name] : undefined)

/** Why a command of docker's is not here: `checkpoint`, `volume update`. Undefined for what docker does not know either. */
export const commandNotDone = (words: string): string | undefined => found(commands, words)

/** The same for the long name of a flag of a command (`volume create`). */
export function flagNotDone(name: string, command: string): string | undefined {
  return flagsOf[command]?.includes(name) ? clusterVolumes : found(flags, name)
}
