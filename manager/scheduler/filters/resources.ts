import { nodeCount, type Filter, type Refusal } from './filter.js'

const noCpu: Refusal = (nodes) => `insufficient CPU on ${nodeCount(nodes)}`
const noMemory: Refusal = (nodes) => `insufficient memory on ${nodeCount(nodes)}`

/** What a task reserves has to be free: CPU, memory, and resources by name. */
export const resourcesFilter: Filter = {
  prepare(task) {
    const wanted = task.spec.resources?.reservations
    if (!wanted || (wanted.nanoCpus === 0 && wanted.memoryBytes === 0 && wanted.generic.length === 0)) return undefined
    const generic = new Map<string, number>()
    for (const { kind, count = 1 } of wanted.generic) generic.set(kind, (generic.get(kind) ?? 0) + count)
    const refusals = new Map([...generic.keys()].map((kind): [string, Refusal] => [kind, (nodes) => `insufficient ${kind} on ${nodeCount(nodes)}`]))
    return (node) => {
      if (wanted.nanoCpus > node.nanoCpusFree) return noCpu
      if (wanted.memoryBytes > node.memoryBytesFree) return noMemory
      for (const [kind, count] of generic) if (count > node.genericFree.free(kind)) return refusals.get(kind)
      return undefined
    }
  },
}
