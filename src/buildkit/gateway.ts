import type { BuildKitBackend } from './backend.js'
import { workerOf } from './control.js'
import { inputImages, requireNoGraph, resultDefinition } from './definition.js'
import { buildkit } from './gen/buildkit.js'
import { errorOf, unary, type Call, type Procedure } from './grpc.js'
import { invalid } from '../base/errors.js'
import type { Job, Jobs } from './job.js'
import type { Solver } from './solver.js'

const messages = buildkit.gateway
const { Empty } = buildkit.control
const service = '/moby.buildkit.v1.frontend.LLBBridge'
/** By which the calls of a client's gateway name the build that they belong to. */
const buildIdHeader = 'buildkit-controlapi-buildid'

/** What clients may count on (github.com/moby/buildkit, frontend/gateway/pb/caps.go). */
const capabilities = ['solve.base', 'return', 'returnmap', 'proto.refarray', 'importcaches', 'frontend.inputs', 'gateway.solve.metadata', 'frontend.caps', 'gateway.solve.evaluate', 'gateway.evaluate', 'gateway.warnings', 'reference.output']
/** The same of builds as such (solver/pb/caps.go). */
const buildCapabilities = ['source.image', 'source.local', 'exporter.multiple']

interface GatewayDeps {
  backend: Pick<BuildKitBackend, 'platform' | 'hostGateways'>
  jobs: Jobs
  solver: Solver
}

/**
 * BuildKit's `moby.buildkit.v1.frontend.LLBBridge` (github.com/moby/buildkit, frontend/gateway/pb/gateway.proto), by which a client that began
 * a build without a frontend asks for one itself and then says what the build is to result in.
 */
export function gatewayProcedures({ backend, jobs, solver }: GatewayDeps): Procedure[] {
  const jobOf = async (call: Call): Promise<Job> => {
    const ref = call.header(buildIdHeader)
    if (ref === '') throw invalid(`the header ${buildIdHeader} is missing: which build is meant?`)
    const job = await jobs.find(ref, call.signal)
    job.ended.signal.throwIfAborted()
    return job
  }

  const solve = async (request: buildkit.gateway.SolveRequest, call: Call): Promise<buildkit.gateway.ISolveResponse> => {
    const { definition, frontend, frontendOpt, frontendInputs, allowResultReturn, allowResultArrayRef, cacheImports } = request
    requireNoGraph(definition)
    const inputs = inputImages(frontendInputs)
    const job = await jobOf(call)
    const imports: Record<string, string> = cacheImports.length > 0 ? { 'cache-imports': JSON.stringify(cacheImports.map(({ type, attrs }) => ({ Type: type, Attrs: attrs }))) } : {}
    // Nothing of a build: the reference to it is empty too.
    const image = frontend === '' ? undefined : await job.turns.run(() => solver.solve(job, frontend, { ...imports, ...frontendOpt }, inputs, call.signal))
    const id = image === undefined ? '' : job.keep(image)
    if (!allowResultReturn) return { ref: id }
    if (!allowResultArrayRef) return { result: { refDeprecated: id } }
    return { result: { ref: { id, ...(image !== undefined && { def: resultDefinition(image) }) } } }
  }

  const finish = async ({ result, error }: buildkit.gateway.ReturnRequest, call: Call): Promise<Record<string, never>> => {
    const job = await jobOf(call)
    if (error && (error.code ?? 0) !== 0) {
      job.finish(errorOf(error.code ?? 0, error.message ?? ''))
      return {}
    }
    const refs = Object.values(result?.refs?.refs ?? {})
    if (refs.length > 1) throw invalid('a build results in one image')
    const id = result?.ref?.id ?? refs[0]?.id ?? result?.refDeprecated ?? ''
    job.finish(id === '' ? undefined : job.image(id))
    return {}
  }

  return [
    unary(`${service}/Ping`, Empty, messages.PongResponse, async (_, call) => {
      await jobOf(call)
      return { frontendApiCaps: enabled(capabilities), llbCaps: enabled(buildCapabilities), workers: [workerOf(backend)] }
    }),
    unary(`${service}/Solve`, messages.SolveRequest, messages.SolveResponse, solve),
    unary(`${service}/Return`, messages.ReturnRequest, Empty, finish),
    // Everything is built before a client hears of it.
    unary(`${service}/Evaluate`, messages.EvaluateRequest, Empty, async ({ ref }, call) => {
      ;(await jobOf(call)).image(ref)
      return {}
    }),
    unary(`${service}/Inputs`, Empty, Empty, () => ({})),
    unary(`${service}/Warn`, Empty, Empty, () => ({})),
  ]
}

function enabled(ids: readonly string[]): buildkit.gateway.IAPICap[] {
  return ids.map((id) => ({ id, enabled: true }))
}
