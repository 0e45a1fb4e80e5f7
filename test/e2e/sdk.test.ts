import { strict as assert } from 'node:assert'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import { programsFolder, repositoryRoot } from '../lab/belongings.js'
import type { LabHost } from '../lab/lab-host.js'
import { startLab } from './support.js'

/** Debian's python3-docker: containers, execs, volumes, networks, images, events, and a service. */
const python = `
import docker, io, os, sys, tarfile, time
client = docker.from_env()
assert client.ping() and client.version()['ApiVersion']

assert client.containers.run('busybox', ['echo', 'hello'], remove=True) == b'hello\\n'
try:
    client.containers.run('busybox', ['sh', '-c', 'echo bad >&2; exit 3'])
    sys.exit('a failed command passed')
except docker.errors.ContainerError as error:
    assert error.exit_status == 3 and error.stderr == b'bad\\n', error
try:
    client.containers.get('nobody')
    sys.exit('found nobody')
except docker.errors.NotFound as error:
    assert 'No such container: nobody' in str(error), error

network = client.networks.create('py')
volume = client.volumes.create('pyvol', labels={'a': 'b'})
web = client.containers.run('busybox', ['sh', '-c', 'echo up; exec httpd -f -h /data'], name='pyweb', detach=True,
                            network='py', volumes={'pyvol': {'bind': '/data'}}, stop_signal='SIGKILL', mem_limit='64m')
data = io.BytesIO()
with tarfile.open(fileobj=data, mode='w') as archive:
    entry = tarfile.TarInfo('index.html')
    entry.size = 4
    archive.addfile(entry, io.BytesIO(b'page'))
assert web.put_archive('/data', data.getvalue())
assert client.containers.run('busybox', ['sh', '-c', 'until wget -q -O - http://pyweb/; do sleep 0.1; done'], network='py', remove=True) == b'page'
chunks, stat = web.get_archive('/data/index.html')
assert stat['size'] == 4 and tarfile.open(fileobj=io.BytesIO(b''.join(chunks))).extractfile('index.html').read() == b'page'
result = web.exec_run(['sh', '-c', 'echo out; echo err >&2; exit 4'], demux=True)
assert result.exit_code == 4 and result.output == (b'out\\n', b'err\\n'), result
terminal = client.api.exec_create(web.id, ['echo', 'shown'], tty=True)
assert client.api.exec_start(terminal) == b'shown\\r\\n'
assert web.logs() == b'up\\n' and web.stats(stream=False)['memory_stats']['limit'] == 64 << 20
assert web.top()['Processes'] and web.diff() is not None
web.rename('renamed')
web.pause(); web.reload(); assert web.status == 'paused'; web.unpause()
web.restart(timeout=0)
web.stop(timeout=0)
assert web.wait()['StatusCode'] == 137

linked = client.containers.run('busybox', ['sleep', '100'], name='target', detach=True, stop_signal='SIGKILL', environment={'COLOUR': 'red'})
shown = client.containers.run('busybox', ['sh', '-c', 'env; cat /etc/hosts'], links={'target': 'db-1'}, remove=True).decode()
asker = client.containers.run('busybox', ['sleep', '100'], links={'target': 'db-1'}, detach=True, stop_signal='SIGKILL', runtime='runc')
assert b'DB_1_ENV_COLOUR=red' in asker.exec_run('env').output and asker.exec_run('test -f /.dockerenv').exit_code == 0
assert asker.attrs['HostConfig']['Runtime'] == 'runc' and '/proc/kcore' in asker.attrs['HostConfig']['MaskedPaths']
asker.remove(force=True)
assert 'DB_1_ENV_COLOUR=red' in shown and '/db-1\\n' in shown and '\\tdb-1 ' in shown, shown

image = web.commit('py/made', 'v1', changes='CMD ["echo", "made"]')
assert client.containers.run('py/made:v1', remove=True) == b'made\\n'
built, log = client.images.build(fileobj=io.BytesIO(b'FROM busybox\\nRUN echo red >&2\\nCMD ["echo", "built"]\\n'), tag='py/built', rm=True)
assert any(line.get('stream') == '\\x1b[91mred\\n\\x1b[0m' for line in log)
assert client.containers.run('py/built', remove=True) == b'built\\n'
saved = b''.join(built.save(named=True))
client.images.remove('py/built')
assert client.images.load(saved)[0].id == built.id
assert [one for one in client.events(since=0, until=int(time.time()) + 1, decode=True) if one['Action'] == 'rename']

for container in (web, linked):
    container.remove(force=True)
network.remove(); volume.remove()

client.swarm.init(advertise_addr=os.environ['ADDRESS'])
assert [node.attrs['Status']['State'] for node in client.nodes.list()] == ['ready']
secret = client.secrets.create(name='word', data=b'hidden')
service = client.services.create('busybox', ['sh', '-c', 'cat /run/secrets/word; sleep 1000'], name='pyservice',
                                 secrets=[docker.types.SecretReference(secret.id, 'word')], stop_grace_period=0)
assert service.update(labels={'a': 'b'}, fetch_current_spec=True) is not None
service.reload(); assert service.scale(2)
service.reload(); assert service.attrs['Spec']['Mode']['Replicated']['Replicas'] == 2
service.remove(); secret.remove()
client.swarm.leave(force=True)
print('done')
`

/** testcontainers, in a process of its own: it takes its settings from the environment when it is loaded. */
const node = `
import { GenericContainer, Network, Wait } from 'testcontainers'
const network = await new Network().start()
const web = await new GenericContainer('busybox').withCommand(['httpd', '-f', '-p', '80', '-h', '/srv'])
  .withExposedPorts(80).withNetwork(network).withNetworkAliases('www')
  .withCopyContentToContainer([{ content: 'page', target: '/srv/index.html' }])
  .withWaitStrategy(Wait.forHttp('/', 80)).start()
const said = await new GenericContainer('busybox').withCommand(['sh', '-c', 'echo ready; exec sleep 1000']).withNetwork(network)
  .withWaitStrategy(Wait.forLogMessage('ready')).start()
const healthy = await new GenericContainer('busybox').withCommand(['sleep', '1000'])
  .withHealthCheck({ test: ['CMD', 'true'], interval: 200, timeout: 5000, retries: 50 }).withWaitStrategy(Wait.forHealthCheck()).start()
const asked = await said.exec(['wget', '-q', '-O', '-', 'http://www/'])
const page = await (await fetch('http://' + web.getHost() + ':' + web.getMappedPort(80) + '/')).text()
await Promise.all([web, said, healthy].map((one) => one.stop({ timeout: 0 })))
await network.stop()
console.log(JSON.stringify([asked.exitCode, asked.output, page]))
`

/** What programs use that drive Docker by its SDKs, as they are packaged. */
describe('SDKs', function () {
  this.timeout(120_000)
  let lab: Lab
  let host: LabHost

  before(async () => {
    lab = await startLab(1)
    host = lab.host(1)
  })
  after(async () => {
    await lab?.close()
  })

  const env = (): NodeJS.ProcessEnv => ({ DOCKER_HOST: `unix://${host.socketPath}`, HOME: host.folder, ADDRESS: host.ipv4, TESTCONTAINERS_RYUK_DISABLED: 'true' })

  it('python3-docker', async () => {
    const script = join(host.folder, 'sdk.py')
    writeFileSync(script, python)
    assert.equal(await host.runOk('/usr/bin/python3', [script], { env: env(), timeoutMs: 90_000 }), 'done')
  })

  it('testcontainers', async () => {
    // Packages are looked for beside the script.
    const script = ['--input-type=module', '-e', `process.chdir('${repositoryRoot}');${node}`]
    const child = await host.run(process.execPath, script, { env: { ...env(), PWD: repositoryRoot }, timeoutMs: 90_000 })
    assert.equal(child.code, 0, `${child.stdout}${child.stderr}`)
    assert.deepEqual(JSON.parse(child.stdout), [0, 'page', 'page'])
    assert.equal(await host.docker('ps', '-aq', '--filter', 'label=org.testcontainers=true'), '')
  })

  it('docker and skep over SSH, with the command line of the far side', async () => {
    const folder = join(host.folder, 'ssh')
    mkdirSync(join(folder, 'far'), { recursive: true })
    for (const name of ['docker', 'skep']) symlinkSync(join(programsFolder, 'skep'), join(folder, 'far', name))
    // In place of `ssh`: what a server would run there is run here, by a shell too, with the programs and the daemon of that side.
    const far = `export DOCKER_HOST=unix://${host.socketPath} PATH='${folder}/far:'"$PATH"`
    writeFileSync(join(folder, 'ssh'), `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift 2\n${far}\neval "$*"\n`, { mode: 0o755 })
    const env = { DOCKER_HOST: 'ssh://ann@far:2222', HOME: host.folder, PATH: `${folder}:${process.env['PATH'] ?? ''}` }
    const skep = [process.execPath, join(programsFolder, 'skep')]
    for (const [program = '', ...words] of [['docker'], skep]) {
      const { code, stdout, stderr } = await host.run(program, [...words, 'run', '-i', '--rm', 'busybox', 'sh', '-c', 'cat; exit 3'], { env, input: 'sent' })
      assert.deepEqual([code, stdout, stderr], [3, 'sent', ''])
      const nowhere = await host.run(program, [...words, '-H', 'ssh://far/nowhere/sock', 'ps'], { env })
      assert.equal(nowhere.code, 1)
      assert.match(nowhere.stderr, /error during connect.*Cannot connect to the skep daemon at unix:\/\/\/nowhere\/sock/)
    }
  })

  it('docker, following jobs to their end', async () => {
    await host.docker('swarm', 'init', '--advertise-addr', host.ipv4)
    for (const options of [['replicated-job', '--replicas', '3', '--max-concurrent', '2'], ['global-job']]) {
      assert.match(await host.docker('service', 'create', '--mode', ...options, 'busybox', 'true'), /job complete/)
    }
    assert.equal(await host.docker('service', 'ls', '--filter', 'mode=replicated-job', '--format', '{{.Replicas}}'), '0/2 (3/3 completed)')
    await host.docker('swarm', 'leave', '--force')
  })
})
