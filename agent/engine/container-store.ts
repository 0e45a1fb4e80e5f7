import { conflict, invalid, notFound } from '../../src/base/errors.js'
import type { Bucket } from '../../src/base/key-value.js'
import { Container } from './container.js'
import type { ContainerRecord } from './container-record.js'

/** Docker's rule for names. */
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/

/** Every container of this daemon, in memory and in the state database. */
export class ContainerStore {
  private readonly byId = new Map<string, Container>()
  private readonly idByName = new Map<string, string>()
  /** Those that were made with links: few, if any. */
  private readonly linking = new Set<Container>()

  constructor(private readonly bucket: Bucket<ContainerRecord>) {
    for (const { value } of bucket.list()) this.index(new Container(value))
  }

  all(): Container[] {
    return [...this.byId.values()]
  }

  byExactId(id: string): Container | undefined {
    return this.byId.get(id)
  }

  isNameTaken(name: string): boolean {
    return this.idByName.has(name)
  }

  /** By id, then by name, then by a unique start of an id. Throws `notFound`, or `invalid` when ambiguous. */
  find(ref: string): Container {
    const name = ref.startsWith('/') ? ref.slice(1) : ref
    const exact = this.byId.get(ref) ?? this.byId.get(this.idByName.get(name) ?? '') ?? this.byLinkName(name)
    if (exact) return exact
    const starting = ref === '' ? [] : this.all().filter((container) => container.id.startsWith(ref))
    if (starting.length > 1) throw invalid(`Multiple IDs found with provided prefix: ${ref}`)
    const only = starting[0]
    if (!only) throw notFound(`No such container: ${ref}`)
    return only
  }

  /** The links that lead to a container and whose they are, by the container's id. */
  links(): Map<string, { parent: Container; alias: string }[]> {
    const all = new Map<string, { parent: Container; alias: string }[]>()
    for (const parent of this.linking) {
      for (const { containerId, alias } of parent.record.links ?? []) all.set(containerId, [...(all.get(containerId) ?? []), { parent, alias }])
    }
    return all
  }

  /** `app/db`: what the container `app` is linked to as `db`. */
  private byLinkName(name: string): Container | undefined {
    const slash = name.indexOf('/')
    if (slash < 0) return undefined
    const parent = this.byId.get(this.idByName.get(name.slice(0, slash)) ?? '')
    const link = parent?.record.links?.find(({ alias }) => alias === name.slice(slash + 1))
    return link && this.byId.get(link.containerId)
  }

  /** Takes the name and stores the container. Throws `conflict` for a taken name, `invalid` for a bad one. */
  async add(record: ContainerRecord): Promise<Container> {
    this.checkName(record.name)
    const container = new Container(record)
    container.isTakenDown = true
    this.index(container)
    try {
      await this.save(container)
    } catch (thrown) {
      this.unindex(container)
      throw thrown
    }
    return container
  }

  /** Writes the container's record as it is now. */
  save(container: Container): Promise<void> {
    if (!this.byId.has(container.id)) return Promise.resolve()
    return this.bucket.put(container.id, structuredClone(container.record))
  }

  async rename(container: Container, name: string): Promise<void> {
    this.checkName(name)
    this.idByName.delete(container.name)
    this.idByName.set(name, container.id)
    container.record.name = name
    await this.save(container)
  }

  async delete(container: Container): Promise<void> {
    this.unindex(container)
    await this.bucket.delete(container.id)
  }

  /** Throws unless a container may have this name. */
  checkName(name: string): void {
    if (!namePattern.test(name)) {
      throw invalid(`Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`)
    }
    const owner = this.idByName.get(name)
    if (owner !== undefined) {
      throw conflict(
        `Conflict. The container name "/${name}" is already in use by container "${owner}". You have to remove (or rename) that container to be able to reuse that name.`,
      )
    }
  }

  private index(container: Container): void {
    this.byId.set(container.id, container)
    if (container.record.links?.length) this.linking.add(container)
    this.idByName.set(container.name, container.id)
  }

  private unindex(container: Container): void {
    this.byId.delete(container.id)
    this.linking.delete(container)
    if (this.idByName.get(container.name) === container.id) this.idByName.delete(container.name)
  }
}
