import { invalid } from '../../src/base/errors.js'
import type { LogOptions } from './options.js'

/** What log messages tell of their container. */
export interface LogContext {
  id: string
  /** Without the leading slash. */
  name: string
  imageRef: string
  imageId: string
  command: string
  createdMs: number
  labels: Readonly<Record<string, string>>
  /** `KEY=value` each. */
  env: readonly string[]
}

const shortIdChars = 12
const field = /\{\{\s*\.([A-Za-z]+)\s*\}\}/g

/** The fields of a tag, as Docker's "Customize log driver output" has them. */
const fields: Readonly<Record<string, (context: LogContext) => string>> = {
  ID: ({ id }) => id.slice(0, shortIdChars),
  FullID: ({ id }) => id,
  Name: ({ name }) => name,
  ImageID: ({ imageId }) => imageId.replace(/^sha256:/, '').slice(0, shortIdChars),
  ImageFullID: ({ imageId }) => imageId,
  ImageName: ({ imageRef }) => imageRef,
  DaemonName: () => 'docker',
  Command: ({ command }) => command,
}

/** Throws `invalid` for a template that names no field. */
export function checkTagTemplate(template: string): void {
  for (const [, name = ''] of template.matchAll(field)) {
    if (!(name in fields)) throw invalid(`invalid value for tag: ${template}: there is no field ${name}; use ${Object.keys(fields).map((one) => `.${one}`).join(', ')}`)
  }
  const rest = template.replace(field, '')
  if (rest.includes('{{') || rest.includes('}}')) throw invalid(`invalid value for tag: ${template}: a field is written {{.Name}}`)
}

/** The tag of a container's messages; the short id unless the options say something else. */
export function tagOf(context: LogContext, options: LogOptions, standard = '{{.ID}}'): string {
  return (options['tag'] || standard).replace(field, (_all, name: string) => fields[name]?.(context) ?? '')
}

/**
 * What `labels`, `labels-regex`, `env` and `env-regex` pick. A later source wins.
 */
export function extraAttributes({ labels, env }: LogContext, options: LogOptions): Record<string, string> {
  const wanted = (list: string | undefined, pattern: string | undefined): ((name: string) => boolean) => {
    const names = new Set((list ?? '').split(',').filter((name) => name !== ''))
    const expression = pattern === undefined ? undefined : new RegExp(pattern)
    return (name) => names.has(name) || (expression?.test(name) ?? false)
  }
  const label = wanted(options['labels'], options['labels-regex'])
  const variable = wanted(options['env'], options['env-regex'])
  const picked: [string, string][] = Object.entries(labels).filter(([name]) => label(name))
  for (const pair of env) {
    const at = pair.indexOf('=')
    if (at > 0 && variable(pair.slice(0, at))) picked.push([pair.slice(0, at), pair.slice(at + 1)])
  }
  return Object.fromEntries(picked)
}

/** The details that `docker logs --details` puts before each line: sorted, `name=value`, comma separated. */
export function detailsText(context: LogContext, driver: string, options: LogOptions): string {
  const attributes = { ...extraAttributes(context, options), ...(driver === 'json-file' && options['tag'] !== undefined && { tag: tagOf(context, options) }) }
  const escape = (text: string): string => encodeURIComponent(text).replace(/%20/g, '+')
  return Object.entries(attributes).map(([name, value]) => `${escape(name)}=${escape(value)}`).sort().join(',')
}
