const domainPart = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const domain = `(?:${domainPart}(?:\\.${domainPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const pathPart = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const tag = '[\\w][\\w.-]{0,127}'
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const reference = new RegExp(`^(?:${domain}/)?(${pathPart}(?:/${pathPart})*)(?::${tag})?(?:@${digest})?$`)
const wholeId = /^[a-f0-9]{64}$/
const nameLengthMax = 255
/** Name, tag and digest together are shorter. */
const referenceLengthMax = 1024

/** The text follows the grammar of image references (distribution project, `reference`). */
export function isImageReference(text: string): boolean {
  if (text.length > referenceLengthMax) return false
  const name = reference.exec(text)?.[1]
  return name !== undefined && name.length <= nameLengthMax && !wholeId.test(text)
}
