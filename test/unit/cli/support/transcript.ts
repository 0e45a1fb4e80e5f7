import { strict as assert } from 'node:assert'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const folder = resolve(import.meta.dirname, '../../../data/cli')

/** One command line and what came of it. */
export interface Entry {
  line: string
  result: string
}

/** The entries of a file of `test/data/cli`: `$ line`, then the result up to the next one. */
export function readTranscript(name: string): Entry[] {
  const text = readFileSync(resolve(folder, name), 'utf8')
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((entry) => {
      const at = entry.indexOf('\n')
      return { line: entry.slice(0, at), result: entry.slice(at + 1).replace(/\n$/, '') }
    })
}

/** Runs every line of a transcript and compares; `UPDATE=1` writes what came out instead. */
export function describeTranscript(name: string, run: (line: string) => Promise<string>): void {
  const results: Entry[] = []
  for (const { line, result } of readTranscript(name)) {
    it(`skep ${line}`, async () => {
      const actual = await run(line)
      results.push({ line, result: actual })
      if (!process.env['UPDATE']) assert.equal(actual, result)
    })
  }
  after(() => {
    if (!process.env['UPDATE']) return
    writeFileSync(resolve(folder, name), results.map(({ line, result }) => `$ ${line}\n${result}\n`).join(''))
  })
}
