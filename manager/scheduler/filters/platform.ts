import type { Platform } from '../../../src/model/node.js'
import { nodeCount, type Filter, type Refusal } from './filter.js'

const unsupported: Refusal = (nodes) => `unsupported platform on ${nodeCount(nodes)}`

/** Nodes say `x86_64` and `aarch64`, images `amd64` and `arm64`. */
const architectures: Record<string, string> = { x86_64: 'amd64', aarch64: 'arm64' }
const normal = (architecture: string): string => architectures[architecture] ?? architecture

function supports(wanted: Platform, has: Platform): boolean {
  const architecture = wanted.architecture === '' || normal(wanted.architecture) === normal(has.architecture)
  return architecture && (wanted.os === '' || wanted.os === has.os)
}

/** The image has to be made for the node's platform, where the service says for which it is. */
export const platformFilter: Filter = {
  prepare(task) {
    const platforms = task.spec.placement?.platforms ?? []
    if (platforms.length === 0) return undefined
    return ({ node }) => {
      const has = node.description?.platform
      return has && platforms.some((wanted) => supports(wanted, has)) ? undefined : unsupported
    }
  },
}
