import { invalid } from '../../../base/errors.js'
import { flag, type FlagTable, type FlagValues } from '../../../base/flags.js'
import { parseDuration } from '../../../base/values.js'
import { parseCpus } from '../../options/cpus.js'
import { parseMount } from '../../options/mount.js'
import { parseServicePort } from '../../options/port.js'
import { parseUlimit } from '../../options/ulimit.js'
import { genericResource } from './create-spec.js'

/** Throws `invalid` for a time below nothing. */
function positiveDuration(text: string): void {
  if ((parseDuration(text) ?? 0) < 0) throw invalid('duration cannot be negative')
}

/** Flags that `service create` and `service update` share. */
const commonFlags = {
  'cap-add': flag.list('Add Linux capabilities'),
  'cap-drop': flag.list('Drop Linux capabilities'),
  detach: flag.bool('Exit immediately instead of waiting for the service to converge', { short: 'd' }),
  'endpoint-mode': flag.string('Endpoint mode (vip or dnsrr)'),
  entrypoint: flag.string('Overwrite the default ENTRYPOINT of the image', { valueName: 'command' }),
  'health-cmd': flag.string('Command to run to check health'),
  'health-interval': flag.duration('Time between running the check (ms|s|m|h)', { check: positiveDuration }),
  'health-retries': flag.int('Consecutive failures needed to report unhealthy'),
  'health-start-interval': flag.duration('Time between running the check during the start period (ms|s|m|h)', { check: positiveDuration }),
  'health-start-period': flag.duration('Start period for the container to initialize before counting retries towards unstable (ms|s|m|h)', { check: positiveDuration }),
  'health-timeout': flag.duration('Maximum time to allow one check to run (ms|s|m|h)', { check: positiveDuration }),
  hostname: flag.string('Container hostname'),
  init: flag.bool('Use an init inside each service container to forward signals and reap processes'),
  isolation: flag.string('Service container isolation mode'),
  'limit-cpu': flag.string('Limit CPUs', { valueName: 'decimal', check: parseCpus }),
  'limit-memory': flag.bytes('Limit Memory'),
  'limit-pids': flag.int('Limit maximum number of processes (default 0 = unlimited)'),
  'log-driver': flag.string('Logging driver for service'),
  'log-opt': flag.list('Logging driver options'),
  'max-concurrent': flag.int('Number of job tasks to run concurrently (default equal to --replicas)', { valueName: 'uint' }),
  'no-healthcheck': flag.bool('Disable any container-specified HEALTHCHECK'),
  'no-resolve-image': flag.bool('Do not query the registry to resolve image digest and supported platforms'),
  'oom-score-adj': flag.int("Tune host's OOM preferences (-1000 to 1000)"),
  'prefer-local': flag.bool('Lead clients to tasks on their own node while there are some'),
  quiet: flag.bool('Suppress progress output', { short: 'q' }),
  'read-only': flag.bool("Mount the container's root filesystem as read only"),
  replicas: flag.int('Number of tasks', { valueName: 'uint' }),
  'replicas-max-per-node': flag.int('Maximum number of tasks per node (default 0 = unlimited)', { valueName: 'uint' }),
  'reserve-cpu': flag.string('Reserve CPUs', { valueName: 'decimal', check: parseCpus }),
  'reserve-memory': flag.bytes('Reserve Memory'),
  'restart-condition': flag.string('Restart when condition is met ("none", "on-failure", "any") (default "any")'),
  'restart-delay': flag.duration('Delay between restart attempts (ns|us|ms|s|m|h) (default 5s)'),
  'restart-max-attempts': flag.int('Maximum number of restarts before giving up', { valueName: 'uint' }),
  'restart-window': flag.duration('Window used to evaluate the restart policy (ns|us|ms|s|m|h)'),
  'rollback-delay': flag.duration('Delay between task rollbacks (ns|us|ms|s|m|h) (default 0s)'),
  'rollback-failure-action': flag.string('Action on rollback failure ("pause", "continue") (default "pause")'),
  'rollback-max-failure-ratio': flag.float('Failure rate to tolerate during a rollback (default 0)', { valueName: 'float' }),
  'rollback-monitor': flag.duration('Duration after each task rollback to monitor for failure (ns|us|ms|s|m|h) (default 5s)'),
  'rollback-order': flag.string('Rollback order ("start-first", "stop-first") (default "stop-first")'),
  'rollback-parallelism': flag.int('Maximum number of tasks rolled back simultaneously (0 to roll back all at once) (default 1)', { valueName: 'uint' }),
  'stop-grace-period': flag.duration('Time to wait before force killing a container (ns|us|ms|s|m|h) (default 10s)'),
  'stop-signal': flag.string('Signal to stop the container'),
  tty: flag.bool('Allocate a pseudo-TTY', { short: 't' }),
  'update-delay': flag.duration('Delay between updates (ns|us|ms|s|m|h) (default 0s)'),
  'update-failure-action': flag.string('Action on update failure ("pause", "continue", "rollback") (default "pause")'),
  'update-max-failure-ratio': flag.float('Failure rate to tolerate during an update (default 0)', { valueName: 'float' }),
  'update-monitor': flag.duration('Duration after each task update to monitor for failure (ns|us|ms|s|m|h) (default 5s)'),
  'update-order': flag.string('Update order ("start-first", "stop-first") (default "stop-first")'),
  'update-parallelism': flag.int('Maximum number of tasks updated simultaneously (0 to update all at once) (default 1)', { valueName: 'uint' }),
  user: flag.string('Username or UID (format: <name|uid>[:<group|gid>])', { short: 'u' }),
  'with-registry-auth': flag.bool('Send registry authentication details to swarm agents'),
  workdir: flag.string('Working directory inside the container', { short: 'w' }),
} as const

/** The same flags where what is not given stays as it is: their help names no defaults but those that are for every command. */
function withoutDefaults<T extends FlagTable>(flags: T): T {
  const bare = Object.entries(flags).map(([name, one]) => [name, { ...one, help: one.help.replace(/ \(default (?!0 = |equal to )[^)]*\)$/, '') }])
  return Object.fromEntries(bare) as T
}

export const createFlags = {
  ...commonFlags,
  'endpoint-mode': flag.string('Endpoint mode (vip or dnsrr) (default "vip")'),
  config: flag.list('Specify configurations to expose to the service', { valueName: 'config' }),
  constraint: flag.list('Placement constraints'),
  'container-label': flag.list('Container labels'),
  dns: flag.list('Set custom DNS servers'),
  'dns-option': flag.list('Set DNS options'),
  'dns-search': flag.list('Set custom DNS search domains'),
  env: flag.list('Set environment variables', { short: 'e' }),
  'env-file': flag.list('Read in a file of environment variables'),
  'generic-resource': flag.list('User defined resources', { check: genericResource }),
  group: flag.list('Set one or more supplementary user groups for the container'),
  host: flag.list('Set one or more custom host-to-IP mappings (host:ip)'),
  label: flag.list('Service labels', { short: 'l' }),
  mode: flag.string('Service mode ("replicated", "global", "replicated-job", "global-job")', { default: 'replicated' }),
  mount: flag.list('Attach a filesystem mount to the service', { valueName: 'mount', check: parseMount }),
  name: flag.string('Service name'),
  network: flag.list('Network attachments', { valueName: 'network' }),
  'placement-pref': flag.list('Add a placement preference', { valueName: 'pref' }),
  publish: flag.list('Publish a port as a node port', { short: 'p', valueName: 'port', check: parseServicePort }),
  secret: flag.list('Specify secrets to expose to the service', { valueName: 'secret' }),
  sysctl: flag.list('Sysctl options'),
  ulimit: flag.list('Ulimit options', { valueName: 'ulimit', check: parseUlimit }),
} as const

/** For each list of a service: what `update` adds and removes. */
export const updateFlags = {
  ...withoutDefaults(commonFlags),
  args: flag.string('Service command args', { valueName: 'command' }),
  'config-add': flag.list('Add or update a config file on a service', { valueName: 'config' }),
  'config-rm': flag.list('Remove a configuration file'),
  'constraint-add': flag.list('Add or update a placement constraint'),
  'constraint-rm': flag.list('Remove a constraint'),
  'container-label-add': flag.list('Add or update a container label'),
  'container-label-rm': flag.list('Remove a container label by its key'),
  'dns-add': flag.list('Add or update a custom DNS server'),
  'dns-option-add': flag.list('Add or update a DNS option'),
  'dns-option-rm': flag.list('Remove a DNS option'),
  'dns-rm': flag.list('Remove a custom DNS server'),
  'dns-search-add': flag.list('Add or update a custom DNS search domain'),
  'dns-search-rm': flag.list('Remove a DNS search domain'),
  'env-add': flag.list('Add or update an environment variable'),
  'env-rm': flag.list('Remove an environment variable'),
  force: flag.bool('Force update even if no changes require it'),
  'generic-resource-add': flag.list('Add a Generic resource', { check: genericResource }),
  'generic-resource-rm': flag.list('Remove a Generic resource'),
  'group-add': flag.list('Add an additional supplementary user group to the container'),
  'group-rm': flag.list('Remove a previously added supplementary user group from the container'),
  'host-add': flag.list('Add a custom host-to-IP mapping ("host:ip")'),
  'host-rm': flag.list('Remove a custom host-to-IP mapping ("host:ip")'),
  image: flag.string('Service image tag'),
  'label-add': flag.list('Add or update a service label'),
  'label-rm': flag.list('Remove a label by its key'),
  'mount-add': flag.list('Add or update a mount on a service', { valueName: 'mount', check: parseMount }),
  'mount-rm': flag.list('Remove a mount by its target path'),
  'network-add': flag.list('Add a network', { valueName: 'network' }),
  'network-rm': flag.list('Remove a network'),
  'placement-pref-add': flag.list('Add a placement preference', { valueName: 'pref' }),
  'placement-pref-rm': flag.list('Remove a placement preference', { valueName: 'pref' }),
  'publish-add': flag.list('Add or update a published port', { valueName: 'port', check: parseServicePort }),
  'publish-rm': flag.list('Remove a published port by its target port', { valueName: 'port' }),
  rollback: flag.bool('Rollback to previous specification'),
  'secret-add': flag.list('Add or update a secret on a service', { valueName: 'secret' }),
  'secret-rm': flag.list('Remove a secret'),
  'sysctl-add': flag.list('Add or update a Sysctl option'),
  'sysctl-rm': flag.list('Remove a Sysctl option'),
  'ulimit-add': flag.list('Add or update a ulimit option', { valueName: 'ulimit', check: parseUlimit }),
  'ulimit-rm': flag.list('Remove a ulimit option'),
} as const

export type CommonFlagValues = FlagValues<typeof commonFlags>
export type CreateFlagValues = FlagValues<typeof createFlags>
export type UpdateFlagValues = FlagValues<typeof updateFlags>
