// Bundles the two programs into dist/skep and dist/skepd. What cannot be bundled (packages with native
// code) is copied to dist/node_modules, so that dist/ can be moved to another place and still runs.
//   node scripts/build.mjs [skep] [skepd] [FOLDER]     both programs into dist/ by default
import { build } from 'esbuild'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asciiOnly, firstLine, lateModules, writeCached } from './fast-start.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const programs = ['skep', 'skepd']
const args = process.argv.slice(2)
const wanted = args.filter((arg) => programs.includes(arg))
const out = resolve(args.find((arg) => !programs.includes(arg)) ?? join(root, 'dist'))
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
/** Packages that load a .node file. */
const native = ['koffi', 'lmdb', 'node-unix-socket']

// What is run is written by its owner alone, whatever the umask.
process.umask(0o022)
// Programs that run from here keep running: every file is replaced by a rename, never in place.
const staging = join(out, `.staging-${process.pid}`)
mkdirSync(staging, { recursive: true })
process.on('exit', () => rmSync(staging, { recursive: true, force: true }))
// The programs are CommonJS without a file extension; the project's own package.json says "module".
writeFileSync(join(staging, 'package.json'), `${JSON.stringify({ name: 'skep', version, type: 'commonjs', private: true })}\n`)

const copied = new Set()
function copyPackage(name, from) {
  if (copied.has(name)) return
  const folder = findPackage(name, from)
  if (!folder) return
  copied.add(name)
  cpSync(folder, join(staging, 'node_modules', name), { recursive: true, dereference: true })
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    copyPackage(dependency, folder)
  }
}
function findPackage(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === dirname(folder)) return undefined
  }
}
for (const name of native) copyPackage(name, root)

/** Moves what was built into place. */
function install() {
  const modules = join(out, 'node_modules')
  const old = join(staging, 'old')
  if (existsSync(modules)) renameSync(modules, old)
  renameSync(join(staging, 'node_modules'), modules)
  const files = entries.flatMap(({ name, startsOften }) => (startsOften ? [`${name}.cache`, name] : [name]))
  for (const name of ['package.json', ...files]) renameSync(join(staging, name), join(out, name))
}

/** The commit the programs were built from, for `version`. */
function commit() {
  const head = join(root, '.git/HEAD')
  if (!existsSync(head)) return 'unknown'
  const text = readFileSync(head, 'utf8').trim()
  if (!text.startsWith('ref: ')) return text.slice(0, 7)
  const ref = join(root, '.git', text.slice(5))
  return existsSync(ref) ? readFileSync(ref, 'utf8').trim().slice(0, 7) : 'unknown'
}

const entries = [
  { entry: 'src/cli/main.ts', name: 'skep', startsOften: true },
  { entry: 'src/daemon/main.ts', name: 'skepd', nodeFlags: ['--max-semi-space-size=2', '--no-deprecation'] },
].filter(({ name }) => wanted.length === 0 || wanted.includes(name))

/** The program of the threads that work on files, as a text within the daemon's own file. */
const fileThread = await build({
  entryPoints: [join(root, 'agent/file-threads/program.ts')],
  write: false,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: native,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'import.meta.url': '""' },
  // A text has no place of its own: packages are looked for from the daemon's.
  banner: { js: '(function(require){' },
  footer: { js: "})(require('node:module').createRequire(require('node:worker_threads').workerData.program))" },
})

await Promise.all(
  entries.map(async ({ entry, name, nodeFlags, startsOften }) => {
    await build({
      entryPoints: [join(root, entry)],
      outfile: join(staging, name),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      external: native,
      plugins: startsOften ? [lateModules] : [],
      minifySyntax: true,
      minifyWhitespace: true,
      keepNames: false,
      legalComments: 'none',
      logLevel: 'warning',
      // Modules that find files beside themselves use import.meta; in one CommonJS file that is this file.
      banner: {
        js: `${firstLine(nodeFlags)}\nconst __bundleUrl=require('node:url').pathToFileURL(__filename).href;`,
      },
      define: {
        'import.meta.url': '__bundleUrl',
        'process.env.SKEP_VERSION': JSON.stringify(version),
        'process.env.SKEP_COMMIT': JSON.stringify(commit()),
        ...(name === 'skepd' && { 'process.env.SKEP_FILE_THREAD': JSON.stringify(fileThread.outputFiles[0].text) }),
      },
    })
    const path = join(staging, name)
    const text = readFileSync(path, 'utf8')
    if (startsOften) writeCached(path, text)
    else writeFileSync(path, asciiOnly(text))
    chmodSync(path, 0o755)
  }),
)
// Resolves every native package once, so that a broken copy fails the build and not the first start.
const require = createRequire(join(staging, 'package.json'))
for (const name of native) require(name)
install()
console.log(`built ${entries.map(({ name }) => join(relative(process.cwd(), out), name)).join(' and ')}`)
