import { invalid } from '../../src/base/errors.js'

/** True for a name with characters that stand for others. */
export function isPattern(text: string): boolean {
  return /[*?[\\]/.test(text)
}

/** One part of a pattern of Go's `filepath.Match` as a regular expression. Throws `invalid`. */
export function globPattern(glob: string): RegExp {
  let out = ''
  for (let i = 0; i < glob.length; i++) {
    const char = glob.charAt(i)
    const close = char === '[' ? glob.indexOf(']', i + 2) : -1
    // Several stars in a row are one, which takes no time to find out.
    if (char === '*') out += glob.charAt(i + 1) === '*' ? '' : '.*'
    else if (char === '?') out += '.'
    else if (close > 0) {
      const negated = glob.charAt(i + 1) === '^'
      out += `[${negated ? '^' : ''}${glob.slice(i + (negated ? 2 : 1), close).replace(/[\\\]^[]/g, '\\$&')}]`
      i = close
    } else out += (char === '\\' ? glob.charAt(++i) : char).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  }
  try {
    return new RegExp(`^${out}$`, 's')
  } catch (cause) {
    throw invalid(`syntax error in pattern ${JSON.stringify(glob)}`, cause)
  }
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
    const fits = globPattern(part)
    paths = paths.flatMap((path) => [...(names(path) ?? [])].filter((name) => fits.test(name)).sort().map((name) => `${path}/${name}`))
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
