import type { BuildMessage } from '../../../../src/model/engine-api/build.js'
import { strict as assert } from 'node:assert'
import { matchingPaths } from '../../../../agent/build/glob.js'
import { gitAddress } from '../../../../agent/build/git-source.js'
import { isHeredocMark, logicalLines } from '../../../../agent/build/logical-lines.js'
import { mountSource, parseRunMount } from '../../../../agent/build/mount-options.js'
import { OrderedOutput } from '../../../../agent/build/ordered-output.js'

describe('lines of a Dockerfile', () => {
  const lines = (text: string, escape = '\\') => logicalLines(text, escape).map(({ text: line, line: number, heredocs }) => [number, line, ...heredocs.map(({ name, content, expand }) => `${name}${expand ? '' : ' plain'}:${content}`)])

  it('are joined, without comments and empty lines in between', () => {
    assert.deepEqual(lines('\uFEFFFROM a\r\n# no\r\n\r\nRUN b \\\r\n\r\n  # c\r\n  d\r\n'), [[1, 'FROM a'], [4, 'RUN b   d']])
    assert.deepEqual(lines('RUN a `\n b\\\nCMD c', '`'), [[1, 'RUN a  b\\'], [3, 'CMD c']])
    assert.deepEqual(lines('RUN a \\'), [[1, 'RUN a']])
  })

  it('have here-documents in their order', () => {
    assert.deepEqual(lines('RUN cat <<A 3<<-"B C" <<\'D\'\none\nA\n\ttwo\n\tB C\n # three\nD\nCMD x'), [[1, 'RUN cat <<A 3<<-"B C" <<\'D\'', 'A:one\n', 'B C plain:two\n', 'D plain: # three\n'], [8, 'CMD x']])
    assert.deepEqual(lines('COPY <<e /x\ne\n'), [[1, 'COPY <<e /x', 'e:']])
    assert.deepEqual(lines('onbuild run <<E\nx\nE'), [[1, 'onbuild run <<E', 'E:x\n']])
    assert.deepEqual(lines('CMD echo <<E\nENV A=<<B'), [[1, 'CMD echo <<E'], [2, 'ENV A=<<B']])
    assert.deepEqual(['<<a', '<<-a', '<<"a"', '2<<a', '<', '<<<a', 'a<<b', '<<'].map(isHeredocMark), [true, true, true, true, false, false, false, false])
    assert.throws(() => lines('RUN <<E\nx\n'), /line 1: unterminated heredoc: E/)
  })
})

describe('RUN --mount', () => {
  const parse = (text: string) => parseRunMount(text, (value) => value.replace('$V', 'v'), '/work')

  it('is read with the defaults of its type', () => {
    const cache = parse('type=cache,target=cache/$V,sharing=locked,mode=0700,uid=5')
    assert.deepEqual([cache.target, cache.id, cache.sharing, cache.mode, cache.uid, cache.readOnly], ['/work/cache/v', '/work/cache/v', 'locked', 0o700, 5, false])
    assert.deepEqual([parse('target=/x').type, parse('target=/x').readOnly, parse('target=/x,rw').readOnly, parse('dst=/x,readwrite=false').readOnly], ['bind', true, false, true])
    assert.deepEqual([parse('type=secret,id=a').target, parse('type=secret,target=/a/b').id, parse('type=secret,id=a,env=A').target], ['/run/secrets/a', 'b', ''])
    assert.deepEqual([parse('type=ssh').id, parse('type=tmpfs,target=/t,size=2m').sizeBytes], ['default', 2 * 1024 ** 2])
    assert.deepEqual(['from=a,target=/x', 'type=bind,"from=b"', 'type=cache,target=/from=c'].map(mountSource), ['a', 'b', undefined])
  })

  for (const [text, pattern] of [
    ['type=other,target=/x', /unsupported mount type "other"/],
    ['type=cache', /target mount point is required/],
    ['type=bind,target=/', /invalid mount target "\/"/],
    ['type=tmpfs,target=/x,id=y', /unexpected key 'id' for mount type 'tmpfs'/],
    ['type=cache,target=/x,sharing=some', /unsupported sharing value "some"/],
    ['type=cache,target=/x,mode=999', /invalid value '999' for mode/],
    ['type=cache,target', /must be a key=value pair/],
    ['type=secret,required=perhaps,id=x', /invalid value for required/],
    ['type=secret', /require an id/],
    ['type=tmpfs,target=/x,size=much', /invalid value 'much' for size/],
    ['type=secret,id=a,env=1x', /the name of a variable expected/],
    ['nonsense=1,target=/x', /unexpected key 'nonsense'/],
  ] as const) {
    it(`refuses ${text}`, () => assert.throws(() => parse(text), pattern))
  }
})

describe('patterns of COPY', () => {
  const tree: Record<string, string[]> = { '': ['a.txt', 'b.md', 'd'], '/d': ['c.txt', 'e'], '/d/e': ['f.txt'] }
  const exists = (path: string): boolean => path in tree || Object.entries(tree).some(([folder, names]) => names.some((name) => `${folder}/${name}` === path))
  const match = (pattern: string): string[] => matchingPaths(pattern, (folder) => tree[folder], exists)

  it('fit as paths of Go do, and ** fits folders', () => {
    assert.deepEqual(match('*.txt'), ['/a.txt'])
    assert.deepEqual(match('[ab].*'), ['/a.txt', '/b.md'])
    assert.deepEqual(match('?.[^m]*'), ['/a.txt'])
    assert.deepEqual(match('d/*'), ['/d/c.txt', '/d/e'])
    assert.deepEqual(match('**/*.txt'), ['/a.txt', '/d/c.txt', '/d/e/f.txt'])
    assert.deepEqual(match('none*'), [])
    assert.deepEqual(match('*************************x'), [])
  })
})

describe('addresses of repositories', () => {
  it('are told from other URLs, with their reference and folder', () => {
    assert.deepEqual(gitAddress('https://host/a/b.git#v1:sub/dir/'), { remote: 'https://host/a/b.git', ref: 'v1', folder: 'sub/dir' })
    assert.deepEqual(gitAddress('git@host:a/b.git'), { remote: 'git@host:a/b.git', ref: '', folder: '' })
    assert.deepEqual(gitAddress('github.com/a/b#main'), { remote: 'https://github.com/a/b', ref: 'main', folder: '' })
    assert.deepEqual(gitAddress('https://host/b.git?branch=next&subdir=/sub&keep-git-dir&submodules=0&commit=abcdef0'), { remote: 'https://host/b.git', ref: 'refs/heads/next', folder: 'sub', keepGitDir: true, submodules: false, commit: 'abcdef0' })
    assert.deepEqual(gitAddress('ssh://git@host/b.git?tag=v1'), { remote: 'ssh://git@host/b.git', ref: 'refs/tags/v1', folder: '' })
    assert.deepEqual([gitAddress('https://host/archive.tar.gz'), gitAddress('file.git'), gitAddress('./x')], [undefined, undefined, undefined])
  })

  it('hold nothing that git would take for an option or a way out', () => {
    for (const text of ['git://h/x#--upload-pack=y', 'git://h/x#a:../..', 'git://h/x#a..b', 'git://h/x?ref=-x', 'git://h/x?subdir=a/../..', 'git://h/x?commit=-x', 'git://h/x?what=1', 'git://h/x?ref=a#b']) assert.throws(() => gitAddress(text), { kind: 'invalid' }, text)
  })
})

describe('the output of stages', () => {
  it('is told one stage after the other, whatever came first', async () => {
    const told: string[] = []
    const output = new OrderedOutput((message: BuildMessage) => {
      told.push(message.stream ?? '')
      return Promise.resolve()
    }, 3)
    const [first, second, third] = [0, 1, 2].map((n) => output.channel(n))
    await third?.({ stream: '3a' })
    await second?.({ stream: '2a' })
    await first?.({ stream: '1a' })
    output.finish(2)
    await second?.({ stream: '2b' })
    await first?.({ stream: '1b' })
    output.finish(0)
    output.finish(1)
    await output.told()
    assert.deepEqual(told, ['1a', '1b', '2a', '2b', '3a'])
  })

  it('makes a stage wait that says too much before its turn, and fails when its client is gone', async () => {
    const output = new OrderedOutput(({ stream }) => (stream === 'gone' ? Promise.reject(new Error('gone')) : Promise.resolve()), 2)
    const [first, second] = [output.channel(0), output.channel(1)]
    let waited = true
    const large = second({ stream: 'x'.repeat(2 * 1024 * 1024) }).then(() => (waited = false))
    await first({ stream: 'a' })
    assert.ok(waited)
    output.finish(0)
    await large
    await assert.rejects(second({ stream: 'gone' }), /gone/)
    await assert.rejects(second({ stream: 'b' }), /gone/)
  })
})
