import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { strict as assert } from 'node:assert'

/**
 * Who may import whom. A layer may import itself and the layers listed; everything else is refused.
 * The most specific path wins.
 */
const layers: Record<string, readonly string[]> = {
  'src/base': [],
  'src/model': ['src/base'],
  'src/sys': ['src/model', 'src/base'],
  'src/pki': ['src/model', 'src/base'],
  'src/wire': ['src/pki', 'src/sys', 'src/model', 'src/base'],
  'src/buildkit': ['src/model', 'src/base'],
  'src/api': ['src/buildkit', 'src/model', 'src/base'],
  'src/client': ['src/model', 'src/base'],
  'src/cli': ['src/client', 'src/model', 'src/base', 'src/sys'],
  'src/dashboard': ['src/client', 'src/model', 'src/base'],
  'src/daemon': ['src/api', 'src/buildkit', 'src/client', 'src/wire', 'src/pki', 'src/sys', 'src/model', 'src/base', 'manager', 'manager/*', 'agent', 'agent/*'],

  // The manager: subsystems import the store, never one another; the manager's own files wire them.
  manager: ['src/wire', 'src/pki', 'src/sys', 'src/model', 'src/base', 'manager/*'],
  'manager/raft/core': ['src/base'],
  'manager/raft/wal': ['src/base', 'src/sys', 'manager/raft/core'],
  'manager/raft': ['src/wire', 'src/pki', 'src/sys', 'src/model', 'src/base', 'manager/raft/core', 'manager/raft/wal', 'manager/store'],
  'manager/store': ['src/wire', 'src/sys', 'src/model', 'src/base'],
  'manager/control': ['src/wire', 'src/pki', 'src/sys', 'src/model', 'src/base', 'manager/store'],
  'manager/orchestrator': ['src/model', 'src/base', 'manager/store'],
  'manager/scheduler': ['src/model', 'src/base', 'manager/store'],
  'manager/allocator': ['src/model', 'src/base', 'manager/store'],
  'manager/dispatcher': ['src/wire', 'src/pki', 'src/sys', 'src/model', 'src/base', 'manager/store'],
  'manager/ca': ['src/wire', 'src/pki', 'src/sys', 'src/model', 'src/base', 'manager/store'],
  'manager/keys': ['src/wire', 'src/pki', 'src/sys', 'src/model', 'src/base', 'manager/store'],
  'manager/logbroker': ['src/wire', 'src/pki', 'src/sys', 'src/model', 'src/base', 'manager/store'],

  // The agent: task-manager > executor > engine > {runtime, image, snapshot, network, volume} > kernel.
  agent: ['src/wire', 'src/pki', 'src/sys', 'src/model', 'src/base', 'agent/*'],
  'agent/identity': ['src/wire', 'src/pki', 'src/sys', 'src/model', 'src/base'],
  'agent/logs': ['src/wire', 'src/pki', 'src/sys', 'src/model', 'src/base', 'agent/executor'],
  'agent/executor': ['src/wire', 'src/sys', 'src/model', 'src/base', 'agent/engine', 'agent/image', 'agent/network', 'agent/volume'],
  'agent/engine': ['src/sys', 'src/model', 'src/base', 'agent/log-drivers', 'agent/runtime', 'agent/image', 'agent/snapshot', 'agent/network', 'agent/volume', 'agent/kernel'],
  'agent/plugin': ['src/sys', 'src/model', 'src/base', 'agent/engine', 'agent/runtime', 'agent/image', 'agent/snapshot', 'agent/kernel'],
  'agent/build': ['src/sys', 'src/model', 'src/base', 'agent/engine', 'agent/runtime', 'agent/image', 'agent/snapshot', 'agent/kernel'],
  'agent/runtime': ['src/sys', 'src/model', 'src/base', 'agent/kernel'],
  'agent/image': ['src/sys', 'src/model', 'src/base', 'agent/kernel', 'agent/snapshot'],
  'agent/snapshot': ['src/sys', 'src/model', 'src/base', 'agent/kernel'],
  'agent/network': ['src/sys', 'src/model', 'src/base', 'agent/kernel'],
  'agent/volume': ['src/sys', 'src/model', 'src/base', 'agent/kernel'],
  'agent/log-drivers': ['src/sys', 'src/model', 'src/base', 'agent/kernel'],
  'agent/kernel': ['src/sys', 'src/model', 'src/base'],
}

/** Modules that must have no I/O: pure siblings, `src/base` and `src/model` are all they import. */
const pure = ['src/base', 'src/model', 'manager/raft/core', 'agent/runtime/bundle']
const externalInPure: Record<string, readonly string[]> = { 'src/base': ['nanoid'], 'src/model': ['ipaddr.js'] }

/** Packages that only one folder may use. */
const owners: Record<string, string> = { koffi: 'agent/kernel', 'node-unix-socket': 'agent/kernel' }

const root = resolve(import.meta.dirname, '../..')
const layerNames = Object.keys(layers).sort((a, b) => b.length - a.length)
const layerOf = (file: string): string | undefined =>
  layerNames.find((layer) => file.startsWith(`${layer}/`)) ?? undefined

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (path !== 'src/wire/gen' && path !== 'src/buildkit/gen') yield* sources(path)
    } else if (path.endsWith('.ts')) yield path
  }
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = text.matchAll(/^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm)
  return [...found].map((match) => (match[1] ?? match[2]) as string)
}

describe('layers', () => {
  const files = ['src', 'agent', 'manager'].flatMap((folder) => [...sources(folder)])

  it('each file belongs to a layer', () => {
    assert.deepEqual(files.filter((file) => layerOf(file) === undefined), [])
  })

  it('imports go to the left only', () => {
    const wrong: string[] = []
    for (const file of files) {
      const from = layerOf(file)
      if (from === undefined) continue
      const allowed = layers[from] ?? []
      for (const target of importsOf(file)) {
        if (!target.startsWith('.')) {
          const external = target.startsWith('node:') || !/^[@a-z]/.test(target) ? target : target.split('/').slice(0, target.startsWith('@') ? 2 : 1).join('/')
          const pureHome = pure.find((folder) => file.startsWith(`${folder}/`))
          if (pureHome && !(externalInPure[pureHome] ?? []).includes(external)) wrong.push(`${file}: ${target} in a pure module`)
          const owner = owners[external]
          if (owner && !file.startsWith(`${owner}/`)) wrong.push(`${file}: only ${owner} uses ${external}`)
          continue
        }
        const to = layerOf(relative(root, resolve(root, dirname(file), target)))
        if (to === from) continue
        const fits = to !== undefined && allowed.some((one) => (one.endsWith('/*') ? to.startsWith(one.slice(0, -1)) : one === to))
        if (!fits) wrong.push(`${file}: ${from} may not import ${target} (${to ?? 'no layer'})`)
      }
    }
    assert.deepEqual(wrong, [])
  })

  it('programs are spawned from two places only', () => {
    const spawning = files.filter((file) => importsOf(file).includes('node:child_process'))
    assert.deepEqual(spawning.filter((file) => file !== 'src/sys/exec.ts' && !file.startsWith('agent/kernel/')), [])
  })
})
