import { strict as assert } from 'node:assert'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import type { LabHost, Outcome } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { startLab } from './support.js'

const composeFile = `
version: '2.4'
services:
  web:
    build:
      context: ./site
      args: { GREETING: hello }
    image: site:1
    networks:
      front: { aliases: [www] }
    volumes: ['content:/data']
    labels: { tier: front }
    healthcheck:
      test: [CMD, wget, -q, -O, '-', 'http://127.0.0.1/']
      interval: 200ms
      timeout: 10s
      retries: 100
  asker:
    image: busybox
    command: sh -c 'wget -q -O - http://www/ && echo asked && exec sleep 1000'
    stop_signal: SIGKILL
    depends_on:
      web: { condition: service_healthy }
    networks: [front]
  legacy:
    image: busybox
    command: sleep 1000
    stop_signal: SIGKILL
    network_mode: bridge
networks:
  front: {}
volumes:
  content: {}
`

const dockerfile = `FROM busybox
ARG GREETING
RUN mkdir -p /www /data && echo "$GREETING from compose" > /www/index.html
COPY extra.txt /www/
EXPOSE 80
STOPSIGNAL SIGKILL
CMD ["httpd", "-f", "-p", "80", "-h", "/www"]
`

/** Debian's docker-compose 1.29, which speaks to the daemon through the Python SDK. */
describe('docker-compose', function () {
  this.timeout(120_000)
  let lab: Lab
  let host: LabHost

  before(async () => {
    lab = await startLab(1)
    host = lab.host(1)
    const site = join(host.folder, 'demo/site')
    mkdirSync(site, { recursive: true })
    writeFileSync(join(host.folder, 'demo/docker-compose.yml'), composeFile)
    writeFileSync(join(site, 'Dockerfile'), dockerfile)
    writeFileSync(join(site, 'extra.txt'), 'extra\n')
  })
  after(async () => {
    await lab?.close()
  })

  const compose = (...args: string[]): Promise<Outcome> => {
    const words = ['-f', join(host.folder, 'demo/docker-compose.yml'), '--no-ansi', ...args]
    return host.run('docker-compose', words, { env: { DOCKER_HOST: `unix://${host.socketPath}`, COMPOSE_DOCKER_CLI_BUILD: '0', HOME: host.folder } })
  }
  const ok = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await compose(...args)
    assert.equal(code, 0, `docker-compose ${args.join(' ')}\n${stdout}${stderr}`)
    return stdout
  }
  const idOf = (service: string): Promise<string> => ok('ps', '-q', service)

  it('builds, and starts services in the order of their dependencies', async () => {
    await ok('up', '-d')
    const state = '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}'
    assert.equal(await host.docker('inspect', '--format', state, 'demo_web_1'), 'running healthy')
    assert.equal(await host.docker('inspect', '--format', '{{.Config.Labels.tier}} {{index .Config.Labels "com.docker.compose.service"}}', 'demo_web_1'), 'front web')
    assert.match(await ok('ps'), /demo_asker_1 .* Up[\s\S]*demo_web_1 .* Up \(healthy\) +80\/tcp/)
    await eventually('the one asked the other', async () => /hello from compose\nasker_1 +\| asked/.test(await ok('logs', '--no-color', 'asker')))
  })

  it('runs commands in services and beside them', async () => {
    assert.equal(await ok('exec', '-T', 'web', 'cat', '/www/extra.txt'), 'extra\n')
    assert.match(await ok('run', '--rm', 'asker', 'wget', '-q', '-O', '-', 'http://www/extra.txt'), /extra/)
    assert.match(await ok('top', 'web'), /httpd -f -p 80/)
    assert.match(await ok('images'), /demo_web_1 +site +1 /)
  })

  it('scales up and down', async () => {
    await ok('up', '-d', '--scale', 'asker=3')
    assert.equal((await idOf('asker')).trim().split('\n').length, 3)
    await ok('scale', 'asker=1')
    assert.equal((await idOf('asker')).trim().split('\n').length, 1)
  })

  it('keeps a volume over a new container, and what did not change as it is', async () => {
    await ok('exec', '-T', 'web', 'sh', '-c', 'echo kept > /data/file')
    const [web, asker] = [await idOf('web'), await idOf('asker')]
    await ok('up', '-d', '--force-recreate', '--no-deps', 'web')
    assert.notEqual(await idOf('web'), web)
    assert.equal(await idOf('asker'), asker)
    assert.equal(await ok('exec', '-T', 'web', 'cat', '/data/file'), 'kept\n')
    await ok('restart', 'web')
    await ok('stop', 'asker')
    await ok('start', 'asker')
    assert.equal(await idOf('asker'), asker)
  })

  it('takes everything down', async () => {
    await ok('down', '-v', '--rmi', 'local')
    assert.equal(await host.docker('ps', '-aq'), '')
    assert.equal(await host.docker('volume', 'ls', '-q'), '')
    assert.equal(await host.docker('network', 'ls', '-q', '--filter', 'type=custom'), '')
  })
})
