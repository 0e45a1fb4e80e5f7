import { strict as assert } from 'node:assert'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { copyWithLibraries } from '../support/host-files.js'
import { printLogs, removeContainers, startLab } from './support.js'

/** What many run, from the distribution's packages, in images that are built here. */
describe('real workloads in images of our own', function () {
  this.timeout(120_000)
  let lab: Lab
  let host: LabHost

  before(async () => {
    lab = await startLab(1)
    host = lab.host(1)
    await host.docker('network', 'create', 'front')
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
    await removeContainers(host)
  })
  after(async () => {
    await lab?.close()
  })

  /** Builds an image on top of files of this machine, which stand in `root/` of the context. */
  const build = async (name: string, paths: readonly string[], dockerfile: readonly string[]): Promise<void> => {
    const folder = join(lab.folder, `context-${name}`)
    mkdirSync(join(folder, 'root'), { recursive: true })
    copyWithLibraries(join(folder, 'root'), paths)
    writeFileSync(join(folder, 'Dockerfile'), `${dockerfile.join('\n')}\n`)
    const { code, stdout, stderr } = await host.run('docker', ['-H', `unix://${host.socketPath}`, 'build', '-t', name, folder], { env: { DOCKER_BUILDKIT: '0' }, timeoutMs: 90_000 })
    assert.equal(code, 0, `${stdout}${stderr}`)
  }
  const exec = (name: string, ...command: string[]): Promise<string> => host.docker('exec', name, ...command)
  const healthy = (name: string): Promise<unknown> =>
    eventually(`${name} is healthy`, async () => (await host.docker('inspect', '--format', '{{.State.Health.Status}}', name)) === 'healthy', { timeoutMs: 60_000 })

  it('nginx serves through a published port, reloads and ends in order', async () => {
    await build('nginx', ['/usr/sbin/nginx', '/etc/nginx/mime.types'], [
      'FROM busybox',
      'COPY root/ /',
      'RUN mkdir -p /var/lib/nginx /var/log/nginx /srv/www && echo first > /srv/www/index.html',
      'COPY <<"CONF" /etc/nginx/nginx.conf',
      'worker_processes 2;',
      'error_log /dev/stderr notice;',
      'events { worker_connections 64; }',
      'http {',
      '  include mime.types;',
      '  access_log /dev/stdout;',
      '  server { listen 80; root /srv/www; location = /whoami { return 200 "$remote_addr"; } include extra/*.conf; }',
      '}',
      'CONF',
      'EXPOSE 80',
      'STOPSIGNAL SIGQUIT',
      'HEALTHCHECK --interval=500ms --timeout=5s --retries=40 CMD wget -q -O /dev/null http://127.0.0.1/',
      'CMD ["nginx", "-g", "daemon off;"]',
    ])
    await host.docker('run', '-d', '--name', 'web', '--network', 'front', '-p', '8080:80', 'nginx')
    await healthy('web')
    const get = async (path: string): Promise<string> => {
      const { status, body } = await host.http(`http://127.0.0.1:8080${path}`)
      return `${status} ${body.trim()}`
    }
    assert.equal(await get('/'), '200 first')
    assert.equal(await host.docker('run', '--rm', '--network', 'front', 'busybox', 'wget', '-q', '-O', '-', 'http://web/'), 'first')
    await exec('web', 'sh', '-c', 'mkdir /etc/nginx/extra && echo "location = /added { return 200 reloaded; }" > /etc/nginx/extra/a.conf && nginx -t && nginx -s reload')
    await eventually('the new settings count', async () => (await get('/added')) === '200 reloaded')
    await exec('web', 'sh', '-c', 'echo second > /srv/www/index.html')
    assert.equal(await get('/'), '200 second')
    assert.match(await get('/none'), /^404 /)
    // It is answered before it is logged.
    const logs = await eventually('the request is logged', async () => {
      const both = await host.run('docker', ['-H', `unix://${host.socketPath}`, 'logs', 'web'])
      return /"GET \/none HTTP\/1\.1" 404/.test(both.stdout) && both
    })
    assert.match(logs.stderr, /signal process started|reconfiguring/)
    await host.docker('stop', 'web')
    assert.equal(await host.docker('inspect', '--format', '{{.State.ExitCode}}', 'web'), '0')
  })

  it('PostgreSQL keeps its data in a volume when its container is replaced', async () => {
    const version = readdirSync('/usr/lib/postgresql').sort().at(-1) ?? ''
    const programs = `/usr/lib/postgresql/${version}`
    const libraries = readdirSync(`${programs}/lib`).filter((name) => /^(plpgsql|dict_snowball|libpqwalreceiver|.*_and_.*)\.so$/.test(name)).map((name) => `${programs}/lib/${name}`)
    await build('postgres', [...['postgres', 'initdb', 'psql', 'pg_isready'].map((name) => `${programs}/bin/${name}`), ...libraries, `/usr/share/postgresql/${version}`, '/usr/share/zoneinfo/UTC'], [
      'FROM busybox AS files',
      'COPY root/ /',
      'RUN <<EOF',
      'set -e',
      'echo "postgres:x:70:70:postgres:/var/lib/postgresql:/bin/sh" >> /etc/passwd',
      'echo "postgres:x:70:" >> /etc/group',
      'mkdir -p /var/lib/postgresql/data /var/run/postgresql',
      'chown -R 70:70 /var/lib/postgresql /var/run/postgresql',
      'chmod 700 /var/lib/postgresql/data',
      'EOF',
      'FROM files',
      `ENV PGDATA=/var/lib/postgresql/data PATH=${programs}/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      'VOLUME /var/lib/postgresql/data',
      'COPY --chmod=755 <<"ENTRY" /entrypoint.sh',
      '#!/bin/sh',
      'set -e',
      'if [ ! -s "$PGDATA/PG_VERSION" ]; then',
      '  initdb -U postgres -A trust -E UTF8 --locale=C',
      '  echo "host all all all trust" >> "$PGDATA/pg_hba.conf"',
      'fi',
      'exec postgres -c "listen_addresses=*"',
      'ENTRY',
      'USER postgres',
      'EXPOSE 5432',
      'STOPSIGNAL SIGINT',
      'HEALTHCHECK --interval=500ms --timeout=5s --retries=100 CMD pg_isready -q -h 127.0.0.1',
      'ENTRYPOINT ["/entrypoint.sh"]',
    ])
    const start = async (name: string): Promise<void> => {
      await host.docker('run', '-d', '--name', name, '--network', 'front', '--network-alias', 'db', '--shm-size', '128m', '-v', 'pgdata:/var/lib/postgresql/data', 'postgres')
      await healthy(name)
    }
    const sql = (name: string, statement: string): Promise<string> => exec(name, 'psql', '-U', 'postgres', '-qtAc', statement)
    await start('pg1')
    await sql('pg1', 'create table hives (id serial primary key, name text not null)')
    await sql('pg1', "insert into hives (name) select 'hive ' || n from generate_series(1, 1000) n")
    assert.equal(await host.docker('run', '--rm', '--network', 'front', '--entrypoint', 'psql', 'postgres', '-h', 'db', '-U', 'postgres', '-tAc', 'select count(*) from hives'), '1000')
    await host.docker('stop', '-t', '30', 'pg1')
    assert.equal(await host.docker('inspect', '--format', '{{.State.ExitCode}}', 'pg1'), '0')
    await host.docker('rm', '-v', 'pg1')

    await start('pg2')
    assert.equal(await sql('pg2', 'select count(*), max(name) from hives'), '1000|hive 999')
    const logs = await host.run('docker', ['-H', `unix://${host.socketPath}`, 'logs', 'pg2'])
    // It ended in order, so nothing had to be recovered.
    assert.doesNotMatch(logs.stderr, /not properly shut down/)
    // Killed, it recovers what was committed.
    await sql('pg2', "insert into hives (name) values ('last')")
    await host.docker('kill', 'pg2')
    await host.docker('rm', 'pg2')
    await start('pg3')
    assert.equal(await sql('pg3', 'select count(*) from hives'), '1001')
  })

  it('redis keeps what its append-only file holds, and tells its health', async () => {
    await build('redis', ['/usr/bin/redis-server', '/usr/bin/redis-cli'], [
      'FROM scratch AS programs',
      'COPY root/ /',
      'FROM busybox',
      'COPY --from=programs / /',
      'RUN mkdir /data && echo "redis:x:71:71:redis:/data:/bin/false" >> /etc/passwd && chown 71:71 /data',
      'WORKDIR /data',
      'USER 71:71',
      'VOLUME /data',
      'HEALTHCHECK --interval=500ms --timeout=5s --retries=40 CMD redis-cli ping | grep -q PONG',
      'CMD ["redis-server", "--appendonly", "yes", "--appendfsync", "always", "--protected-mode", "no"]',
    ])
    const start = async (name: string): Promise<void> => {
      await host.docker('run', '-d', '--name', name, '--network', 'front', '-p', '6379:6379', '-v', 'redis:/data', 'redis')
      await healthy(name)
    }
    await start('redis1')
    assert.equal(await exec('redis1', 'redis-cli', 'set', 'queen', 'bee'), 'OK')
    assert.equal(await exec('redis1', 'redis-cli', 'incrby', 'workers', '500'), '500')
    assert.equal(await host.runOk('redis-cli', ['-h', '127.0.0.1', 'get', 'queen']), 'bee')
    // Not even the time to write what is in memory.
    await host.docker('kill', 'redis1')
    await host.docker('rm', 'redis1')
    await start('redis2')
    assert.equal(await exec('redis2', 'redis-cli', 'mget', 'queen', 'workers'), 'bee\n500')
    await host.docker('pause', 'redis2')
    await eventually('a paused one is not asked', async () => (await host.docker('inspect', '--format', '{{.State.Status}}', 'redis2')) === 'paused')
    await host.docker('unpause', 'redis2')
    assert.equal(await exec('redis2', 'redis-cli', 'ping'), 'PONG')
    await host.docker('stop', 'redis2')
    assert.equal(await host.docker('inspect', '--format', '{{.State.ExitCode}}', 'redis2'), '0')
  })
})
