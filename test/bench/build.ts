import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { paired, repetitions, type Bench } from './bench.js'
import { timedDocker, type MeasuredEngine } from './measured-engine.js'
import type { Figure } from './report.js'
import { summarise } from './statistics.js'

const cachedRuns = 20
const uncachedRuns = 5

/** Twenty steps as projects have them: settings, commands that change files, and files of the context. */
const dockerfile = [
  'FROM busybox', 'ARG VERSION=1', 'ENV LANG=C.UTF-8 APP=/srv/app', 'LABEL maintainer=bench', 'WORKDIR /srv/app',
  'RUN mkdir -p /var/cache/app && echo base > /var/cache/app/base', 'RUN echo app:x:1000:1000:app:/:/bin/false >> /etc/passwd',
  'COPY package.json ./', 'RUN cat package.json > installed && for i in $(seq 200); do echo $i > module-$i; done', 'COPY src/ src/',
  'RUN cat src/* > bundle', 'RUN rm -f module-1*', 'COPY config/ /etc/app/', 'RUN chmod -R a+rX /etc/app', 'ENV NODE_ENV=production',
  'EXPOSE 8080', 'VOLUME /data', 'USER app', 'HEALTHCHECK CMD true', 'CMD ["cat", "/srv/app/bundle"]',
].join('\n')
const sourceFiles = 300
const sourceFileBytes = 20_000

/** `docker build` by the classic builders (or what stands for it): all steps found made already, and all done anew. */
export const benchBuild: Bench = async (context) => {
  for (const engine of context.engines) await engine.start()
  const folders = new Map(context.engines.map((engine) => [engine.name, makeContext(engine)]))
  const figures: Figure[] = []
  for (const [subject, usual, flags] of [
    ['uncached', uncachedRuns, ['--no-cache']],
    ['cached', cachedRuns, []],
  ] as const) {
    const runs = repetitions(context, usual, 3)
    context.say(`build: ${runs} builds, ${subject}`)
    const tookMs = new Map<string, number[]>(context.engines.map((engine) => [engine.name, []]))
    for (let n = -1; n < runs; n++) {
      for (const engine of context.engines) {
        const took = (await timedDocker(engine, ['build', ...flags, '-t', 'bench', folders.get(engine.name) ?? ''], { DOCKER_BUILDKIT: '0' })).tookMs
        if (n >= 0) tookMs.get(engine.name)?.push(took)
      }
    }
    const samples = [...tookMs].map(([name, values]) => [name, summarise(values)] as const)
    for (const figure of ['median', 'p95'] as const) {
      const values = new Map(samples.map(([name, sample]) => [name, sample[figure]]))
      figures.push({ bench: 'build', subject: `build of 20 steps, ${subject}`, figure, unit: 'ms', ...paired(values) })
    }
  }
  for (const engine of context.engines) await engine.stop()
  for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true })
  return figures
}

function makeContext(engine: MeasuredEngine): string {
  const folder = join(engine.host.folder, 'build-context')
  for (const name of ['src', 'config']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'Dockerfile'), dockerfile)
  writeFileSync(join(folder, 'package.json'), '{"name":"bench"}')
  writeFileSync(join(folder, 'config/app.conf'), 'listen 8080\n')
  for (let n = 0; n < sourceFiles; n++) writeFileSync(join(folder, 'src', `file-${n}.js`), `// ${n}\n`.repeat(sourceFileBytes / 8))
  return folder
}
