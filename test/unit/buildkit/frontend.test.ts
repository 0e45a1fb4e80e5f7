import { strict as assert } from 'node:assert'
import { ignorePatterns, readFrontend, requireSyntax } from '../../../src/buildkit/frontend.js'

describe('the attributes of the Dockerfile frontend', () => {
  it('are read as a build', () => {
    const plan = readFrontend('dockerfile.v0', {
      'filename': 'Other', 'target': 'last', 'platform': 'linux/arm64', 'build-arg:A': '1', 'build-arg:B': '', 'label:l': 'm', 'no-cache': '', 'image-resolve-mode': 'pull',
      'cache-imports': '[{"Type":"registry","Attrs":{"ref":"old:1"}}]', 'force-network-mode': 'host', 'add-hosts': 'x=1.2.3.4,y=5.6.7.8', 'shm-size': '1000', 'ulimit': 'nofile=1:2,core=-1',
      'cgroup-parent': '/c', 'context:lib': 'local:_lib', 'context:img': 'docker-image://busybox', 'context:git::linux/amd64': 'https://example.com/x.git', 'local-sessionid:_lib': 'other', 'context:oci': `oci-layout://abc:latest@sha256:${'a'.repeat(64)}`, 'frontend.caps': 'moby.buildkit.frontend.contexts+forward',
      'vcs:source': 'x', 'dockerfilekey': 'definitions',
    })
    assert.deepEqual({ ...plan, namedFolders: [...plan.namedFolders], layouts: [...plan.layouts], sessions: [...plan.sessions] }, {
      context: { kind: 'local', name: 'context' }, dockerfileFolder: 'definitions', filename: 'Other', namedFolders: [['lib', '_lib']], layouts: [['oci', { store: 'abc', digest: `sha256:${'a'.repeat(64)}` }]], sessions: [['_lib', 'other']], cacheImports: ['old:1'],
      options: {
        target: 'last', platform: 'linux/arm64', args: { A: '1', B: '' }, labels: { l: 'm' }, noCache: true, cacheFrom: [], pull: true, quiet: false, squash: false, remove: true, removeAlways: true,
        hostConfig: { ShmSize: 1000, CgroupParent: '/c', NetworkMode: 'host', ExtraHosts: ['x=1.2.3.4', 'y=5.6.7.8'], Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }, { Name: 'core', Soft: -1, Hard: -1 }] },
        namedContexts: { lib: 'context', img: 'docker-image://busybox', git: 'https://example.com/x.git' },
      },
    })
  })

  it('give the same labels in whatever order they come', () => {
    const labels = (attributes: Record<string, string>) => Object.keys(readFrontend('dockerfile.v0', attributes).options.labels)
    assert.deepEqual(labels({ 'label:b': '2', 'label:a': '1', 'label:c': '3' }), ['a', 'b', 'c'])
  })

  it('say where the context is', () => {
    const contextOf = (attributes: Record<string, string>) => readFrontend('dockerfile.v0', attributes).context
    assert.deepEqual(contextOf({}), { kind: 'local', name: 'context' })
    assert.deepEqual(contextOf({ contextkey: 'mine' }), { kind: 'local', name: 'mine' })
    assert.deepEqual(contextOf({ context: 'https://example.com/x.git#main' }), { kind: 'remote', url: 'https://example.com/x.git#main' })
    assert.deepEqual(contextOf({ context: 'http://buildkit-session/abc' }), { kind: 'upload', path: '/abc' })
  })

  const refused: [string, Record<string, string>, RegExp][] = [
    ['', {}, /the frontend {2}is not supported/],
    ['gateway.v0', { source: 'example.test/other' }, /image example.test\/other is not supported/],
    ['dockerfile.v0', { platform: 'linux/amd64,linux/arm64' }, /one platform at a time/],
    ['dockerfile.v0', { 'multi-platform': 'true' }, /one platform at a time/],
    ['dockerfile.v0', { 'attest:provenance': 'mode=min' }, /makes no attestations \(provenance\)/],
    ['dockerfile.v0', { 'frontend.caps': 'moby.buildkit.frontend.subrequests' }, /capability moby.buildkit.frontend.subrequests/],
    ['dockerfile.v0', { requestid: 'frontend.outline' }, /frontend.outline/],
    ['dockerfile.v0', { 'context:a': 'target:b' }, /result of another target/],
    ['dockerfile.v0', { 'context:a': 'input:b' }, /an input that is not there/],
    ['dockerfile.v0', { 'cache-imports': '[{"Type":"local","Attrs":{}}]' }, /--cache-from type=local is not supported/],
    ['dockerfile.v0', { 'context:a': 'oci-layout://x' }, /a digest is expected/],
    ['dockerfile.v0', { 'context:../a': 'local:b' }, /invalid name of a context/],
    ['dockerfile.v0', { context: 'https://example.com/x.git', dockerfilekey: 'dockerfile' }, /have both in one place/],
    ['dockerfile.v0', { 'force-network-mode': 'other' }, /invalid network mode "other"/],
    ['dockerfile.v0', { 'shm-size': 'x' }, /invalid shm-size/],
    ['dockerfile.v0', { ulimit: 'x' }, /invalid ulimit "x"/],
    ['dockerfile.v0', { 'cache-imports': '{' }, /invalid cache-imports/],
  ]
  for (const [frontend, attributes, pattern] of refused) {
    it(`are refused: ${frontend} ${JSON.stringify(attributes)}`, () => {
      assert.throws(() => readFrontend(frontend, attributes), pattern)
    })
  }

  it('may name the images of the frontend that is built in', () => {
    readFrontend('gateway.v0', { source: 'docker/dockerfile:1.7-labs' })
    requireSyntax('#!/usr/bin/env docker\n# syntax=docker.io/docker/dockerfile:1\nFROM x\n')
    requireSyntax('# escape=`\n# a comment, then no directive any more\n# syntax=other\nFROM x\n')
    assert.throws(() => requireSyntax('# escape=`\n#syntax = other:1 --x\nFROM x\n'), /image other:1 is not supported/)
  })

  it('leave out what a .dockerignore says', () => {
    assert.deepEqual(ignorePatterns('\ufeff# comment\n\n /a/b/ \r\n!  ./c/../d\n**/*.log\n.\n #x\n'), ['a/b', '!d', '**/*.log', '#x'])
  })
})
