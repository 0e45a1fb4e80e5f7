import { readFileSync } from 'node:fs'
import { errnoOf, invalid, messageOf } from '../../base/errors.js'

/** `a=b` and `a` (an empty value) into an object. */
export function labelsOf(items: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    items.map((item) => {
      const at = item.indexOf('=')
      const key = at < 0 ? item : item.slice(0, at)
      if (key === '') throw invalid(`invalid label format: "${item}"`)
      return [key, at < 0 ? '' : item.slice(at + 1)]
    }),
  )
}

/** `a=b` and `a` (an empty value, as in `--opt encrypted`). `what` names the option in the error. */
export function optionsOf(items: readonly string[], what: string): Record<string, string> {
  return pairsOf(items.map((item) => (item.includes('=') ? item : `${item}=`)), what)
}

/** `a=b` only. `what` names the option in the error. */
export function pairsOf(items: readonly string[], what: string): Record<string, string> {
  return Object.fromEntries(
    items.map((item) => {
      const at = item.indexOf('=')
      if (at <= 0) throw invalid(`invalid ${what} "${item}": name=value expected`)
      return [item.slice(0, at), item.slice(at + 1)]
    }),
  )
}

/** The lines of files in the format of `--env-file`: comments and empty lines left out. */
export function linesOfFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (thrown) {
      throw invalid(`open ${path}: ${errnoOf(thrown) === 'ENOENT' ? 'no such file or directory' : messageOf(thrown)}`, thrown)
    }
    return text
      .split(/\r?\n/)
      .map((line) => line.trimStart())
      .filter((line) => line !== '' && !line.startsWith('#'))
  })
}

/**
 * Environment entries: `NAME=value` as it is, `NAME` with the value it has here (left out when it has
 * none). Files first, so that flags win.
 */
export function environmentOf(files: readonly string[], items: readonly string[], environment: NodeJS.ProcessEnv): string[] {
  const merged = new Map<string, string>()
  for (const item of [...linesOfFiles(files), ...items]) {
    const at = item.indexOf('=')
    const name = at < 0 ? item : item.slice(0, at)
    if (name === '') throw invalid(`invalid environment variable: ${item}`)
    if (/\s/.test(name)) throw invalid(`poorly formatted environment: variable '${name}' contains whitespaces`)
    if (at >= 0) merged.set(name, item)
    else if (environment[name] !== undefined) merged.set(name, `${name}=${environment[name]}`)
  }
  return [...merged.values()]
}
