import type { ContainerConfig, HealthConfig } from '../../src/model/engine-api/container.js'
import type { ImageConfig } from '../../src/model/engine-api/image.js'

/**
 * The settings that a container runs with: the client's over the image's. Environment, labels, volumes
 * and ports add up, the rest replaces. An entrypoint of the client's drops the image's command.
 */
export function mergeConfig(asked: ContainerConfig, image: ImageConfig): ContainerConfig {
  const ownEntrypoint = asked.Entrypoint != null && asked.Entrypoint.length > 0
  // [""] is how clients say "no entrypoint".
  const cleared = ownEntrypoint && asked.Entrypoint?.length === 1 && asked.Entrypoint[0] === ''
  const entrypoint = cleared ? [] : ownEntrypoint ? (asked.Entrypoint ?? []) : (image.Entrypoint ?? [])
  const command = asked.Cmd != null && asked.Cmd.length > 0 ? asked.Cmd : ownEntrypoint ? [] : (image.Cmd ?? [])
  const health = mergeHealth(asked.Healthcheck, image.Healthcheck)
  return {
    ...asked,
    User: asked.User || image.User || '',
    Env: mergeEnvironment(image.Env ?? [], asked.Env ?? []),
    Cmd: command,
    Entrypoint: entrypoint,
    WorkingDir: asked.WorkingDir || image.WorkingDir || '',
    Labels: { ...image.Labels, ...asked.Labels },
    Volumes: { ...image.Volumes, ...asked.Volumes },
    ExposedPorts: { ...image.ExposedPorts, ...asked.ExposedPorts },
    ...(health && { Healthcheck: health }),
    ...((asked.StopSignal ?? image.StopSignal) && { StopSignal: asked.StopSignal || image.StopSignal || '' }),
    ...((asked.Shell ?? image.Shell) && { Shell: asked.Shell ?? image.Shell ?? null }),
  }
}

/** The image's variables, then the client's; a name given by both has the client's value. */
function mergeEnvironment(image: readonly string[], asked: readonly string[]): string[] {
  const nameOf = (entry: string): string => entry.split('=')[0] ?? ''
  const names = new Set(asked.map(nameOf))
  return [...image.filter((entry) => !names.has(nameOf(entry))), ...asked]
}

/** Fields that the client left at zero come from the image. */
function mergeHealth(asked: HealthConfig | undefined, image: HealthConfig | undefined): HealthConfig | undefined {
  if (!asked) return image
  if (!image) return asked
  const merged: HealthConfig = { ...image }
  if (asked.Test?.length) merged.Test = asked.Test
  for (const field of ['Interval', 'Timeout', 'Retries', 'StartPeriod', 'StartInterval'] as const) {
    const value = asked[field]
    if (value) merged[field] = value
  }
  return merged
}
