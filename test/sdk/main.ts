/**
 * Runs the tests of Docker's SDKs against skepd and against Docker's own engine, and compares them test
 * by test. See `scripts/sdk-suite.sh`.
 *
 *     … docker-py|dockerode CHECKOUT [--engine skep --engine docker] [--only EXPRESSION] [--out FOLDER] [--daemon PATH]
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DockerEngine } from '../bench/docker-engine.js'
import { programsFolder, repositoryRoot } from '../lab/belongings.js'
import { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { comparison } from './comparison.js'
import { suiteImages } from './images.js'
import { addPlugin, fillMirror, mirrorFlags, startMirror } from './mirror.js'
import { dockerode, dockerPy, type Suite, type TestOutcome } from './suites.js'

const suites: Readonly<Record<string, Suite>> = { 'docker-py': dockerPy, dockerode }
const engines = ['docker', 'skep'] as const

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', multiple: true },
    only: { type: 'string' },
    out: { type: 'string', default: join(repositoryRoot, '.cache/sdk-suite') },
    daemon: { type: 'string', default: join(programsFolder, 'skepd') },
  },
})

async function main(): Promise<number> {
  const [name = '', path = ''] = positionals
  const suite = suites[name]
  if (suite === undefined) throw new Error(`there is no suite '${name}' (known: ${Object.keys(suites).join(', ')})`)
  const checkout = resolve(path)
  if (!existsSync(join(checkout, suite.marker))) throw new Error(`${checkout} is no checkout of ${name}: it has no ${suite.marker}`)
  const wanted = values.engine ?? [...engines]
  const unknown = wanted.find((engine) => !(engines as readonly string[]).includes(engine))
  if (unknown !== undefined) throw new Error(`there is no engine '${unknown}' (known: ${engines.join(', ')})`)
  const out = resolve(values.out)
  mkdirSync(out, { recursive: true })

  const lab = await Lab.create({ hosts: wanted.length, daemon: [process.execPath, resolve(values.daemon)] })
  try {
    const images = await suiteImages()
    for (const [index, engine] of wanted.entries()) {
      const host = lab.host(index + 1)
      // Each machine has its own mirror of the same data: the first fills it.
      await startMirror(host, join(lab.folder, 'mirror'))
      const stop = await start(engine, host)
      if (index === 0) {
        await fillMirror(host, images.names, images.archive)
        await addPlugin(host, 'vieux/sshfs:latest')
      }
      say(`${engine}: ${name}`)
      const log = join(out, `${name}.${engine}.log`)
      rmSync(log, { force: true })
      const outcomes = await suite.run(host, checkout, log, values.only)
      writeFileSync(fileOf(out, name, engine), `${JSON.stringify(outcomes, undefined, 1)}\n`)
      await stop().catch((thrown: unknown) => say(`${engine} does not stop: ${String(thrown)}`))
      writeFileSync(join(out, `${name}.${engine}.daemon.log`), readFileSync(host.logPath))
    }
  } finally {
    // What other people's tests leave is no leak of ours.
    await lab.close().catch((thrown: unknown) => say(String(thrown)))
  }
  const read = (engine: string): TestOutcome[] | undefined => {
    const file = fileOf(out, name, engine)
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TestOutcome[]) : undefined
  }
  const compared = comparison(read('docker'), read('skep'))
  process.stdout.write(`${compared.text}\n`)
  return compared.worse ? 1 : 0
}

async function start(engine: string, host: LabHost): Promise<() => Promise<void>> {
  if (engine === 'skep') {
    await host.startDaemon([...mirrorFlags, '--log-level', 'debug'])
    return () => host.stop()
  }
  const docker = new DockerEngine(host, mirrorFlags)
  await docker.start()
  return () => docker.stop()
}

function fileOf(out: string, suite: string, engine: string): string {
  return join(out, `${suite}.${engine}.json`)
}

function say(line: string): void {
  process.stderr.write(`-- ${line}\n`)
}

main().then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    process.stderr.write(`sdk-suite: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
    process.exit(2)
  },
)
