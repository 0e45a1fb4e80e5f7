import { hostname } from 'node:os'
import { join } from 'node:path'
import { readFile } from 'node:fs/promises'
import { idSource } from '../base/id.js'
import { errnoOf, ErrorKind, StatusError } from '../base/errors.js'
import { Scope } from '../base/scope.js'
import type { Backends } from '../api/backends.js'
import { parseListenAddress } from '../api/listen.js'
import { apiRoutes } from '../api/routes.js'
import { ApiServer, type TlsFiles } from '../api/server.js'
import { BuildKitServer } from '../buildkit/server.js'
import { defaultHost } from '../client/host.js'
import { writeFileAtomic } from '../sys/atomic-file.js'
import { builtInAuthorities } from '../sys/built-in-authorities.js'
import type { AdjustableLogger } from '../sys/logger.js'
import { systemClock } from '../sys/system-clock.js'
import { systemRng } from '../sys/system-rng.js'
import { returnLargeBuffers } from '../../agent/kernel/malloc.js'
import { generateName } from '../../agent/engine/names.js'
import { buildBackend, buildKitBackend } from './backends/build.js'
import { ClusterView } from './backends/cluster-view.js'
import { ClusterEventLog } from './backends/cluster-events.js'
import { eventsBackend } from './backends/events.js'
import { imagesBackend } from './backends/images.js'
import { networksBackend } from './backends/networks.js'
import { pluginsBackend } from './backends/plugins.js'
import { swarmBackend } from './backends/swarm.js'
import { systemBackend } from './backends/system.js'
import type { DaemonConfig } from './config.js'
import { checkHost } from './host-check.js'
import { openHostParts } from './host-parts.js'
import { DaemonMetrics } from './metrics.js'
import { parseMetricsAddress, serveMetrics } from './metrics-server.js'
import { claimPidfile } from './pidfile.js'
import { reload } from './reload.js'
import { ServiceManager } from './service-manager.js'
import { StateDumper } from './state-dump.js'
import { LocalAgent } from './swarm/local-agent.js'
import { SwarmNode } from './swarm/swarm-node.js'
import { version } from './version.js'

/** A daemon that serves. Disposing it stops it; containers go on. */
export interface RunningDaemon extends AsyncDisposable {
  /** Takes a changed configuration over, as far as it can change; a bad one is logged and changes nothing. */
  reload(): void
  /** Writes what it is doing to a file and logs its path. */
  dumpState(): Promise<void>
}

/**
 * The composition root: everything of one host's daemon, started in order. `config` is changed by a reload;
 * `loadAgain` reads flags and file anew.
 */
export async function startDaemon(config: DaemonConfig, log: AdjustableLogger, loadAgain: () => DaemonConfig): Promise<RunningDaemon> {
  const scope = new Scope()
  try {
    const serviceManager = new ServiceManager(process.env, log)
    returnLargeBuffers()
    const clock = systemClock
    const rng = systemRng
    const ids = idSource(rng)
    // One daemon for one state: this comes before anything is touched.
    scope.use(await claimPidfile(config.pidfile))
    const tools = await checkHost({
      defaultRuntime: config['default-runtime'] ?? '',
      addedRuntimes: config['add-runtime'],
      wireguardPath: config['wireguard-path'] ?? '',
      environment: process.env,
    })
    for (const warning of tools.warnings) log.warn(warning)
    log.info('skepd starts', { version, host: hostname(), runtime: tools.runtimes[0]?.path, cgroup: tools.cgroupMode.version })
    const parts = await openHostParts(scope, { config, tools, clock, rng, ids, log })
    const agent = new LocalAgent({ parts, config, clock, rng, log })
    const clusterEvents = new ClusterEventLog(log)
    const swarm = new SwarmNode({
      dataRoot: config['data-root'],
      agent,
      defaultAdvertiseAddress: config['swarm-default-advertise-addr'] ?? '',
      onManager: (manager, signal) => void clusterEvents.follow(manager, signal),
      clock,
      rng,
      ids,
      log: log.child({ part: 'swarm' }),
    })
    scope.use(swarm)
    await swarm.start()

    const id = await engineId(config['data-root'], () => ids.hexId())
    const metrics = new DaemonMetrics({ parts, swarm, engineId: id })
    const dumper = scope.use(new StateDumper({ parts, swarm, folder: config['exec-root'], clock }))
    const view = new ClusterView({
      controller: parts.networks,
      engine: parts.engine,
      control: () => swarm.membership?.manager?.control,
      needControl: () => swarm.control(),
      clock,
      rng,
    })
    agent.questions.set('trace', (body) => view.answerTrace(body))
    const builds = buildKitBackend(parts.builder, parts.images, parts.registries)
    const buildkit = new BuildKitServer({ backend: builds, clock, ids, log: log.child({ part: 'buildkit' }), version })
    scope.use(buildkit)
    const backends: Backends = {
      containers: parts.engine,
      exec: parts.engine.execs,
      images: imagesBackend(parts.images, parts.registries),
      build: buildBackend(parts.builder, parts.registries, buildkit, builds, clock),
      networks: networksBackend(parts.networks, parts.engine, view),
      volumes: parts.volumes,
      plugins: pluginsBackend(parts.plugins),
      swarm: swarmBackend(swarm),
      system: systemBackend({ parts, tools, config, engineId: id, clock, metrics: () => metrics.read() }),
      events: eventsBackend(parts.events, clusterEvents),
    }
    const server = new ApiServer({
      routes: apiRoutes({ ...backends, clock, randomName: () => generateName(rng, () => false) }),
      logger: log.child({ part: 'api' }),
      clock,
      productVersion: version,
    })
    scope.defer(() => server.close())
    const tls = await tlsFiles(config)
    const activation = { pid: process.pid, env: process.env }
    for (const host of config.host.length > 0 ? config.host : [defaultHost]) {
      for (const address of parseListenAddress(host, tls !== undefined, activation)) await server.listen(address, tls, config.group)
    }
    if (config['metrics-addr'] !== undefined) {
      const served = scope.use(await serveMetrics(parseMetricsAddress(config['metrics-addr']), () => metrics.read()))
      log.info('metrics are served', { port: served.port })
    }
    log.info('skepd is ready')
    await serviceManager.ready()
    scope.defer(() => serviceManager.stopping())
    return {
      reload: () => void reload({ config, load: loadAgain, parts, engineId: id, log }),
      dumpState: async () => log.info('the state was written', { path: await dumper.write() }),
      [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
    }
  } catch (thrown) {
    await scope[Symbol.asyncDispose]().catch((err: unknown) => log.warn('stopping after a failed start failed too', { err }))
    throw thrown
  }
}

/** The daemon's own id: made once, kept in the data root. */
async function engineId(dataRoot: string, mint: () => string): Promise<string> {
  const path = join(dataRoot, 'engine-id')
  try {
    const known = (await readFile(path, 'utf8')).trim()
    if (known !== '') return known
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
  }
  const hex = mint()
  // As Docker prints one: a UUID.
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  await writeFileAtomic(path, `${id}\n`, 0o600)
  return id
}

async function tlsFiles(config: DaemonConfig): Promise<TlsFiles | undefined> {
  if (!config.tls && !config.tlsverify) return undefined
  const [cert, key, clientCa] = await Promise.all([
    tlsFile('tlscert', config.tlscert),
    tlsFile('tlskey', config.tlskey),
    config.tlsverify ? tlsFile('tlscacert', config.tlscacert) : Promise.resolve(undefined),
    config.tlsverify ? builtInAuthorities() : Promise.resolve(),
  ])
  return { cert, key, ...(clientCa !== undefined && { clientCa }) }
}

async function tlsFile(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
    throw new StatusError(ErrorKind.invalid, `TLS needs the file ${path}, which is not there: put it there, or say where it is with --${name}`, { cause: thrown })
  }
}
