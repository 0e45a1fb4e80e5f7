import { strict as assert } from 'node:assert'
import { applyChanges } from '../../../../agent/image/config-changes.js'

describe('changes of an image\'s configuration', () => {
  it('are Dockerfile instructions, several in a text, over what was there', () => {
    const before = { Env: ['A=1', 'B=2'], Labels: { x: '1' }, WorkingDir: '/srv/app' }
    const after = applyChanges(before, [
      'ENV A=3 "C=d e"\n# a comment\nLABEL y 2 and 3',
      'WORKDIR ../web/./x',
      'CMD ["a", "b"]',
      'ENTRYPOINT run it',
      'EXPOSE 80 5000-5001/UDP',
      'VOLUME ["/data", "/more"]',
      'USER www\nSTOPSIGNAL SIGINT\nSHELL ["/bin/ash"]\nONBUILD RUN x',
    ])
    assert.deepEqual(after, {
      Env: ['B=2', 'A=3', 'C=d e'],
      Labels: { x: '1', y: '2 and 3' },
      WorkingDir: '/srv/web/x',
      Cmd: ['a', 'b'],
      Entrypoint: ['/bin/sh', '-c', 'run it'],
      ExposedPorts: { '80/tcp': {}, '5000/udp': {}, '5001/udp': {} },
      Volumes: { '/data': {}, '/more': {} },
      User: 'www',
      StopSignal: 'SIGINT',
      Shell: ['/bin/ash'],
      OnBuild: ['RUN x'],
    })
    assert.deepEqual(before, { Env: ['A=1', 'B=2'], Labels: { x: '1' }, WorkingDir: '/srv/app' })
  })

  it('set a health check with its durations in nanoseconds, or none', () => {
    const [check] = [applyChanges({}, ['HEALTHCHECK --interval=1m30s --timeout=.5s --start-period=0s --retries=3 CMD curl -f x']).Healthcheck]
    assert.deepEqual(check, { Test: ['CMD-SHELL', 'curl -f x'], Interval: 90e9, Timeout: 5e8, StartPeriod: 0, Retries: 3 })
    assert.deepEqual(applyChanges({ Healthcheck: { Test: ['CMD', 'x'] } }, ['HEALTHCHECK none']).Healthcheck, { Test: ['NONE'] })
    assert.deepEqual(applyChanges({}, ['HEALTHCHECK CMD ["a"]']).Healthcheck, { Test: ['CMD', 'a'] })
  })

  for (const [text, pattern] of [
    ['FROM x', /FROM is not a valid change command/],
    ['USER', /USER requires at least one argument/],
    ['SHELL /bin/sh', /in JSON form/],
    ['ENV A', /ENV must have two arguments/],
    ['LABEL a=1 b', /can't find = in "b"/],
    ['EXPOSE 80-79', /Invalid containerPort: 80-79/],
    ['EXPOSE 65536', /Invalid containerPort/],
    ['EXPOSE 80/icmp', /Invalid containerPort/],
    ['VOLUME [" "]', /can not be an empty string/],
    ['HEALTHCHECK --interval=soon CMD x', /invalid duration for --interval: soon/],
    ['HEALTHCHECK --timeout=-1s CMD x', /invalid duration for --timeout: -1s/],
    ['HEALTHCHECK --often=1s CMD x', /unknown flag or bad value: --often=1s/],
    ['HEALTHCHECK sometimes', /CMD with a command, or NONE/],
  ] as const) {
    it(`refuse ${text}`, () => assert.throws(() => applyChanges({}, [text]), pattern))
  }
})
