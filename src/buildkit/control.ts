import { isIPv4 } from 'node:net'
import type { Clock } from '../base/clock.js'
import { ErrorKind, invalid, messageOf, StatusError } from '../base/errors.js'
import type { BuildCache } from '../model/engine-api/image.js'
import type { BuildKitBackend } from './backend.js'
import { exportCaches, requireCaches } from './cache-export.js'
import { inputImages, requireNoGraph } from './definition.js'
import { exportImage, requireExporters, type Export } from './exporter.js'
import { buildkit } from './gen/buildkit.js'
import { bytesStream, serverStream, unary, type Call, type Procedure } from './grpc.js'
import type { Jobs } from './job.js'
import type { Solver } from './solver.js'

const messages = buildkit.control
const service = '/moby.buildkit.v1.Control'
const filterLengthMax = 1024

interface ControlDeps {
  backend: BuildKitBackend
  jobs: Jobs
  solver: Solver
  clock: Clock
  version: string
}

/** BuildKit's `moby.buildkit.v1.Control` (github.com/moby/buildkit, api/services/control/control.proto); its history is not kept. */
export function controlProcedures({ backend, jobs, solver, clock, version }: ControlDeps): Procedure[] {
  const buildkitVersion = { package: 'skep', version, revision: '' }

  const solve = async (request: buildkit.control.SolveRequest, call: Call): Promise<{ exporterResponse: Record<string, string> }> => {
    const { ref, session, frontend, frontendAttrs } = request
    const wanted = exportersOf(request)
    return jobs.run(ref, session, async (job) => {
      // The other calls of a build that is refused find it, and need not wait.
      requireSupported(request)
      requireExporters(wanted)
      const image = frontend === '' ? await job.finished(call.signal) : await solver.solve(job, frontend, frontendAttrs, inputImages(request.frontendInputs), call.signal)
      if (image === undefined) return { exporterResponse: {} }
      const until = AbortSignal.any([call.signal, job.ended.signal])
      const exporterResponse = await exportImage(backend, job, wanted, image, until)
      await exportCaches(backend, job, request.cache?.exports ?? [], image, until)
      return { exporterResponse }
    })
  }

  async function* prune({ filter, all, keepDuration, reservedSpace, maxUsedSpace }: buildkit.control.PruneRequest): AsyncGenerator<Uint8Array> {
    const matches = cacheFilter(filter)
    const before = new Map((await backend.cached()).map((entry) => [entry.ID, entry]))
    const keepBytes = Math.max(reservedSpace, maxUsedSpace)
    const { ids } = await backend.prune({
      ...(keepDuration > 0 && { untilMs: clock.nowMs() - keepDuration / 1e6 }),
      ...(!all && keepBytes > 0 && { keepBytes }),
      matches,
    })
    for (const id of ids) {
      const entry = before.get(id)
      if (entry) yield messages.UsageRecord.encode(usageOf(entry)).finish()
    }
  }

  return [
    unary(`${service}/Info`, messages.Empty, messages.InfoResponse, () => ({ buildkitVersion })),
    unary(`${service}/ListWorkers`, messages.Empty, messages.ListWorkersResponse, () => ({ record: [workerOf(backend, version)] })),
    bytesStream(`${service}/Session`, buildkit.session.BytesMessage, (connection, call) => backend.session(call.header('x-docker-expose-session-uuid'), connection)),
    unary(`${service}/Solve`, messages.SolveRequest, messages.SolveResponse, solve),
    serverStream(`${service}/Status`, messages.StatusRequest, async function* ({ ref }, { signal }) {
      yield* (await jobs.find(ref, signal)).told(signal)
    }),
    unary(`${service}/DiskUsage`, messages.DiskUsageRequest, messages.DiskUsageResponse, async ({ filter }) => {
      const matches = cacheFilter(filter)
      return { record: (await backend.cached()).filter(matches).map(usageOf) }
    }),
    serverStream(`${service}/Prune`, messages.PruneRequest, prune),
  ]
}

/** What builds run on: this host. */
export function workerOf(backend: Pick<BuildKitBackend, 'platform' | 'hostGateways'>, version?: string): buildkit.control.IWorkerRecord {
  const { os, architecture, variant = '' } = backend.platform
  const gateways = backend.hostGateways()
  // Clients take one address: that of IPv4 where there is one.
  const gateway = gateways.find((address) => isIPv4(address)) ?? gateways[0]
  return {
    id: 'skep',
    // Clients of the driver `docker` ask for archives, and have the daemon push, of a store that has this label alone.
    labels: { 'org.mobyproject.buildkit.worker.executor': 'oci', 'org.mobyproject.buildkit.worker.snapshotter': 'overlayfs', ...(gateway !== undefined && { 'org.mobyproject.buildkit.worker.moby.host-gateway-ip': gateway }) },
    platforms: [{ os, architecture, variant }],
    ...(version !== undefined && { buildkitVersion: { package: 'skep', version, revision: '' } }),
  }
}

function requireSupported(request: buildkit.control.SolveRequest): void {
  requireNoGraph(request.definition)
  if (request.sourcePolicy.length > 0 || request.sourcePolicySession !== '') throw new StatusError(ErrorKind.unsupported, 'policies about the sources of a build are not supported by this daemon: without them, build with --policy disabled=true')
  if (request.proxyNetwork) throw new StatusError(ErrorKind.unsupported, 'a proxy for the network of builds is not supported by this daemon')
  requireCaches(request.cache?.exports ?? [])
}

function exportersOf({ exporters, exporterDeprecated, exporterAttrsDeprecated }: buildkit.control.SolveRequest): Export[] {
  if (exporters.length > 0) return exporters.map(({ type, attrs }) => ({ type: type ?? '', attributes: attrs ?? {} }))
  return exporterDeprecated === '' ? [] : [{ type: exporterDeprecated, attributes: exporterAttrsDeprecated }]
}

function usageOf({ ID, InUse, Size, CreatedAt, LastUsedAt, UsageCount, Description, Type, Shared, Parents }: BuildCache): buildkit.control.IUsageRecord {
  return {
    id: ID ?? '',
    inUse: InUse ?? false,
    mutable: true,
    size: Size ?? 0,
    usageCount: UsageCount ?? 0,
    description: Description ?? '',
    recordType: Type ?? 'regular',
    shared: Shared ?? false,
    parents: Parents ?? [],
    ...timeField('createdAt', CreatedAt),
    ...timeField('lastUsedAt', LastUsedAt),
  }
}

function timeField(name: 'createdAt' | 'lastUsedAt', text: string | null | undefined): Partial<buildkit.control.IUsageRecord> {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? {} : { [name]: { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 } }
}

type Matcher = (entry: BuildCache) => boolean

/**
 * containerd's filters, of which clients use these: terms `field==value`, `field!=value`, `field~=pattern` or `field`, joined by commas when
 * all must hold; of several filters one must. Throws `invalid` for another one.
 */
function cacheFilter(filters: readonly string[]): Matcher {
  const alternatives = filters.filter((filter) => filter !== '').map((filter) => {
    if (filter.length > filterLengthMax) throw invalid(`a filter has at most ${filterLengthMax} characters`)
    const terms = filter.split(',').map(termOf)
    return (entry: BuildCache) => terms.every((matches) => matches(entry))
  })
  return (entry) => alternatives.length === 0 || alternatives.some((matches) => matches(entry))
}

const fields: Readonly<Record<string, (entry: BuildCache) => string>> = {
  id: ({ ID }) => ID ?? '',
  parents: ({ Parents }) => (Parents ?? []).join(','),
  description: ({ Description }) => Description ?? '',
  type: ({ Type }) => Type ?? '',
  inuse: ({ InUse }) => (InUse === true ? 'true' : ''),
  mutable: () => 'true',
  immutable: () => '',
  shared: ({ Shared }) => (Shared === true ? 'true' : ''),
  private: ({ Shared }) => (Shared === true ? '' : 'true'),
}

function termOf(term: string): Matcher {
  const [, name = '', operator, value = ''] = /^([a-z]+)(?:(==|!=|~=)(.*))?$/s.exec(term.trim()) ?? []
  const read = fields[name]
  if (!read) throw invalid(`invalid filter ${JSON.stringify(term)}`)
  const wanted = value.replace(/^"(.*)"$/s, '$1')
  if (operator === undefined) return (entry) => read(entry) !== ''
  if (operator === '==') return (entry) => read(entry) === wanted
  if (operator === '!=') return (entry) => read(entry) !== wanted
  try {
    const pattern = new RegExp(wanted)
    return (entry) => pattern.test(read(entry))
  } catch (thrown) {
    throw invalid(`invalid filter ${JSON.stringify(term)}: ${messageOf(thrown)}`, thrown)
  }
}
