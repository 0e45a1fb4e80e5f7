import type { BuildCache } from '../../model/engine-api/image.js'
import type { SystemInfo } from '../../model/engine-api/system.js'
import { atLeast, type ApiVersion } from '../versions.js'

/**
 * The host with the fields of old versions: until 1.49 those of bridge netfilter (false since Docker 28), until 1.48 the
 * expected commits and the registries of foreign layers, until 1.24 options of security by their names alone.
 */
export function encodeInfo(info: SystemInfo, version: ApiVersion): Record<string, unknown> {
  const { ContainerdCommit, RuncCommit, InitCommit, RegistryConfig, SecurityOptions } = info
  const commits = Object.entries({ ContainerdCommit, RuncCommit, InitCommit }).map(([key, commit]) => [key, { ...commit, Expected: commit?.ID ?? '' }])
  return {
    ...info,
    ...(!atLeast(version, '1.50') && { BridgeNfIptables: false, BridgeNfIp6tables: false }),
    ...(!atLeast(version, '1.49') && {
      ...Object.fromEntries(commits),
      RegistryConfig: { AllowNondistributableArtifactsCIDRs: null, AllowNondistributableArtifactsHostnames: null, ...RegistryConfig },
    }),
    ...(!atLeast(version, '1.25') && {
      ExecutionDriver: '<not supported>',
      SecurityOptions: (SecurityOptions ?? []).map((option) => /^name=([^,]*)/.exec(option)?.[1] ?? option),
    }),
  }
}

/** One entry of the build cache; until 1.41 it had one parent. */
export function encodeBuildCache(entry: BuildCache, version: ApiVersion): Record<string, unknown> {
  const { Parents: parents = [], ...others } = entry
  return atLeast(version, '1.42') ? { ...entry } : { ...others, Parent: parents?.[0] ?? '' }
}
