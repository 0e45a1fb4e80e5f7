import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Group } from './transcript.js'

const folder = resolve(import.meta.dirname, '../../../../data/raft')

/**
 * A transcript is comments (#), commands, and under each command, indented, what it printed.
 * UPDATE=1 rewrites what was printed; a reviewer reads the difference.
 */
function replay(source: string): string {
  const group = new Group()
  const out: string[] = []
  for (const line of source.split('\n')) {
    if (line.startsWith('    ')) continue
    out.push(line)
    if (line.trim() === '' || line.startsWith('#')) continue
    for (const printed of group.run(line).split('\n')) out.push(`    ${printed}`)
  }
  return out.join('\n')
}

describe('raft core transcripts', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt')).sort()) {
    it(name.replace('.txt', '').replaceAll('-', ' '), () => {
      const path = join(folder, name)
      const source = readFileSync(path, 'utf8')
      const replayed = replay(source)
      if (process.env['UPDATE'] === '1') writeFileSync(path, replayed)
      else assert.equal(replayed, source)
    })
  }
})
