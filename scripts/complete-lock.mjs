// Adds to package-lock.json the optional packages for other systems that the registry did not have when
// the lock was made (a mirror may lack them): `npm ci` wants every one of them named, although it never
// installs those whose `os` or `cpu` is not this machine's. Run after changing dependencies.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const path = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8'))
const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'aix']
const processors = ['arm64', 'armeabi', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32']

let added = 0
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (lock.packages[`node_modules/${name}`]) continue
    const words = name.split(/[-/@]/)
    const os = systems.find((system) => words.includes(system))
    const cpu = processors.find((processor) => words.includes(processor)) ?? (words.includes('arm') ? 'arm' : undefined)
    // This system's own package must come from the registry with its checksum; anything else is a broken lock.
    if (os === 'linux' && (cpu === 'x64' || cpu === undefined)) throw new Error(`${name} is missing from the lock`)
    if (!os) continue
    lock.packages[`node_modules/${name}`] = { version, optional: true, os: [os], ...(cpu && { cpu: [cpu] }) }
    added++
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`added ${added} entries`)
