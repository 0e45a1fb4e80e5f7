import { strict as assert } from 'node:assert'
import { describeErrno, syscall, SystemCallError, withDetail } from '../../../../agent/kernel/ffi.js'
import { errnoOf } from '../../../../src/base/errors.js'

describe('system calls', () => {
  const close = syscall<[number]>('int close(int fd)')

  it('throw with the call\'s name and the errno\'s', () => {
    assert.throws(() => close(-1), (thrown: unknown) => {
      assert(thrown instanceof SystemCallError)
      assert.deepEqual([thrown.syscall, thrown.errno, thrown.code, errnoOf(thrown)], ['close', 9, 'EBADF', 'EBADF'])
      assert.equal(thrown.message, 'close: bad file descriptor (EBADF)')
      return true
    })
  })

  it('say what they were about', () => {
    assert.throws(() => withDetail('of nothing', () => close(-1)), { message: 'close of nothing: bad file descriptor (EBADF)' })
    assert.throws(() => withDetail('x', () => assert.fail('mine')), { message: 'mine' })
  })

  it('give the result otherwise', () => {
    assert.equal(syscall<[]>('pid_t getpid(void)')(), process.pid)
  })

  it('know errno names that Node.js has no sentence for, and numbers without a name', () => {
    assert.equal(describeErrno(2).code, 'ENOENT')
    assert.deepEqual(describeErrno(9999), { code: 'E9999', text: 'errno 9999' })
  })
})
