import { writeFileSync } from 'node:fs'
import { ErrorKind, invalid, StatusError } from '../../../base/errors.js'
import { flag, type FlagValues } from '../../../base/flags.js'
import { parseBytes } from '../../../base/values.js'
import type { BuildQuery } from '../../../client/build.js'
import { showBuild } from '../../build/build-progress.js'
import { filesReceivers, isOfFiles, parseOutputs, refuseTerminal, writeImage } from '../../build/output.js'
import { registryConfig } from '../../build/registry-config.js'
import { parseSecrets, parseSsh } from '../../build/secret-options.js'
import { BuildSession } from '../../build/session.js'
import { verb } from '../../command.js'
import { extraHost } from '../../options/extra-host.js'
import { environmentOf, labelsOf } from '../../options/key-value.js'
import { proxySettings } from '../../options/proxies.js'
import { parseUlimit } from '../../options/ulimit.js'
import { ExitError } from '../../exit-error.js'

const flags = {
  'add-host': flag.list('Add a custom host-to-IP mapping ("host:ip")'),
  'build-arg': flag.list('Set build-time variables'),
  'build-context': flag.list('Additional build contexts (e.g., name=path)'),
  'cache-from': flag.list('Images to consider as cache sources'),
  'cgroup-parent': flag.string('Set the parent cgroup for the "RUN" instructions during build'),
  compress: flag.bool('Compress the build context using gzip'),
  'cpu-period': flag.int('Limit the CPU CFS (Completely Fair Scheduler) period'),
  'cpu-quota': flag.int('Limit the CPU CFS (Completely Fair Scheduler) quota'),
  'cpu-shares': flag.int('CPU shares (relative weight)', { short: 'c' }),
  'cpuset-cpus': flag.string('CPUs in which to allow execution (0-3, 0,1)'),
  'cpuset-mems': flag.string('MEMs in which to allow execution (0-3, 0,1)'),
  'disable-content-trust': flag.bool('Skip image verification', { default: true, hidden: true }),
  file: flag.string('Name of the Dockerfile (Default is "PATH/Dockerfile")', { short: 'f' }),
  'force-rm': flag.bool('Always remove intermediate containers'),
  iidfile: flag.string('Write the image ID to the file'),
  isolation: flag.string('Container isolation technology'),
  label: flag.list('Set metadata for an image'),
  load: flag.bool('The image is always with the daemon', { hidden: true }),
  memory: flag.bytes('Memory limit', { short: 'm' }),
  'memory-swap': flag.string("Swap limit equal to memory plus swap: '-1' to enable unlimited swap", { valueName: 'bytes' }),
  'metadata-file': flag.string('Write build result metadata to a file'),
  network: flag.string('Set the networking mode for the RUN instructions during build', { default: 'default' }),
  'no-cache': flag.bool('Do not use cache when building the image'),
  output: flag.list('Output destination (format: "type=local,dest=path")', { short: 'o' }),
  platform: flag.string('Set platform if server is multi-platform capable'),
  progress: flag.string('Set type of progress output ("auto", "plain", "tty", "quiet", "rawjson")', { default: 'auto' }),
  pull: flag.bool('Always attempt to pull a newer version of the image'),
  push: flag.bool('Push the image to the registry of each of its tags (shorthand for "--output=type=registry")'),
  quiet: flag.bool('Suppress the build output and print image ID on success', { short: 'q' }),
  rm: flag.bool('Remove intermediate containers after a successful build', { default: true }),
  secret: flag.list('Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")'),
  'security-opt': flag.list('Security options'),
  'shm-size': flag.bytes('Shared memory size for build containers'),
  squash: flag.bool('Squash newly built layers into a single new layer'),
  ssh: flag.list('SSH agent socket or keys to expose to the build (format: "default|<id>[=<socket>]")', { valueName: 'string' }),
  tag: flag.list('Name and optionally a tag (format: "name:tag")', { short: 't' }),
  target: flag.string('Set the target build stage to build'),
  ulimit: flag.list('Ulimit options'),
} as const

const progressKinds = ['auto', 'plain', 'tty', 'quiet', 'rawjson']

export const build = verb({
  name: 'build',
  topLevel: 'build',
  summary: 'Build an image from a Dockerfile',
  usage: 'PATH | URL | -',
  minArgs: 1,
  flags,
  async run({ context, args: [path = ''], flags: values }) {
    const { api, environment, stdin, stdout, stderr, signal } = context
    if (!progressKinds.includes(values.progress)) throw invalid(`invalid progress type ${JSON.stringify(values.progress)}: ${progressKinds.join(', ')} expected`)
    const outputs = parseOutputs([...values.output, ...(values.push ? ['type=registry'] : [])])
    refuseTerminal(context, outputs)
    const secrets = parseSecrets(values.secret, environment)
    const agents = parseSsh(values.ssh, environment)
    const tags = [...values.tag, ...outputs.flatMap(({ names }) => names)]
    if (tags.length === 0 && outputs.some(({ push }) => push)) throw invalid('tag is needed when pushing to registry')
    const buildArgs = [...values['build-arg'], ...proxySettings(context, values['build-arg'])]
    const query = { ...queryOf({ ...values, 'build-arg': buildArgs }, environment), t: tags }
    const quiet = values.quiet || values.progress === 'quiet'
    const rawJson = values.progress === 'rawjson'
    let sentBytes = 0
    // Archives are packed by packages that no other command is to wait for.
    const { prepareContext } = await import('../../build/build-context.js')
    const prepared = await prepareContext({ context: path, file: values.file ?? '', named: values['build-context'], stdin, sent: (bytes) => (sentBytes += bytes) })
    const receivers = filesReceivers(context, outputs)
    // Nothing is asked of a session that nothing is in.
    using session = secrets.size + agents.size + receivers.length > 0 ? await BuildSession.open(api.build, { secrets, agents, receivers }) : undefined
    const auths = await registryConfig(environment)
    const archive = values.compress ? prepared.archive?.pipe(process.getBuiltinModule('node:zlib').createGzip()) : prepared.archive
    const progress = await api.build.build(archive, { ...query, ...prepared.query, ...(session && { session: session.id }), ...(receivers.length > 0 && { outputs: JSON.stringify(receivers.map(() => ({ Type: 'tar', Attrs: {} }))) }) }, { signal, ...(auths !== undefined && { auths }) })
    const out = outputs.some(({ dest }) => dest === '-') || rawJson ? stderr : stdout
    const { id, failure } = await showBuild(progress, { out, quiet, rawJson, context: prepared.archive && (() => sentBytes) })
    if (failure) throw new ExitError(failure.code, failure.message)
    if (id === '') throw new StatusError(ErrorKind.internal, 'the daemon did not tell what image it made')
    if (values.iidfile !== undefined) writeFileSync(values.iidfile, id)
    let pushed: string | undefined
    for (const output of outputs) if (!isOfFiles(output)) pushed = (await writeImage(context, output, id, tags, quiet ? undefined : out)) ?? pushed
    if (values['metadata-file'] !== undefined) writeFileSync(values['metadata-file'], metadataOf(id, pushed, tags))
    if (quiet) stdout.write(`${id}\n`)
    return 0
  },
})

function queryOf(values: FlagValues<typeof flags>, environment: NodeJS.ProcessEnv): BuildQuery {
  // A name alone has the value that it has here, and none when it has none here either.
  const given = Object.fromEntries(values['build-arg'].map((item) => {
    const at = item.indexOf('=')
    if (at === 0 || item === '') throw invalid(`invalid build argument: ${JSON.stringify(item)}`)
    if (at > 0) return [item.slice(0, at), item.slice(at + 1)]
    const own = environmentOf([], [item], environment)[0]
    return [item, own === undefined ? null : own.slice(item.length + 1)]
  }))
  const ulimits = values.ulimit.map(parseUlimit)
  const swap = values['memory-swap'] === undefined ? undefined : values['memory-swap'] === '-1' ? -1 : parseBytes(values['memory-swap'])
  return {
    buildargs: JSON.stringify(given),
    labels: JSON.stringify(labelsOf(values.label)),
    ...(values['cache-from'].length > 0 && { cachefrom: JSON.stringify(values['cache-from'].flatMap(imagesOf)) }),
    ...(values['security-opt'].length > 0 && { securityopt: JSON.stringify(values['security-opt']) }),
    ...(ulimits.length > 0 && { ulimits: JSON.stringify(ulimits) }),
    extrahosts: values['add-host'].map(extraHost),
    cgroupparent: values['cgroup-parent'],
    cpuperiod: values['cpu-period'],
    cpuquota: values['cpu-quota'],
    cpushares: values['cpu-shares'],
    cpusetcpus: values['cpuset-cpus'],
    cpusetmems: values['cpuset-mems'],
    forcerm: values['force-rm'] || undefined,
    isolation: values.isolation,
    memory: values.memory,
    memswap: swap,
    networkmode: values.network,
    nocache: values['no-cache'] || undefined,
    platform: values.platform,
    pull: values.pull || undefined,
    rm: values.rm,
    shmsize: values['shm-size'],
    squash: values.squash || undefined,
    target: values.target,
  }
}

/** An image's name, or `type=registry,ref=NAME`. */
function imagesOf(item: string): string[] {
  if (!item.includes('=')) return [item]
  const ref = /(?:^|,)ref=([^,]+)/.exec(item)?.[1]
  if (!/(?:^|,)type=registry(?:,|$)/.test(item) || ref === undefined) throw new StatusError(ErrorKind.unsupported, `cache source ${item} is not supported: name an image`)
  return [ref]
}

/** What is known of the image, by the names that docker buildx has for it. */
function metadataOf(id: string, pushed: string | undefined, tags: readonly string[]): string {
  return `${JSON.stringify({ 'containerimage.config.digest': id, 'containerimage.digest': pushed ?? id, ...(tags.length > 0 && { 'image.name': tags.join(',') }) }, undefined, 2)}\n`
}
