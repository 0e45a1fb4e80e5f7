import { invalid } from '../../src/base/errors.js'

/** One step of a pattern: a character (a code point, as in Go) that fits is taken and the next step follows, or the same one again. */
interface Step {
  /** Whether it takes a character. */
  takes: (char: string) => boolean
  /** It may take more than one. */
  again: boolean
  /** It may take none. */
  skippable: boolean
  /** What it may be followed by only after this character: the slash at the end of `**` and what it stands for. */
  until?: '/'
}

const any = (): boolean => true
const notSlash = (char: string): boolean => char !== '/'

/**
 * A pattern of names as Go's `filepath.Match` and, with `**` for any folders, Docker's `.dockerignore` have it. It is
 * followed in all ways at once, so the time grows with the lengths only, whatever a pattern is made of: patterns come
 * from whoever builds.
 */
export class PathPattern {
  private readonly steps: readonly Step[]

  /** `folders`: two stars stand for any number of folders. Throws `invalid` for a class that does not end. */
  constructor(pattern: string, folders: boolean) {
    this.steps = stepsOf(pattern, folders)
  }

  fits(path: string): boolean {
    return this.follow(path, false)
  }

  /** Whether it fits the path or a folder above it. */
  fitsOrAbove(path: string): boolean {
    return this.follow(path, true)
  }

  private follow(path: string, orAbove: boolean): boolean {
    const { steps } = this
    let here = new Set<number>()
    this.enter(here, 0)
    let first = true
    for (const char of path) {
      if (orAbove && char === '/' && !first && here.has(steps.length)) return true
      const next = new Set<number>()
      for (const index of here) {
        const step = steps[index]
        if (!step?.takes(char)) continue
        if (step.again) next.add(index)
        if (step.until === undefined || step.until === char) this.enter(next, index + 1)
      }
      if (next.size === 0) return false
      here = next
      first = false
    }
    return here.has(steps.length)
  }

  /** Comes to a step, and past those that may take nothing. */
  private enter(places: Set<number>, index: number): void {
    for (let at = index; ; at++) {
      places.add(at)
      if (!this.steps[at]?.skippable) return
    }
  }
}

function stepsOf(text: string, folders: boolean): Step[] {
  const pattern = [...text]
  const steps: Step[] = []
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]
    if (char === '*') {
      const double = folders && pattern[i + 1] === '*'
      while (pattern[i + 1] === '*') i++
      if (!double) steps.push({ takes: notSlash, again: true, skippable: true })
      else if (i === pattern.length - 1) steps.push({ takes: any, again: true, skippable: true })
      else {
        if (pattern[i + 1] === '/') i++
        steps.push({ takes: any, again: true, skippable: true, until: '/' })
      }
    } else if (char === '?') steps.push({ takes: notSlash, again: false, skippable: false })
    else if (char === '[') {
      const end = classEnd(pattern, i)
      steps.push({ takes: classOf(pattern.slice(i + 1, end), pattern), again: false, skippable: false })
      i = end
    } else {
      const literal = char === '\\' && i + 1 < pattern.length ? pattern[++i] : char
      steps.push({ takes: (one) => one === literal, again: false, skippable: false })
    }
  }
  return steps
}

/** Where a class ends; a bracket that stands first in it is one of its characters. */
function classEnd(pattern: readonly string[], start: number): number {
  let at = start + 1
  if (pattern[at] === '^') at++
  if (pattern[at] === ']') at++
  for (; at < pattern.length; at++) {
    if (pattern[at] === ']') return at
    if (pattern[at] === '\\') at++
  }
  throw wrong(pattern)
}

function wrong(pattern: readonly string[]): Error {
  return invalid(`syntax error in pattern ${JSON.stringify(pattern.join(''))}`)
}

function classOf(inside: readonly string[], pattern: readonly string[]): (char: string) => boolean {
  const negated = inside[0] === '^'
  const ranges: [number, number][] = []
  const chars = [...inside.slice(negated ? 1 : 0).join('').matchAll(/\\(.)|([^\\])/gsu)].map(([, escaped, plain]) => ({ char: (escaped ?? plain) as string, plain: escaped === undefined }))
  for (let i = 0; i < chars.length; i++) {
    const from = codeOf(chars[i]?.char)
    const dash = chars[i + 1]
    const to = dash?.char === '-' && dash.plain && i + 2 < chars.length ? codeOf(chars[i + 2]?.char) : undefined
    if (to !== undefined) i += 2
    if (to !== undefined && to < from) throw wrong(pattern)
    ranges.push([from, to ?? from])
  }
  return (char) => char !== '/' && ranges.some(([from, to]) => from <= codeOf(char) && codeOf(char) <= to) !== negated
}

function codeOf(char = ''): number {
  return char.codePointAt(0) ?? 0
}

/** The rules of a `.dockerignore`: the last one that fits a path or a folder above it decides. */
export class IgnoreRules {
  private readonly rules: { pattern: PathPattern; ignores: boolean }[]

  /** Lines without comments and empty ones. Throws `invalid`. */
  constructor(lines: readonly string[]) {
    this.rules = lines.map((line) => {
      const kept = line.startsWith('!')
      const text = cleaned((kept ? line.slice(1) : line).trim())
      if (kept && text === '') throw invalid(`illegal exclusion pattern: ${JSON.stringify(line)}`)
      return { pattern: new PathPattern(text, true), ignores: !kept }
    })
  }

  /** `path` without a slash before it. */
  ignores(path: string): boolean {
    return this.rules.findLast(({ pattern }) => pattern.fitsOrAbove(path))?.ignores ?? false
  }
}

/** As Go's `filepath.Clean` does, without the slash that may stand first. */
function cleaned(text: string): string {
  const parts: string[] = []
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/')
}
