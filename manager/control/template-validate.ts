import { invalid } from '../../src/base/errors.js'
import type { ContainerSpec } from '../../src/model/container-spec.js'

/** What `{{ }}` may name in a service's spec: the values Swarm mode documents. */
const fields = [
  '.Service.ID',
  '.Service.Name',
  '.Service.Labels',
  '.Node.ID',
  '.Node.Hostname',
  '.Node.Platform.OS',
  '.Node.Platform.Architecture',
  '.Task.ID',
  '.Task.Name',
  '.Task.Slot',
]

/** Checks the templates of a container's hostname, environment and mounts. Throws `invalid` naming the field. */
export function validateTemplates(spec: ContainerSpec): void {
  check('hostname', spec.hostname)
  spec.env.forEach((line) => check('env', line))
  for (const mount of spec.mounts) {
    check('mount source', mount.source)
    check('mount target', mount.target)
    for (const value of Object.values(mount.volume?.labels ?? {})) check('volume label', value)
    for (const value of Object.values(mount.volume?.driver?.options ?? {})) check('volume option', value)
  }
}

function check(where: string, text: string): void {
  for (let rest = text; ; ) {
    const open = rest.indexOf('{{')
    if (open < 0) return
    const close = rest.indexOf('}}', open)
    if (close < 0) throw invalid(`ContainerSpec: invalid template in ${where} "${text}": "{{" has no "}}"`)
    const action = rest.slice(open + 2, close).replace(/^- | -$/g, '')
    // Quoted text may hold anything; what starts with a dot outside of it names a value.
    for (const [field] of action.replace(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/\.[A-Za-z][\w.]*/g)) {
      if (!fields.some((known) => field === known || field.startsWith(`${known}.`))) {
        throw invalid(`ContainerSpec: invalid template in ${where} "${text}": unknown value ${field}: use one of ${fields.join(', ')}`)
      }
    }
    rest = rest.slice(close + 2)
  }
}
