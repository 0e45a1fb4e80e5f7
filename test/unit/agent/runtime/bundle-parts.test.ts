import { strict as assert } from 'node:assert'
import { capabilitiesOfMask, defaultCapabilities, effectiveCapabilities } from '../../../../agent/runtime/bundle/capabilities.js'
import { parseDeviceRule } from '../../../../agent/runtime/bundle/devices.js'
import { environment, rlimits } from '../../../../agent/runtime/bundle/process.js'
import { customSeccomp, defaultSeccomp } from '../../../../agent/runtime/bundle/seccomp.js'
import { resolveUser } from '../../../../agent/runtime/bundle/user.js'
import { execFailure, lastWords, runtimeError } from '../../../../agent/runtime/runtime-error.js'

describe('runtime/bundle parts', () => {
  it('gives capabilities as Docker does', () => {
    assert.deepEqual(effectiveCapabilities({}), [...defaultCapabilities].sort())
    assert.deepEqual(effectiveCapabilities({ add: ['net_admin'], drop: ['ALL'] }), ['CAP_NET_ADMIN'])
    assert.equal(effectiveCapabilities({ add: ['ALL'], drop: ['CAP_SYS_ADMIN'] }).includes('CAP_SYS_ADMIN'), false)
    assert.deepEqual(effectiveCapabilities({ privileged: true, available: ['CAP_KILL'] }), ['CAP_KILL'])
    assert.throws(() => effectiveCapabilities({ add: ['FLY'] }), /^StatusError: invalid CapAdd: unknown capability: "CAP_FLY"/)
    assert.throws(() => effectiveCapabilities({ drop: ['cap_fly'] }), /^StatusError: invalid CapDrop: unknown capability: "CAP_FLY"/)
    assert.deepEqual(capabilitiesOfMask('00000000a80425fb').sort(), [...defaultCapabilities].sort())
  })

  it('finds users and groups by name and number', () => {
    const passwd = '# users\nroot:x:0:0::/root:\nwww:x:33:44::/var/www:\nbroken\n'
    const group = 'www:x:44:\nextra:x:55:www,root\n'
    assert.deepEqual(resolveUser('', passwd, group), { uid: 0, gid: 0, additionalGids: [0, 55], home: '/root' })
    assert.deepEqual(resolveUser('www', passwd, group), { uid: 33, gid: 44, additionalGids: [44, 55], home: '/var/www' })
    assert.deepEqual(resolveUser('33:0', passwd, group, ['extra']), { uid: 33, gid: 0, additionalGids: [0, 55], home: '/var/www' })
    assert.deepEqual(resolveUser('1234', passwd, group), { uid: 1234, gid: 0, additionalGids: [0], home: '/' })
    assert.throws(() => resolveUser('nobody', passwd, group), /unable to find user nobody/)
    assert.throws(() => resolveUser('www:nogroup', passwd, group), /unable to find group nogroup/)
  })

  it('lets the last setting of a variable win, and unsets', () => {
    assert.deepEqual(environment({ Env: ['PATH=/bin', 'A=1', 'A=2', 'HOSTNAME'] }, 'h', '/root'), ['PATH=/bin', 'A=2', 'HOME=/root'])
  })

  it('refuses limits and device rules that cannot be', () => {
    assert.throws(() => rlimits([{ Name: 'nofile', Soft: 5, Hard: 4 }]), /soft limit must be less than or equal to hard limit: 5 > 4/)
    assert.throws(() => rlimits([{ Name: 'wishes', Soft: 1, Hard: 1 }]), /invalid ulimit type: wishes/)
    assert.deepEqual(parseDeviceRule('a *:* rwm'), { allow: true, access: 'rwm' })
    assert.throws(() => parseDeviceRule('c 1 rwm'), /invalid device cgroup rule format/)
  })

  it('unlocks system calls by capability', () => {
    const names = (capabilities: string[]): string[] => defaultSeccomp(capabilities, 'x64')?.syscalls[0]?.names ?? []
    assert.equal(names([]).includes('mount'), false)
    assert.equal(names(['CAP_SYS_ADMIN']).includes('mount'), true)
    assert.equal(defaultSeccomp([], 'x64')?.syscalls.some((rule) => rule.names.includes('clone3') && rule.errnoRet === 38), true)
    assert.equal(defaultSeccomp([], 'pdp11'), undefined)
    assert.throws(() => customSeccomp('{', [], { arch: 'x64', kernel: '6.1' }), /decoding seccomp profile failed/)
  })

  it('has Docker\'s sentences for programs that cannot be run', () => {
    const named = runtimeError('executable file `nope` not found in $PATH: No such file or directory')
    assert.equal(named.exitCode, 127)
    assert.match(named.message, /exec: "nope": executable file not found in \$PATH: unknown$/)
    const path = runtimeError('executable file `/no/where` not found in $PATH: No such file or directory')
    assert.match(path.message, /exec: "\/no\/where": stat \/no\/where: no such file or directory: unknown$/)
    assert.equal(runtimeError('open executable: Permission denied', '/x').exitCode, 126)
    assert.equal(runtimeError('anything else').exitCode, 128)
  })

  it('tells the end of what a runtime said that came to no log', () => {
    const { message } = execFailure('/nowhere', 'true', 'crun: error while loading shared libraries:\nlibyajl.so.2\n')
    assert.match(message, /: crun: error while loading shared libraries: libyajl\.so\.2: unknown$/)
    assert.match(execFailure('/nowhere', 'true').message, /: the runtime does not say why: unknown$/)
    assert.equal(lastWords(`${'x'.repeat(10_000)} end`).length, 501)
  })
})
