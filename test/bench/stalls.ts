import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from './bench.js'
import { programsFolder } from '../lab/belongings.js'
import { timedDocker, type MeasuredEngine } from './measured-engine.js'
import type { Figure } from './report.js'
import { rounded } from './statistics.js'

const usualFiles = 20_000
const filesInFolder = 400
const fileBytes = 300

/** One thing that is asked of the daemon. */
interface Operation {
  subject: string
  run: (engine: MeasuredEngine) => Promise<unknown>
}

/** How long the event loop stands still while the daemon works on very many small files, in each way it may be asked to. */
export const benchStalls: Bench = async (context) => {
  const [engine] = context.engines
  if (!engine) return []
  const files = Math.max(filesInFolder, Math.round(usualFiles * context.scale))
  const folder = join(engine.host.folder, 'many-files')
  await engine.start()
  try {
    makeTree(join(folder, 'tree'), files)
    writeFileSync(join(folder, 'Dockerfile'), 'FROM busybox\nCOPY tree /tree\n')
    writeFileSync(join(folder, 'Dockerfile.ignored'), 'FROM busybox\nCOPY tree /tree\n')
    writeFileSync(join(folder, 'Dockerfile.ignored.dockerignore'), '**/*7\n!tree/d1/*\n*.md\n')
    writeFileSync(join(folder, 'Dockerfile.from'), 'FROM bench-files AS files\nFROM busybox\nCOPY --from=files /tree /copy\n')
    writeFileSync(join(folder, 'Dockerfile.squash'), 'FROM busybox\nCOPY tree /tree\nRUN rm -r /tree/d1\n')
    await engine.host.runOk('tar', ['-cf', join(folder, 'tree.tar'), '-C', folder, 'tree'], { timeoutMs: 600_000 })
    const figures: Figure[] = []
    for (const { subject, run } of operations(folder)) {
      context.say(`stalls: ${subject} (${files} files)`)
      await engine.loopStall?.()
      await run(engine)
      const stall = await engine.loopStall?.()
      for (const [figure, value] of stall ? [['longest stall, without waiting for a CPU', stall.ownMs], ['longest run of the event loop', stall.ranMs]] as const : []) {
        context.say(`stalls: ${figure}: ${rounded(value)} ms`)
        figures.push({ bench: 'stalls', subject: `${subject}, ${files} files`, figure, unit: 'ms', skep: rounded(value) })
      }
    }
    return figures
  } finally {
    await engine.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function operations(folder: string): Operation[] {
  const build = (...args: string[]) => (engine: MeasuredEngine) => timedDocker(engine, ['build', '-q', ...args, folder], { DOCKER_BUILDKIT: '0' })
  const docker = (...args: string[]) => (engine: MeasuredEngine) => timedDocker(engine, args)
  const shell = (line: string) => docker('exec', 'bench-files', 'sh', '-c', line)
  return [
    { subject: 'build, COPY of all', run: build('-t', 'bench-files') },
    { subject: 'build, found in the cache', run: build() },
    { subject: 'build with a .dockerignore', run: build('-f', join(folder, 'Dockerfile.ignored')) },
    { subject: 'build, COPY --from an image', run: build('-f', join(folder, 'Dockerfile.from')) },
    // Docker's client offers this only to daemons that call themselves experimental.
    { subject: 'build --squash', run: ({ host }) => host.runOk(join(programsFolder, 'skep'), ['-H', `unix://${host.socketPath}`, 'build', '-q', '--squash', '-f', join(folder, 'Dockerfile.squash'), folder], { timeoutMs: 600_000 }) },
    { subject: 'save', run: docker('save', '-o', join(folder, 'image.tar'), 'bench-files') },
    { subject: 'load', run: async (engine) => { await docker('rmi', '-f', 'bench-files')(engine); await docker('load', '-i', join(folder, 'image.tar'))(engine) } },
    { subject: 'import', run: docker('import', join(folder, 'tree.tar'), 'bench-imported') },
    { subject: 'run', run: docker('run', '-d', '--name', 'bench-files', 'busybox', 'sleep', '100000') },
    { subject: 'cp into a container', run: docker('cp', join(folder, 'tree'), 'bench-files:/in') },
    { subject: 'cp out of a container', run: docker('cp', 'bench-files:/in', join(folder, 'out')) },
    { subject: 'a command that changes all', run: shell('cp -r /in /changed && rm -r /in') },
    { subject: 'diff', run: docker('diff', 'bench-files') },
    { subject: 'commit', run: docker('commit', 'bench-files', 'bench-committed') },
    { subject: 'export', run: docker('export', '-o', join(folder, 'export.tar'), 'bench-files') },
    { subject: 'ps -s', run: docker('ps', '-s') },
    { subject: 'system df', run: docker('system', 'df', '-v') },
    { subject: 'rm', run: docker('rm', '-f', 'bench-files') },
    { subject: 'rmi', run: docker('rmi', '-f', 'bench-committed', 'bench-imported', 'bench-files') },
    { subject: 'prune', run: docker('system', 'prune', '-af') },
  ]
}

function makeTree(root: string, files: number): void {
  for (let n = 0; n < files; n++) {
    const folder = join(root, `d${Math.floor(n / filesInFolder)}`)
    if (n % filesInFolder === 0) mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `file-${n}`), `${n} `.repeat(Math.ceil(fileBytes / 6)))
  }
}
