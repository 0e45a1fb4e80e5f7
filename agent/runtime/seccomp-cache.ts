import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OciSpec } from './bundle/spec.js'
import type { OciRuntime } from './oci-runtime.js'

/** crun takes a compiled filter in this annotation (crun(1)), in base64. */
const filterAnnotation = 'run.oci.seccomp_bpf_data'
/** crun leaves what it compiled in its state folder. */
const filterFile = 'seccomp.bpf'
/** Profiles remembered: nearly every container has the default one. */
const filtersMax = 32

/**
 * Compiled seccomp filters by profile. Compiling the default profile takes crun several times as long as
 * everything else it does for a container, and the result is always the same.
 */
export class SeccompCache {
  private readonly filters = new Map<string, Promise<string | undefined>>()

  /**
   * Creates a container by `create` with a bundle that carries the compiled filter where it is known;
   * those that come while the first of a profile is being made wait for its filter.
   */
  async createWith<T>(runtime: OciRuntime, id: string, spec: OciSpec, create: (spec: OciSpec) => Promise<T>): Promise<T> {
    if (!spec.linux.seccomp || !runtime.isCrun) return create(spec)
    const key = createHash('sha256').update(JSON.stringify(spec.linux.seccomp)).digest('hex')
    const known = this.filters.get(key)
    if (known) {
      const filter = await known
      return create(filter === undefined ? spec : { ...spec, annotations: { ...spec.annotations, [filterAnnotation]: filter } })
    }
    let settle: (filter: string | undefined) => void = () => undefined
    this.filters.set(key, new Promise((resolve) => (settle = resolve)))
    this.forgetOldest()
    try {
      const made = await create(spec)
      const filter = readFilter(runtime, id)
      if (filter === undefined) this.filters.delete(key)
      settle(filter)
      return made
    } catch (thrown) {
      this.filters.delete(key)
      settle(undefined)
      throw thrown
    }
  }

  private forgetOldest(): void {
    const oldest = this.filters.keys().next()
    if (this.filters.size > filtersMax && !oldest.done) this.filters.delete(oldest.value)
  }
}

function readFilter(runtime: OciRuntime, id: string): string | undefined {
  try {
    const compiled = readFileSync(join(runtime.root, id, filterFile))
    // A filter is a row of instructions of eight bytes.
    return compiled.length > 0 && compiled.length % 8 === 0 ? compiled.toString('base64') : undefined
  } catch {
    // Another version may not keep it: then every container compiles its own.
    return undefined
  }
}
