import type { TaskSpec } from '../../../src/model/service.js'

/** Ids of the networks a task asks for. */
export function networksOf(spec: TaskSpec): string[] {
  return spec.networks.map((network) => network.target)
}

/** Ids of the secrets a task is given. */
export function secretsOf(spec: TaskSpec): string[] {
  return (spec.container?.secrets ?? []).map((secret) => secret.id)
}

/** Ids of the configs a task is given, as files or as its credential spec. */
export function configsOf(spec: TaskSpec): string[] {
  const ids = (spec.container?.configs ?? []).map((config) => config.id)
  const credentials = spec.container?.privileges?.credentialSpec?.config
  return credentials ? [...ids, credentials] : ids
}
