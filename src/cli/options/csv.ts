import { invalid } from '../../base/errors.js'

/**
 * Splits a comma-separated option of `key=value` fields, with double quotes as in CSV (RFC 4180):
 * `type=volume,"volume-opt=o=uid=1,gid=2"`. Keys are lower-cased; a field without `=` has an undefined value.
 */
export function csvFields(text: string): { key: string; value: string | undefined; field: string }[] {
  return splitCsv(text).map((field) => {
    const at = field.indexOf('=')
    return at < 0
      ? { key: field.trim().toLowerCase(), value: undefined, field }
      : { key: field.slice(0, at).trim().toLowerCase(), value: field.slice(at + 1), field }
  })
}

function splitCsv(text: string): string[] {
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string
    if (quoted) {
      if (c !== '"') field += c
      else if (text[i + 1] === '"') {
        field += '"'
        i++
      } else quoted = false
    } else if (c === '"' && field === '') quoted = true
    else if (c === ',') {
      fields.push(field)
      field = ''
    } else field += c
  }
  if (quoted) throw invalid(`invalid option ${JSON.stringify(text)}: a quote is not closed`)
  fields.push(field)
  return fields
}
