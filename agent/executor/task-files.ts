import { posix } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import type { FileReference } from '../../src/model/container-spec.js'
import type { Config, Secret } from '../../src/model/secret.js'
import { TemporaryError } from './errors.js'
import { expand, withFunctions, type TemplateScope } from './template.js'

/** The secrets and configs that came with the node's assignments. */
export interface FileSource {
  secret(id: string): Secret | undefined
  config(id: string): Config | undefined
}

/** A file of memory to be shown to one container. */
export interface TaskFile {
  /** Absolute path in the container. */
  target: string
  data: Uint8Array
  uid: number
  gid: number
  mode: number
}

/** Keeps files of tasks in memory, out of reach of everybody else on the host. */
export interface FileKeeper {
  /** Writes the files (again) and gives the host's path of each, in the same order. */
  write(taskId: string, files: readonly TaskFile[]): Promise<string[]>
  remove(taskId: string): Promise<void>
  /** Removes the files of every task that is not known. */
  keepOnly(isKnown: (taskId: string) => boolean): Promise<void>
}

const secretsFolder = '/run/secrets'

/**
 * The files that a task's secrets and configs become. Throws `TemporaryError` for one that has not arrived
 * yet, `invalid` for a reference that cannot be.
 */
export function taskFiles(
  references: { secrets: readonly FileReference[]; configs: readonly FileReference[] },
  source: FileSource,
  scope: TemplateScope,
): TaskFile[] {
  const secretNamed = (name: string): string => {
    const found = references.secrets.find((one) => one.name === name || one.file?.name === name)
    if (!found) throw invalid(`a config's template names secret ${JSON.stringify(name)}, which the service does not use`)
    return text(arrived('secret', found, source.secret(found.id)).spec.data)
  }
  const configNamed = (name: string): string => {
    const found = references.configs.find((one) => one.name === name || one.file?.name === name)
    if (!found) throw invalid(`a template names config ${JSON.stringify(name)}, which the service does not use`)
    return text(arrived('config', found, source.config(found.id)).spec.data)
  }
  const full = withFunctions(scope, {
    secret: (name) => secretNamed(String(name)),
    config: (name) => configNamed(String(name)),
  })
  const files: TaskFile[] = []
  for (const reference of references.secrets) {
    const secret = arrived('secret', reference, source.secret(reference.id))
    const data = secret.spec.templating ? Buffer.from(expand(text(secret.spec.data), full)) : secret.spec.data
    if (reference.file) files.push(fileOf(reference.file, data, secretsFolder))
  }
  for (const reference of references.configs) {
    const config = arrived('config', reference, source.config(reference.id))
    const data = config.spec.templating ? Buffer.from(expand(text(config.spec.data), full)) : config.spec.data
    if (reference.file) files.push(fileOf(reference.file, data, '/'))
  }
  return files
}

function arrived<T>(kind: string, reference: FileReference, found: T | undefined): T {
  if (found === undefined) throw new TemporaryError(`waiting for ${kind} ${reference.name} from the manager`)
  return found
}

function fileOf(file: NonNullable<FileReference['file']>, data: Uint8Array, folder: string): TaskFile {
  const target = posix.resolve(folder, file.name)
  if (target === '/' || target === folder) throw invalid(`${JSON.stringify(file.name)} cannot be the name of a file in the container`)
  return { target, data, uid: owner(file.uid), gid: owner(file.gid), mode: file.mode & 0o7777 }
}

function owner(text: string): number {
  if (text === '') return 0
  if (!/^\d{1,10}$/.test(text)) throw invalid(`owner ${JSON.stringify(text)} of a secret or config: a number is expected`)
  return Number(text)
}

function text(data: Uint8Array): string {
  return Buffer.from(data).toString('utf8')
}
