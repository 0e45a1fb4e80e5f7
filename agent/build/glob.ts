import { invalid } from '../../src/base/errors.js'
import { PathPattern } from './path-pattern.js'

/** True for a name with characters that stand for others. */
export function isPattern(text: string): boolean {
  return /[*?[\\]/.test(text)
}

/**
 * The paths that fit a pattern, sorted in each folder. `names` lists a folder (undefined for what is none), `exists`
 * tells whether a path leads to something.
 */
export function matchingPaths(pattern: string, names: (folder: string) => readonly string[] | undefined, exists: (path: string) => boolean): string[] {
  let paths = ['']
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '**') {
      paths = paths.flatMap((path) => withFoldersBelow(path, names))
      continue
    }
    if (!isPattern(part)) {
      paths = paths.map((path) => `${path}/${part}`)
      continue
    }
    const wanted = new PathPattern(part, false)
    paths = paths.flatMap((path) => [...(names(path) ?? [])].filter((name) => wanted.fits(name)).sort().map((name) => `${path}/${name}`))
  }
  return paths.filter(exists)
}

const foldersMax = 100_000

function withFoldersBelow(path: string, names: (folder: string) => readonly string[] | undefined): string[] {
  const found: string[] = []
  const todo = [path]
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    const inside = names(at)
    if (!inside) continue
    found.push(at)
    if (found.length > foldersMax) throw invalid(`more than ${foldersMax} folders for a pattern with **`)
    todo.push(...[...inside].sort().reverse().map((name) => `${at}/${name}`))
  }
  return found
}
