import { rfc3339 } from '../base/clock.js'
import type { GenericResource } from '../model/resources.js'
import type { Driver, Meta } from '../model/object.js'
import type { GenericResources } from '../model/engine-api/swarm.js'

/** Leaves out what is undefined, empty, zero or false, as Docker's daemon does for fields that it may omit. */
export function omitEmpty<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value))) as Partial<T>
}

/**
 * The part of a spec, or undefined when it says nothing: clients send such parts or leave them out, and a spec that
 * comes from either is the same.
 */
export function unlessEmpty<T extends object>(part: T): T | undefined {
  return isEmpty(omitEmpty(part)) ? undefined : part
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** The fields that every object of a cluster starts with. */
export function encodeMeta(id: string, meta: Meta) {
  return {
    ID: id,
    Version: { Index: meta.version },
    CreatedAt: rfc3339(meta.createdAtMs),
    UpdatedAt: rfc3339(meta.updatedAtMs),
  }
}

export function encodeDriver(driver: Driver) {
  return { Name: driver.name, ...omitEmpty({ Options: driver.options }) }
}

export function decodeDriver(driver: { Name?: string; Options?: Record<string, string> }): Driver {
  return { name: driver.Name ?? '', options: driver.Options ?? {} }
}

export function encodeGenericResources(resources: readonly GenericResource[]): GenericResources {
  return resources.map(({ kind, value, count }) =>
    value !== undefined
      ? { NamedResourceSpec: { Kind: kind, Value: value } }
      : { DiscreteResourceSpec: { Kind: kind, Value: count ?? 0 } },
  )
}

export function decodeGenericResources(resources: GenericResources | undefined): GenericResource[] {
  return (resources ?? []).flatMap(({ NamedResourceSpec: named, DiscreteResourceSpec: discrete }) => [
    ...(named ? [{ kind: named.Kind ?? '', value: named.Value ?? '' }] : []),
    ...(discrete ? [{ kind: discrete.Kind ?? '', count: discrete.Value ?? 0 }] : []),
  ])
}

export function encodeBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
