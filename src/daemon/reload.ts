import { hostname } from 'node:os'
import { messageOf } from '../base/errors.js'
import { insecureByDefault } from '../../agent/image/registry/endpoints.js'
import type { AdjustableLogger } from '../sys/logger.js'
import type { DaemonConfig } from './config.js'
import type { HostParts } from './host-parts.js'
import { levelOf } from './log-level.js'

/** What can change while the daemon runs: dockerd's list, as far as these settings are here. */
const reloadable = [
  'debug', 'insecure-registry', 'label', 'live-restore', 'max-concurrent-downloads', 'max-concurrent-uploads', 'max-download-attempts', 'registry-mirror',
  'shutdown-timeout',
] as const satisfies readonly (keyof DaemonConfig)[]

export interface ReloadDeps {
  /** The settings in force; those that can change are changed in it. */
  config: DaemonConfig
  /** Flags and file together, read anew. Throws for a bad file. */
  load: () => DaemonConfig
  parts: Pick<HostParts, 'registries' | 'events'>
  engineId: string
  log: AdjustableLogger
}

/** Puts a changed configuration file in force (SIGHUP). A bad one changes nothing and is logged. True when it was taken. */
export function reload({ config, load, parts, engineId, log }: ReloadDeps): boolean {
  let fresh: DaemonConfig
  try {
    fresh = load()
    parts.registries.reconfigure({
      mirrors: fresh['registry-mirror'],
      insecure: [...insecureByDefault, ...fresh['insecure-registry']],
      downloadsAtOnce: fresh['max-concurrent-downloads'],
      uploadsAtOnce: fresh['max-concurrent-uploads'],
      downloadAttemptsMax: fresh['max-download-attempts'],
    })
  } catch (thrown) {
    log.error(`the configuration was not reloaded, the old one stays: ${messageOf(thrown)}`)
    return false
  }
  const waiting = (Object.keys(fresh) as (keyof DaemonConfig)[]).filter((name) => !reloadable.some((one) => one === name) && JSON.stringify(fresh[name]) !== JSON.stringify(config[name]))
  for (const name of reloadable) Object.assign(config, { [name]: fresh[name] })
  log.setLevel(levelOf(config))
  const values = Object.fromEntries(reloadable.map((name) => [eventNames[name] ?? name, textOf(config[name])]))
  log.info('reloaded configuration', values)
  if (waiting.length > 0) log.warn(`these settings are taken at the next start: ${waiting.join(', ')}`)
  parts.events.publish('daemon', 'reload', engineId, { name: hostname(), ...values })
  return true
}

/** Lists have the names of the file in dockerd's event. */
const eventNames: Partial<Record<(typeof reloadable)[number], string>> = { label: 'labels', 'insecure-registry': 'insecure-registries', 'registry-mirror': 'registry-mirrors' }

function textOf(value: boolean | number | string[]): string {
  return Array.isArray(value) ? JSON.stringify(value) : String(value)
}
