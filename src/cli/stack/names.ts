import { invalid } from '../../base/errors.js'

/** The label of everything that belongs to a stack. */
export const stackLabel = 'com.docker.stack.namespace'
/** The label of a service that says which image its file names, before the digest was found. */
export const imageLabel = 'com.docker.stack.image'

/** What a thing of a stack is called in the cluster. */
export function scoped(stack: string, name: string): string {
  return `${stack}_${name}`
}

/** The labels of a thing of a stack. */
export function stackLabels(stack: string, labels: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...labels, [stackLabel]: stack }
}

/** Throws `invalid` for an empty name, or one with blanks or quotes around it. */
export function checkStackName(stack: string): void {
  if (!/[^\s'"]/.test(stack)) throw invalid(`invalid stack name: ${JSON.stringify(stack)}`)
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(stack)) throw invalid(`invalid stack name: ${JSON.stringify(stack)}: letters, digits, "_", "." and "-" are allowed`)
}
