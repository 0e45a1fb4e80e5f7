import { createHash } from 'node:crypto'
import { ErrorKind, invalid, messageOf, StatusError } from '../base/errors.js'
import { buildkit } from './gen/buildkit.js'

const { Op } = buildkit.control
/** Before the id of an image that a build resulted in: as an image of this name it is found nowhere else. */
const resultPrefix = 'docker-image://docker.io/library/skep-build-result@'
const imageId = /^sha256:[0-9a-f]{64}$/
const opsMax = 1000

type Definition = buildkit.control.IDefinition

/** Throws `unsupported` for what is no build of a Dockerfile. */
export function requireNoGraph(definition: Definition | null | undefined): void {
  if ((definition?.def?.length ?? 0) > 0) throw new StatusError(ErrorKind.unsupported, 'this daemon builds Dockerfiles alone: a compiled graph (LLB) cannot be solved (for a context that is an address, docker buildx asks for one by its policies, unless --policy disabled=true is given)')
}

/**
 * A build's result in the form of a compiled graph (github.com/moby/buildkit, solver/pb/ops.proto), in which clients hand it to
 * other builds: an image as the source, and what ends a graph.
 */
export function resultDefinition(image: string): buildkit.control.IDefinition {
  const source = Op.encode({ source: { identifier: `${resultPrefix}${image}` } }).finish()
  const digest = `sha256:${createHash('sha256').update(source).digest('hex')}`
  return { def: [source, Op.encode({ inputs: [{ digest, index: 0 }] }).finish()], metadata: { [digest]: {} } }
}

/** The images of results that a client hands to a build, by the names of the inputs. Throws `unsupported` for other graphs. */
export function inputImages(inputs: Readonly<Record<string, Definition>>): Map<string, string> {
  return new Map(Object.entries(inputs).map(([name, { def }]) => {
    const image = imageOf(def ?? [])
    if (image === undefined) throw new StatusError(ErrorKind.unsupported, `the input ${name} is a compiled graph (LLB), which this daemon cannot solve: only results of its own builds are taken`)
    return [name, image]
  }))
}

/** The image of a graph that is nothing but the result of a build. */
function imageOf(def: readonly Uint8Array[]): string | undefined {
  if (def.length > opsMax) throw invalid(`a compiled graph has at most ${opsMax} steps`)
  const ops = def.map((data) => {
    try {
      return Op.decode(data)
    } catch (cause) {
      throw invalid(`a compiled graph cannot be read: ${messageOf(cause)}`, cause)
    }
  })
  // The last one only says which step is meant.
  const [first, last] = ops
  if (ops.length !== 2 || last?.source || last?.inputs?.length !== 1) return undefined
  const { identifier = '' } = first?.source ?? {}
  const image = identifier?.startsWith(resultPrefix) === true ? identifier.slice(resultPrefix.length) : ''
  return imageId.test(image) ? image : undefined
}
