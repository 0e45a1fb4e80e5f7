// Generates with protobufjs src/wire/gen/skep.{js,d.ts} from proto/*.proto, and src/buildkit/gen/buildkit.{js,d.ts} from
// proto/buildkit/*.proto. Run after editing a .proto: npm run gen
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { dirname, join } from 'node:path'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (name) => join(root, 'node_modules/protobufjs-cli/bin', name)
const run = (name, args) => execFileSync(process.execPath, [bin(name), ...args], { stdio: 'inherit', cwd: root })

// Only encode and decode: src/wire/codec.ts turns messages into model objects itself, in one walk.
const flags = ['-t', 'static-module', '-w', 'es6', '--force-number', '--no-verify', '--no-delimited', '--no-service', '--no-convert', '--no-typeurl']
const importLine = 'import $protobuf from "protobufjs/minimal.js";\n'

function generate(folder, out, name) {
  mkdirSync(out, { recursive: true })
  const protos = readdirSync(folder).filter((file) => file.endsWith('.proto')).sort().map((file) => join(folder, file))
  // Without a root of its own what is generated second would be mixed with what is first.
  const target = (file, ...more) => [...flags, ...more, ...(name === 'skep' ? [] : ['-r', name]), '-p', folder, '-o', file, ...protos]
  // The declarations are made from the comments, which the program itself is better off without.
  const commented = join(out, `.commented-${process.pid}.js`)
  try {
    run('pbjs', target(commented))
    run('pbts', ['-o', join(out, `${name}.d.ts`), commented])
  } finally {
    rmSync(commented, { force: true })
  }
  const js = join(out, `${name}.js`)
  run('pbjs', target(js, '--no-comments'))
  // Without Long the 64-bit numbers are JavaScript numbers, which is what the model has.
  const text = readFileSync(js, 'utf8')
  if (!text.includes(importLine)) throw new Error('pbjs writes its import differently now: adapt scripts/gen-proto.mjs')
  writeFileSync(js, text.replace(importLine, `${importLine}$protobuf.util.Long = undefined;\n$protobuf.configure();\n`))
}

const [wireOut = join(root, 'src/wire/gen'), buildkitOut = join(root, 'src/buildkit/gen')] = process.argv.slice(2)
generate(join(root, 'proto'), wireOut, 'skep')
generate(join(root, 'proto/buildkit'), buildkitOut, 'buildkit')
