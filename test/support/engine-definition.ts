import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { parse } from 'yaml'

interface Schema {
  $ref?: string
  type?: string
  allOf?: Schema[]
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: Schema | boolean
}

/** One place in a request's body: `['HostConfig', 'Mounts', 0, 'Source']`; `key` stands for any key of a map. */
export interface BodyField {
  path: (string | number)[]
  type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object'
}

/** Deeper than any body of the API. */
const depthMax = 8

interface Operation {
  operationId: string
  parameters?: { in: string; schema?: Schema }[]
  responses: Record<string, { schema?: object }>
}

interface Definition {
  paths: Record<string, Record<string, Operation>>
  definitions: Record<string, object>
}

/** Docker's published definition of the Engine API; it is kept beside the project, not in it. */
export const definitionPath = resolve(import.meta.dirname, '../../../shared/engine-api/v1.51.yaml')

export interface DefinedOperation {
  id: string
  method: string
  /** As the definition has it: `/containers/{id}/json`. */
  path: string
  responses: Record<string, { schema?: object }>
}

/** The operations of the definition and a check of answers against their schemas. */
export class EngineDefinition {
  readonly operations: DefinedOperation[]
  private readonly ajv: Ajv

  private constructor(private readonly definition: Definition) {
    this.operations = Object.entries(definition.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        typeof operation.operationId === 'string'
          ? [{ id: operation.operationId, method: method.toUpperCase(), path, responses: operation.responses }]
          : [],
      ),
    )
    this.ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
    this.ajv.addSchema({ $id: 'engine', definitions: toJsonSchema(definition.definitions) })
  }

  /** Undefined when the definition is not there. */
  static load(): EngineDefinition | undefined {
    if (!existsSync(definitionPath)) return undefined
    return new EngineDefinition(parse(readFileSync(definitionPath, 'utf8'), { merge: true }) as Definition)
  }

  operation(id: string): DefinedOperation {
    const found = this.operations.find((one) => one.id === id)
    if (!found) throw new Error(`no operation ${id} in the definition`)
    return found
  }

  /** Every field of an operation's JSON body, those within others too; empty when it has none. */
  bodyFields(operationId: string): BodyField[] {
    const { method, path } = this.operation(operationId)
    const body = this.definition.paths[path]?.[method.toLowerCase()]?.parameters?.find((one) => one.in === 'body')
    const fields: BodyField[] = []
    const walk = (given: Schema, at: BodyField['path'], above: readonly Schema[]): void => {
      const schema = this.resolve(given)
      if (at.length > depthMax || above.includes(schema)) return
      const type = schema.type ?? (schema.properties ? 'object' : undefined)
      if (type !== undefined && at.length > 0) fields.push({ path: at, type: type as BodyField['type'] })
      const below = [...above, schema]
      for (const [name, inner] of Object.entries(schema.properties ?? {})) walk(inner, [...at, name], below)
      if (schema.items) walk(schema.items, [...at, 0], below)
      if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, [...at, 'key'], below)
    }
    if (body?.schema) walk(body.schema, [], [])
    return fields
  }

  /** Follows references, and joins what `allOf` lists. */
  private resolve(schema: Schema): Schema {
    if (schema.$ref !== undefined) return this.resolve((this.definition.definitions[schema.$ref.split('/').at(-1) ?? ''] ?? {}) as Schema)
    if (!schema.allOf) return schema
    return { type: 'object', properties: Object.assign({}, ...schema.allOf.map((one) => this.resolve(one).properties ?? {})) as Record<string, Schema> }
  }

  /** What is wrong with an answer, one line each; empty when it fits, undefined when the definition says nothing of its body. */
  problems(operationId: string, status: number, body: unknown): string[] | undefined {
    const schema = this.operation(operationId).responses[String(status)]?.schema
    if (!schema) return undefined
    const validate: ValidateFunction = this.ajv.compile(toJsonSchema(schema) as object)
    if (validate(body)) return []
    return (validate.errors ?? []).map((error) => `${error.instancePath === '' ? '/' : error.instancePath} ${error.message ?? ''}`)
  }
}

/** Swagger 2 as JSON schema: `x-nullable`, and references into the one schema that holds the definitions. */
function toJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJsonSchema)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => key !== 'example' && key !== 'examples')
  const schema = Object.fromEntries(
    entries.map(([key, inner]) => {
      if (key === '$ref' && typeof inner === 'string') return [key, inner.replace('#/', 'engine#/')]
      return [key, toJsonSchema(inner)]
    }),
  )
  if (schema['x-nullable'] !== true) return schema
  const { 'x-nullable': _, ...rest } = schema
  return { anyOf: [rest, { type: 'null' }] }
}
