import { strict as assert } from 'node:assert'
import { execFileSync, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import { programsFolder, signal } from '../lab/belongings.js'
import type { LabHost } from '../lab/lab-host.js'
import { buildFolder } from '../support/build-folder.js'
import { eventually } from '../support/eventually.js'
import { printLogs, startLab } from './support.js'

describe('skep build', function () {
  this.timeout(60_000)
  let lab: Lab
  let host: LabHost
  const started: ChildProcess[] = []

  before(async () => {
    lab = await startLab(1)
    host = lab.host(1)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    for (const child of started) {
      const ended = new Promise<void>((resolve) => child.once('close', resolve))
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue
      signal(child.pid, 'SIGTERM')
      await ended
    }
    await lab?.close()
  })

  /** A folder with these files. */
  const context = (files: Record<string, string>): string => buildFolder(lab.folder, files)
  const lines = (...all: string[]): string => `${all.join('\n')}\n`
  const tryBuild = (args: string[], options: { env?: NodeJS.ProcessEnv; input?: string } = {}) =>
    host.run(process.execPath, [join(programsFolder, 'skep'), '-H', `unix://${host.socketPath}`, 'build', ...args], options)
  const build = async (args: string[], options: { env?: NodeJS.ProcessEnv; input?: string } = {}): Promise<string> => {
    const { code, stdout, stderr } = await tryBuild(args, options)
    assert.equal(code, 0, `${stdout}${stderr}`)
    return stdout
  }
  const run = (...args: string[]): Promise<string> => host.docker('run', '--rm', '--network', 'none', ...args)

  it('takes folders, archives, Dockerfiles on standard input and from elsewhere', async () => {
    const folder = context({ Dockerfile: lines('FROM busybox', 'COPY . /all/'), '.dockerignore': '*.log\nsub/\n!sub/kept\n', 'a.txt': 'a', 'x.log': 'x', 'sub/kept': 'k', 'sub/other': 'o' })
    const iid = join(lab.folder, 'iid')
    const out = await build(['-t', 'plain', '--iidfile', iid, folder])
    assert.match(out, /^Sending build context to skep daemon {2}\S+B\nStep 1\/2 : FROM busybox\n/)
    assert.equal(await host.docker('image', 'inspect', '--format', '{{.Id}}', 'plain'), readFileSync(iid, 'utf8'))
    assert.equal(await run('plain', 'sh', '-c', 'find /all -type f | sort'), ['/all/.dockerignore', '/all/Dockerfile', '/all/a.txt', '/all/sub/kept'].join('\n'))

    const elsewhere = context({ Other: lines('FROM busybox', 'COPY . /all/', 'CMD find /all -type f'), 'Other.dockerignore': '**\n!a.txt\n' })
    await build(['-t', 'elsewhere', '-f', join(elsewhere, 'Other'), folder])
    assert.equal(await run('elsewhere'), '/all/a.txt')
    await build(['-t', 'piped', '-f', '-', folder], { input: lines('FROM busybox', 'COPY a.txt /piped') })
    assert.equal(await run('piped', 'cat', '/piped'), 'a')
    const id = await build(['-q', '-'], { input: lines('FROM busybox', 'RUN echo alone > /alone') })
    assert.match(id, /^sha256:[0-9a-f]{64}\n$/)
    assert.equal(await run(id.trim(), 'cat', '/alone'), 'alone')
    execFileSync('tar', ['-czf', join(lab.folder, 'context.tar.gz'), '-C', folder, '.'])
    const archived = await host.runOk('sh', ['-c', `${process.execPath} ${join(programsFolder, 'skep')} -H unix://${host.socketPath} build -q - < ${join(lab.folder, 'context.tar.gz')}`])
    assert.equal(await run(archived.trim(), 'cat', '/all/a.txt'), 'a')
  })

  it('says what is wrong, with the exit code of the command that failed', async () => {
    const failed = await tryBuild(['-'], { input: lines('FROM busybox', 'RUN exit 7') })
    assert.equal(failed.code, 7)
    assert.match(failed.stderr, /returned a non-zero code: 7 \(Dockerfile line 2\)/)
    for (const [args, pattern] of [
      [['/nowhere'], /path "\/nowhere" not found/],
      [['--secret', 'src=x', '.'], /secret missing id/],
      [['--secret', 'id=x,src=/nowhere', '.'], /failed to stat \/nowhere/],
      [['--ssh', 'default=/etc/passwd', '.'], /no socket of an agent/],
      [['-o', 'type=registry,dest=x', '.'], /unexpected key 'dest' for output type registry/],
      [['-o', 'type=unknown', '.'], /output type unknown is not supported/],
      [['--push', '.'], /tag is needed when pushing to registry/],
      [['-o', '-', '-o', '-', '.'], /multiple outputs configured to write to stdout/],
      [['-o', 'type=oci,tar=no', '.'], /invalid value for tar: no/],
      [['-o', 'type=tar,name=x', '.'], /unexpected key 'name' for output type tar/],
      [['-f', '-', '-'], /can't use stdin for both/],
      [['--build-context', 'x=/nowhere', lab.folder], /\/nowhere is not a folder|Dockerfile/],
    ] as const) {
      const { code, stderr } = await tryBuild([...args])
      assert.equal(code, 1, args.join(' '))
      assert.match(stderr, pattern)
    }
  })

  it('hands secrets to the steps that ask, and leaves them nowhere', async () => {
    const secret = `hidden-${'s3cr3t'.repeat(3)}`
    const variable = `also-${'s3cr3t'.repeat(3)}`
    const folder = context({
      Dockerfile: lines(
        'FROM busybox',
        'RUN --mount=type=secret,id=token sh -c \'sha256sum < /run/secrets/token > /sum; ls -ln /run/secrets/token | cut -c1-10 >> /sum\'',
        'RUN --mount=type=secret,id=fromenv,env=TOKEN,target=/elsewhere/t,uid=33,mode=0440 sh -c \'echo -n "$TOKEN" | sha256sum >> /sum; ls -ln /elsewhere/t | tr -s " " | cut -d" " -f1,3 >> /sum\'',
        'RUN --mount=type=secret,id=absent test ! -e /run/secrets/absent',
      ),
    })
    writeFileSync(join(lab.folder, 'token'), secret)
    const args = ['-t', 'secretive', '--secret', `id=token,src=${join(lab.folder, 'token')}`, '--secret', 'id=fromenv,env=HIDDEN', folder]
    await build(args, { env: { HIDDEN: variable } })
    const sum = (text: string): string => `${createHash('sha256').update(text).digest('hex')}  -`
    assert.equal(await run('secretive', 'cat', '/sum'), [sum(secret), '-r--------', sum(variable), '-r--r----- 33'].join('\n'))
    // The places of the mounts are no part of the image.
    assert.equal(await run('secretive', 'sh', '-c', 'ls -d /run/secrets /elsewhere 2>/dev/null; true'), '')
    // Another secret is no other step: nothing of it is in the key.
    assert.match(await build(args, { env: { HIDDEN: 'x' } }), /Using cache[\s\S]*Using cache[\s\S]*Using cache/)
    const found = execFileSync('sh', ['-c', `grep -rlaF -e ${secret} -e ${variable} ${host.dataRoot} ${host.execRoot} ${host.logPath} || true`], { encoding: 'utf8' })
    assert.equal(found, '')
  })

  it('forwards an ssh agent', async () => {
    const folder = context({ Dockerfile: lines('FROM busybox', 'COPY root/ /', 'RUN --mount=type=ssh,required=true ssh-add -l > /keys && test -S "$SSH_AUTH_SOCK"') })
    const program = execFileSync('sh', ['-c', 'command -v ssh-add'], { encoding: 'utf8' }).trim()
    const files = [program, ...[...execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(\/\S+)\s+\(0x/g)].map((match) => match[1] as string)]
    for (const file of files) {
      mkdirSync(join(folder, 'root', dirname(file)), { recursive: true })
      copyFileSync(file, join(folder, 'root', file))
      chmodSync(join(folder, 'root', file), 0o755)
    }
    const socket = join(lab.folder, 'agent')
    started.push(host.spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' }))
    // With 1 it says that it has no keys yet.
    await eventually('the agent answers', () => spawnSync('ssh-add', ['-l'], { env: { ...process.env, SSH_AUTH_SOCK: socket } }).status === 1)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(lab.folder, 'key')])
    execFileSync('ssh-add', ['-q', join(lab.folder, 'key')], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
    const missing = await tryBuild([folder])
    assert.match(missing.stderr, /unset ssh forward key default/)
    await build(['-t', 'keyed', '--ssh', 'default', folder], { env: { SSH_AUTH_SOCK: socket } })
    const fingerprint = execFileSync('ssh-keygen', ['-lf', join(lab.folder, 'key.pub')], { encoding: 'utf8' }).split(' ')[1]
    assert.equal((await run('keyed', 'cat', '/keys')).split(' ')[1], fingerprint)
  })

  it('keeps cache mounts between builds, binds files, and prunes', async () => {
    const folder = context({
      Dockerfile: lines(
        'FROM busybox AS made', 'RUN mkdir /made && echo made > /made/file',
        'FROM busybox',
        'RUN --mount=type=cache,target=/var/cache/tool,mode=0700,uid=5 echo run >> /var/cache/tool/runs; wc -l < /var/cache/tool/runs > /count; ls -ldn /var/cache/tool >> /count',
        'RUN --mount=target=/src --mount=from=made,source=/made,target=/made,rw --mount=type=tmpfs,target=/scratch,size=1m sh -c \'cat /src/in.txt /made/file > /seen; echo x > /made/new; touch /src/no 2>/dev/null || echo read-only >> /seen; df -k /scratch | tail -1 | tr -s " " | cut -d" " -f1,2 >> /seen\'',
        'RUN --network=none ip link | grep -c : > /links',
        'RUN --mount=type=cache,id=/var/cache/tool,target=/one,sharing=locked --mount=type=cache,id=/var/cache/tool,target=/two,sharing=locked touch /one/f && test -e /two/f',
        'RUN --mount=from=made,target=/m test ! -e /m/made/new',
      ),
      'in.txt': 'context\n',
    })
    await build(['-t', 'mounted', folder])
    await build(['-t', 'mounted', '--no-cache', folder])
    const [count, place] = (await run('mounted', 'cat', '/count')).split('\n')
    assert.equal(count, '2')
    assert.match(place ?? '', /^drwx------\s+\d+ 5\s/)
    assert.equal(await run('mounted', 'cat', '/seen'), 'context\nmade\nread-only\ntmpfs 1024')
    assert.equal(await run('mounted', 'sh', '-c', 'ls -d /src /made /scratch /var/cache/tool /m 2>/dev/null; true'), '')
    const df = await host.docker('system', 'df', '--format', '{{.Type}} {{.TotalCount}}')
    assert.match(df, /^Build Cache 1$/m)
    assert.match(await host.skep('builder', 'prune', '-f'), /Deleted build cache objects:\n[0-9a-f]{25}\n/)
    assert.doesNotMatch(await host.docker('system', 'df', '--format', '{{.Type}} {{.TotalCount}}'), /^Build Cache 1$/m)
  })

  it('reads here-documents', async () => {
    const folder = context({
      Dockerfile: [
        'FROM busybox', 'ARG WHO=you', 'RUN <<EOF', 'echo one > /out', 'echo "two $WHO" >> /out', 'EOF',
        'RUN <<SCRIPT', '#!/bin/cat', 'shown', 'SCRIPT', 'RUN cat <<-"END" > /tabs && cat <<MORE >> /tabs', '\tkept $WHO', '\tEND', 'more $WHO', 'MORE',
        'COPY <<one.txt <<\'two.txt\' /texts/', 'hello $WHO "quoted" \\$x \\n', 'one.txt', 'plain $WHO', 'two.txt', 'COPY --chmod=600 <<EOF /single', 'single', 'EOF',
        'ONBUILD RUN <<EOF', 'echo triggered > /triggered', 'EOF', '',
      ].join('\n'),
    })
    const out = await build(['-t', 'documents', folder])
    assert.match(out, /#!\/bin\/cat\nshown/)
    assert.equal(await run('documents', 'cat', '/out', '/tabs', '/texts/one.txt', '/texts/two.txt', '/single'), 'one\ntwo you\nkept $WHO\nmore you\nhello you "quoted" $x \\n\nplain $WHO\nsingle')
    assert.match(await run('documents', 'ls', '-l', '/single'), /^-rw-------/)
    await build(['-t', 'triggered', '-'], { input: 'FROM documents\n' })
    assert.equal(await run('triggered', 'cat', '/triggered'), 'triggered')
  })

  it('copies with parents and exclusions, from images and named contexts', async () => {
    const library = context({ 'lib.txt': 'library', 'skipped.log': 'no', '.dockerignore': '*.log' })
    const folder = context({
      Dockerfile: lines(
        'FROM base AS first', 'COPY --parents src/./deep/*/file.txt top.txt /kept/', 'COPY --link --exclude=*.md --exclude=deep src/ /src/', 'COPY --from=library . /library/', 'COPY --from=web:1 /bin/busybox /other',
        'RUN --mount=from=library,target=/lib2 cat /lib2/lib.txt > /bound',
      ),
      'src/deep/a/file.txt': 'a', 'src/deep/b/file.txt': 'b', 'src/x.md': 'x', 'src/y.txt': 'y', 'top.txt': 't',
    })
    const args = ['-t', 'contexts', '--build-context', `library=${library}`, '--build-context', 'base=docker-image://busybox', folder]
    await build(args)
    assert.equal(await run('contexts', 'sh', '-c', 'find /kept /src /library -type f | sort; cat /bound'), ['/kept/deep/a/file.txt', '/kept/deep/b/file.txt', '/kept/top.txt', '/library/.dockerignore', '/library/lib.txt', '/src/y.txt', 'library'].sort((a, b) => Number(a === 'library') - Number(b === 'library')).join('\n'))
    assert.equal((await build(args)).match(/Using cache/g)?.length, 5)
    writeFileSync(join(folder, 'src/x.md'), 'changed, but left out')
    assert.equal((await build(args)).match(/Using cache/g)?.length, 5)
    writeFileSync(join(library, 'lib.txt'), 'changed')
    assert.equal((await build(args)).match(/Using cache/g)?.length, 2)
  })

  it('adds what a URL and a repository give, and builds from them', async () => {
    const served = context({ 'dir/file.txt': 'served', Dockerfile: lines('FROM busybox', 'RUN echo remote > /remote') })
    execFileSync('tar', ['-czf', join(served, 'context.tar.gz'), '-C', served, 'Dockerfile', 'dir'])
    const repository = context({ 'readme.md': 'read me', 'sub/Dockerfile': lines('FROM busybox', 'COPY file /from-git'), 'sub/file': 'in git' })
    const git = (...args: string[]): string => execFileSync('git', ['-C', repository, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { encoding: 'utf8' })
    git('init', '-q', '-b', 'main')
    git('add', '.')
    git('commit', '-q', '-m', 'first')
    git('tag', 'v1')
    writeFileSync(join(repository, '.git/git-daemon-export-ok'), '')
    started.push(host.spawn('busybox', ['httpd', '-f', '-p', '127.0.0.1:8099', '-h', served], { stdio: 'ignore' }))
    started.push(host.spawn('git', ['daemon', `--base-path=${lab.folder}`, '--listen=127.0.0.1', '--port=9419', '--reuseaddr', '--informative-errors'], { stdio: 'ignore' }))
    await eventually('the servers answer', async () => (await host.http('http://127.0.0.1:8099/Dockerfile')).status === 200 && (await host.run('git', ['ls-remote', `git://127.0.0.1:9419/${basename(repository)}`])).code === 0)
    const url = 'http://127.0.0.1:8099/dir/file.txt'
    const remote = `git://127.0.0.1:9419/${basename(repository)}`
    const digest = createHash('sha256').update('served').digest('hex')
    const folder = context({
      Dockerfile: lines('FROM busybox', `ADD --checksum=sha256:${digest} ${url} /added/`, `ADD ${url} /named`, `ADD ${remote}#v1 /repository/`, `ADD --keep-git-dir=true ${remote}#main:sub /sub/`),
    })
    await build(['-t', 'added', folder])
    assert.equal(await run('added', 'sh', '-c', 'cat /added/file.txt /named; echo; ls -A /repository; cat /sub/file; ls -l /named | cut -c1-10'), 'servedserved\nreadme.md\nsub\nin git-rw-------')
    assert.equal((await build([folder])).match(/Using cache/g)?.length, 4)
    const wrong = await tryBuild(['-'], { input: lines('FROM busybox', `ADD --checksum=sha256:${'0'.repeat(64)} ${url} /x`) })
    assert.match(wrong.stderr, /digest mismatch/)
    const lost = await tryBuild(['-'], { input: lines('FROM busybox', 'ADD http://127.0.0.1:8099/none /x') })
    assert.match(lost.stderr, /127\.0\.0\.1:8099 answers 404/)

    await build(['-t', 'remote', 'http://127.0.0.1:8099/context.tar.gz'])
    await build(['-t', 'remote2', 'http://127.0.0.1:8099/Dockerfile'])
    assert.equal(await run('remote2', 'cat', '/remote'), 'remote')
    await build(['-t', 'remote3', `${remote}#main:sub`])
    assert.equal(await run('remote3', 'cat', '/from-git'), 'in git')
  })

  it('runs stages that need nothing of each other at the same time', async () => {
    // Each waits for the other's sign.
    const stage = (own: string, other: string): string[] => [
      `FROM busybox AS ${own}`,
      `RUN --mount=type=cache,target=/meet touch /meet/${own}; n=0; until [ -e /meet/${other} ]; do n=$((n+1)); [ $n -lt 300 ] || exit 9; usleep 100000; done; echo ${own} > /${own}`,
    ]
    const folder = context({ Dockerfile: lines(...stage('one', 'two'), ...stage('two', 'one'), 'FROM scratch', 'COPY --from=one /one /', 'COPY --from=two /two /') })
    const dest = join(lab.folder, 'exported')
    const out = await build(['-o', dest, '-o', `type=tar,dest=${dest}.tar`, folder])
    // Told one after the other, whatever was first.
    assert.deepEqual([...out.matchAll(/^Step (\d+)\/7/gm)].map((match) => Number(match[1])), [1, 2, 3, 4, 5, 6, 7])
    assert.deepEqual(readdirSync(dest), ['one', 'two'])
    assert.equal(readFileSync(join(dest, 'two'), 'utf8'), 'two\n')
    assert.equal(execFileSync('tar', ['-tf', `${dest}.tar`], { encoding: 'utf8' }), 'one\ntwo\n')
    const { stdout, stderr } = await tryBuild(['-o', '-', folder])
    assert.match(stderr, /Successfully built/)
    assert.ok(stdout.startsWith('one\0') && stdout.includes('two\n'))
    // What cannot be written is told by who writes it.
    writeFileSync(`${dest}-file`, '')
    assert.match((await tryBuild(['-o', `${dest}-file`, folder])).stderr, /cannot send the result to the client: .*EEXIST/)
    // An image as a file has its tags, and is read again.
    for (const [type, name] of [['oci', 'layout'], ['docker', 'saved']]) {
      await build(['-t', `${name}:1`, '-o', `type=${type},dest=${dest}-${type},name=${name}:2`, folder])
      await host.docker('rmi', `${name}:1`, `${name}:2`)
      assert.deepEqual((await host.docker('load', '-i', `${dest}-${type}`)).split('\n').sort(), [1, 2].map((tag) => `Loaded image: ${name}:${tag}`))
    }
    await build(['-o', `type=oci,dest=${dest}-folder,tar=false`, folder])
    assert.deepEqual(readdirSync(`${dest}-folder`).sort(), ['blobs', 'index.json', 'manifest.json', 'oci-layout'])
  })

  it('takes steps from images, and makes one layer of them when asked', async () => {
    const folder = context({ Dockerfile: lines('FROM busybox', 'COPY file /file', 'RUN cat /proc/sys/kernel/random/uuid > /when; mkdir -p /d/e; echo old > /d/e/f', 'RUN rm -r /d; mkdir /d; echo new > /d/g; rm /file', 'CMD ["cat", "/when"]'), file: 'x' })
    await build(['-t', 'source', folder])
    const when = await run('source')
    await host.docker('save', '-o', join(lab.folder, 'source.tar'), 'source')
    await host.docker('rmi', 'source')
    assert.equal((await build([folder])).match(/Using cache/g), null)
    await host.docker('image', 'prune', '-f')
    await host.docker('load', '-i', join(lab.folder, 'source.tar'))
    assert.equal((await build(['-t', 'taken', '--cache-from', 'source', '--cache-from', 'type=registry,ref=none', folder])).match(/Using cache/g)?.length, 4)
    assert.equal(await run('taken'), when)
    // Not those of a build with other values.
    const valued = context({ Dockerfile: lines('FROM busybox', 'ARG A', 'ENV A=$A', 'RUN echo "$A" > /value', 'CMD ["cat", "/value"]') })
    await build(['-t', 'valued', '--build-arg', 'A=one', valued])
    await build(['-t', 'valued:two', '--build-arg', 'A=two', '--cache-from', 'valued', valued])
    assert.equal(await run('valued:two'), 'two')

    await build(['-t', 'squashed', '--squash', folder])
    const layers = async (name: string): Promise<number> => Number(await host.docker('image', 'inspect', '--format', '{{len .RootFS.Layers}}', name))
    assert.equal(await layers('squashed'), (await layers('busybox')) + 1)
    assert.equal(await run('squashed', 'sh', '-c', 'cat /when; ls -d /file /d/* 2>/dev/null; true'), `${when}\n/d/g`)
  })
})
