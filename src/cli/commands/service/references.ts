import { invalid, notFound } from '../../../base/errors.js'
import type { EngineApi } from '../../../client/engine.js'
import { parseFileReference } from '../../options/file-reference.js'
import type { ContainerSpec } from './apply-common.js'

export type SecretReference = NonNullable<ContainerSpec['Secrets']>[number]
export type ConfigReference = NonNullable<ContainerSpec['Configs']>[number]

/** The secrets asked for, with their ids. Throws `notFound` for a name that no secret has. */
export async function secretReferences(api: EngineApi, options: readonly string[]): Promise<SecretReference[]> {
  const requests = options.map((option) => parseFileReference(option, 'secret'))
  if (requests.length === 0) return []
  refuseSameTarget(requests, 'secret')
  const ids = idsByName(await api.secrets.list({ name: [...new Set(requests.map(({ source }) => source))] }))
  return requests.map(({ source, file }) => ({ File: file, SecretID: idOf(ids, source, 'secret'), SecretName: source }))
}

/** The configs asked for, with their ids. Throws `notFound` for a name that no config has. */
export async function configReferences(api: EngineApi, options: readonly string[]): Promise<ConfigReference[]> {
  const requests = options.map((option) => parseFileReference(option, 'config'))
  if (requests.length === 0) return []
  refuseSameTarget(requests, 'config')
  const ids = idsByName(await api.configs.list({ name: [...new Set(requests.map(({ source }) => source))] }))
  return requests.map(({ source, file }) => ({ File: file, ConfigID: idOf(ids, source, 'config'), ConfigName: source }))
}

interface Named {
  ID?: string
  Spec?: { Name?: string }
}

function idsByName(objects: readonly Named[]): Map<string, string> {
  return new Map(objects.map((object) => [object.Spec?.Name ?? '', object.ID ?? '']))
}

function idOf(ids: ReadonlyMap<string, string>, name: string, what: string): string {
  const id = ids.get(name)
  if (id === undefined) throw notFound(`${what} not found: ${name}`)
  return id
}

function refuseSameTarget(requests: readonly { file: { Name: string } }[], what: string): void {
  const seen = new Set<string>()
  for (const { file } of requests) {
    if (seen.has(file.Name)) throw invalid(`duplicate ${what} target for ${file.Name} not allowed`)
    seen.add(file.Name)
  }
}
