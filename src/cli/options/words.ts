import { invalid } from '../../base/errors.js'

/** Splits a command line into words as a shell does: blanks, single and double quotes, backslashes. */
export function splitWords(line: string): string[] {
  const words: string[] = []
  let word = ''
  let inWord = false
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const c = line[i] as string
    if (quote === "'") {
      if (c === "'") quote = ''
      else word += c
    } else if (c === '\\' && (quote === '' || /["\\$`]/.test(line[i + 1] ?? ''))) {
      word += line[++i] ?? ''
      inWord = true
    } else if (quote === '"') {
      if (c === '"') quote = ''
      else word += c
    } else if (c === '"' || c === "'") {
      quote = c
      inWord = true
    } else if (/\s/.test(c)) {
      if (inWord) words.push(word)
      word = ''
      inWord = false
    } else {
      word += c
      inWord = true
    }
  }
  if (quote !== '') throw invalid(`a quote is not closed in: ${line}`)
  if (inWord) words.push(word)
  return words
}
