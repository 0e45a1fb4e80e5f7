import { strict as assert } from 'node:assert'
import { planCgroups } from '../../../../agent/runtime/cgroup/mode.js'
import { FlatKeyedFile, parseFlatKeyed, parseLimit } from '../../../../agent/runtime/cgroup/stats.js'
import { parseBlkio } from '../../../../agent/runtime/cgroup/v1.js'
import { parseIoStat } from '../../../../agent/runtime/cgroup/v2.js'

const line = (folder: string, type: string, options: string): string => `30 25 0:26 / ${folder} rw,relatime shared:4 - ${type} cgroup ${options}`
const table = '#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t1\t1\nmemory\t2\t1\t1\nhugetlb\t0\t1\t1\n'

describe('runtime/cgroup', () => {
  it('sees the unified hierarchy', () => {
    const plan = planCgroups({ mountInfo: line('/sys/fs/cgroup', 'cgroup2', 'rw'), controllers: table, unifiedControllers: 'cpu memory pids\n' })
    assert.deepEqual(plan, { mode: { version: 2, controllers: ['cpu', 'memory', 'pids'] }, toMount: [] })
  })

  it('completes a hybrid whose unified hierarchy still holds controllers', () => {
    const mountInfo = [line('/sys/fs/cgroup/cpu', 'cgroup', 'rw,cpu'), line('/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'), line('/sys/fs/cgroup/unified', 'cgroup2', 'rw')].join('\n')
    const plan = planCgroups({ mountInfo, controllers: table, unifiedControllers: 'hugetlb' })
    assert.deepEqual(plan.toMount, ['hugetlb'])
    assert.equal(plan.mode.version, 1)
    assert.deepEqual(plan.mode.version === 1 && [...plan.mode.hierarchies], [['cpu', '/sys/fs/cgroup/cpu'], ['memory', '/sys/fs/cgroup/memory'], ['hugetlb', '/sys/fs/cgroup/hugetlb']])
    const done = planCgroups({ mountInfo: `${mountInfo}\n${line('/sys/fs/cgroup/hugetlb', 'cgroup', 'rw,hugetlb')}`, controllers: table, unifiedControllers: '' })
    assert.deepEqual(done.toMount, [])
  })

  it('says how to mount them when there are none', () => {
    assert.throws(() => planCgroups({ mountInfo: '', controllers: table, unifiedControllers: '' }), /mount -t cgroup2/)
  })

  it('reads files of one kind with keys learnt once, and learns anew when they differ', () => {
    const file = new FlatKeyedFile()
    const texts = ['cache 10\nrss 20\nlimit 9223372036854771712\n', 'cache 0\nrss 7\nlimit 1\n', 'cache 1\nrss_huge 2\n', 'cache 1\nrss_huge 2\nmore 3\n', 'cache 5', '', 'cache x\n', 'cache 1\nrss_huge 2\nmore 3\n']
    for (const text of texts) assert.deepEqual(file.parse(text), parseFlatKeyed(text))
  })

  it('reads figures of both versions', () => {
    assert.equal(parseLimit('max\n'), undefined)
    assert.equal(parseLimit('9223372036854771712\n'), undefined)
    assert.equal(parseLimit('4096\n'), 4096)
    assert.deepEqual(parseBlkio('8:0 Read 10\n8:0 Write 20\nTotal 30\n'), [{ major: 8, minor: 0, op: 'read', value: 10 }, { major: 8, minor: 0, op: 'write', value: 20 }])
    assert.deepEqual(parseIoStat('8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n'), {
      serviceBytes: [{ major: 8, minor: 16, op: 'read', value: 1 }, { major: 8, minor: 16, op: 'write', value: 2 }],
      serviced: [{ major: 8, minor: 16, op: 'read', value: 3 }, { major: 8, minor: 16, op: 'write', value: 4 }],
    })
  })
})
