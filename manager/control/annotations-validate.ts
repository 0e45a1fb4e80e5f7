import { invalid } from '../../src/base/errors.js'
import type { Annotations } from '../../src/model/object.js'

const dnsName = /^[a-zA-Z0-9](?:[-a-zA-Z0-9_.]*[a-zA-Z0-9])?$/
const fileName = /^[a-zA-Z0-9]+(?:[-a-zA-Z0-9_.]*[a-zA-Z0-9])?$/
const dnsNameLengthMax = 63
const fileNameLengthMax = 64

/** The name of a service or network: it is looked up by DNS. */
export function validateAnnotations({ name }: Annotations): void {
  if (name === '') throw invalid('meta: name must be provided')
  if (!dnsName.test(name)) {
    throw invalid(
      `name must be valid as a DNS name component: "${name}" may have letters, digits, "-", "_" and "." ` +
        'and must start and end with a letter or digit',
    )
  }
  if (name.length > dnsNameLengthMax) throw invalid(`name must be ${dnsNameLengthMax} characters or fewer`)
}

/** The name of a secret or config. */
export function validateFileAnnotations({ name }: Annotations): void {
  if (name === '') throw invalid('name must be provided')
  if (name.length > fileNameLengthMax || !fileName.test(name)) {
    throw invalid(
      `invalid name, only ${fileNameLengthMax} [a-zA-Z0-9-_.] characters allowed, ` +
        'and the start and end character must be [a-zA-Z0-9]',
    )
  }
}

/** Throws `invalid` naming the value and the choices unless it is one of them. */
export function validateChoice(what: string, value: string, choices: Readonly<Record<string, string>>): void {
  if (Object.values(choices).includes(value)) return
  throw invalid(`invalid ${what}: "${value}": use ${Object.values(choices).map((choice) => `"${choice}"`).join(', ')}`)
}

/** Throws `invalid` unless the value is a whole number from `min` to `max`. */
export function validateWhole(what: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`
    throw invalid(`invalid ${what} ${value}: it must be a whole number, ${range}`)
  }
}
