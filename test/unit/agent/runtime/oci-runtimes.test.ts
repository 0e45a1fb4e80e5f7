import { strict as assert } from 'node:assert'
import { OciRuntimes } from '../../../../agent/runtime/oci-runtimes.js'
import { nullLogger } from '../../../../src/base/log.js'

describe('OCI runtimes', () => {
  const open = () => OciRuntimes.open([{ name: 'runc', path: '/usr/sbin/runc' }, { name: 'traced', path: '/opt/crun', args: ['--debug'] }], '/state', '/bin', nullLogger)

  it('are found by their names, the first for who asks for none', () => {
    using runtimes = open()
    for (const none of [undefined, null, '', 'runc']) assert.equal(runtimes.of(none).program, '/usr/sbin/runc')
    assert.deepEqual([runtimes.of('traced').program, runtimes.of('traced').isCrun], ['/opt/crun', true])
    assert.throws(() => runtimes.of('kata'), { kind: 'invalid', message: 'unknown or invalid runtime name: kata' })
    assert.throws(() => OciRuntimes.open([], '/state', '/bin', nullLogger), { kind: 'invalid' })
  })

  it('answer to the names of Docker\'s own, whichever there are', () => {
    using runtimes = open()
    assert.equal(runtimes.of('io.containerd.runc.v2').program, '/usr/sbin/runc')
    using other = OciRuntimes.open([{ name: 'youki', path: '/opt/youki' }], '/state', '/programs', nullLogger)
    for (const name of ['runc', 'io.containerd.runc.v2']) assert.equal(other.of(name), other.byDefault)
  })

  it('have their own arguments before ours', () => {
    using runtimes = open()
    assert.deepEqual(runtimes.of('traced').globalArgs, ['--debug', '--root', '/state'])
  })
})
