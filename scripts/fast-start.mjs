// What makes a program of the build start sooner: modules of Node.js that are loaded when they are first used,
// and what V8 made of the program in a file beside it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'

/** A plugin of esbuild: each of these modules is loaded when something of it is first used. Most commands do without most. */
export const lateModules = {
  name: 'late-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:(child_process|crypto|fs\/promises|http|net|readline|stream|stream\/promises)$/ }, ({ path, namespace }) =>
      namespace === 'late' ? { path, external: true } : { path, namespace: 'late' },
    )
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).map((name) => JSON.stringify(name))
      return { contents: `module.exports={${names.map((name) => `get ${name}(){return require("${path}")[${name}]}`).join(',')}}` }
    })
  },
}

/**
 * The first line of a program. What follows `--` is the program's own: Node.js 20 takes `--env-file` for itself wherever it
 * stands, fails where that file is missing, and takes its NODE_OPTIONS.
 */
export const firstLine = (flags = []) => `#!/usr/bin/env -S node ${[...flags, '--'].join(' ')}`

/**
 * A program in ASCII alone: one character beyond Latin-1 has V8 hold the whole text with two bytes for each character.
 * esbuild leaves such characters in regular expressions only.
 */
export const asciiOnly = (text) => text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

const mark = '//program'
const hashCharacters = 32
/** Bytes of which one word is summed: V8 looks at no more than the length, and falls over pages that never came to the disk. */
const summedBytes = 1024
/** The hash, the sum, and what V8's part is aligned by: it would be copied otherwise. */
const headerBytes = hashCharacters + 8
/** So that errors name lines of the file. */
const linesOfLauncher = 20

/**
 * Writes a program (its first line, and all else as the body of a CommonJS module) with `<path>.cache` beside it, which saves
 * V8 the compiling. Where that file is missing, or is of another program, or of another version or other flags of Node.js,
 * or lacks parts, or others than the program's owner may have written it, the program is compiled as any other. It stands in
 * comments: Node.js would compile it once more otherwise.
 */
export function writeCached(path, text) {
  const [first, ...lines] = text.split('\n')
  // It is read as latin1, which takes no time.
  const body = asciiOnly(lines.join('\n'))
  const source = `(function(exports,require,module,__filename,__dirname){${body}\n})`
  const hash = createHash('sha256').update(source).digest('hex').slice(0, hashCharacters)
  const place = { filename: basename(path), lineOffset: linesOfLauncher }
  const launcher = `${first}
'use strict'
const { closeSync, fstatSync, openSync, readFileSync, statSync } = require('node:fs')
const { Script } = require('node:vm')
const text = readFileSync(__filename, 'latin1')
const source = text.slice(text.indexOf('\\n${mark}\\n') + ${mark.length + 4}).replaceAll('\\n//', '\\n')
let cachedData
try {
  const file = openSync(__filename + '.cache', 0o4000)
  const { uid, mode } = fstatSync(file)
  if (uid === statSync(__filename).uid && (mode & 0o170022) === 0o100000) {
    const found = readFileSync(file)
    let sum = 0
    for (let at = ${headerBytes}; at + 4 <= found.length; at += ${summedBytes}) sum = (sum + found.readInt32LE(at)) | 0
    if (found.latin1Slice(0, ${hashCharacters}) === '${hash}' && found.readInt32LE(${hashCharacters}) === sum) cachedData = found.subarray(${headerBytes})
  }
  closeSync(file)
} catch {}
new Script(source, { ...${JSON.stringify(place)}, cachedData }).runInThisContext()(exports, require, module, __filename, __dirname)
${mark}`
  if (source.includes('\r')) throw new Error(`${path}: a comment ends with a carriage return`)
  writeFileSync(path, `${launcher}\n//${source.replaceAll('\n', '\n//')}`)
  const data = compiled(source, place)
  let sum = 0
  for (let at = 0; at + 4 <= data.length; at += summedBytes) sum = (sum + data.readInt32LE(at)) | 0
  const header = Buffer.alloc(headerBytes)
  header.write(hash)
  header.writeInt32LE(sum, hashCharacters)
  writeFileSync(`${path}.cache`, Buffer.concat([header, data]))
  // Whatever the umask: it is run as the program is.
  chmodSync(`${path}.cache`, 0o644)
}

/** What V8 makes of it in a command that nobody answers: the functions that most commands use are compiled then. */
function compiled(source, place) {
  const script = `
    const script = new (require('node:vm').Script)(require('node:fs').readFileSync(0, 'latin1'), ${JSON.stringify(place)})
    process.on('exit', () => require('node:fs').writeSync(3, script.createCachedData()))
    process.argv = [process.execPath, 'skep', '-H', 'unix:///nowhere', 'ps']
    script.runInThisContext()({}, require, {}, '/', '/')`
  const { output } = spawnSync(process.execPath, ['-e', script], { input: source, stdio: ['pipe', 'ignore', 'ignore', 'pipe'], maxBuffer: 2 ** 28 })
  const [, , , data] = output
  if (data.length === 0) throw new Error(`${place.filename} did not run`)
  return data
}
