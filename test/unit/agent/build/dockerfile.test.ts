import { strict as assert } from 'node:assert'
import { findStage, neededStages, parseDockerfile, parseTrigger } from '../../../../agent/build/dockerfile.js'

describe('a Dockerfile', () => {
  it('is read into stages, with lines joined and comments left out', () => {
    const { globals, stages, escape } = parseDockerfile(
      ['# syntax=docker/dockerfile:1', 'ARG V=1', 'FROM --platform=linux/amd64 base:$V AS First', 'RUN a && \\', ' # comment', '  b', 'copy --from=x --chown=1:2 a b', 'FROM first'].join('\r\n'),
    )
    assert.equal(escape, '\\')
    assert.deepEqual(globals.map(({ text }) => text), ['V=1'])
    assert.deepEqual(stages.map(({ name, base, platform }) => [name, base, platform]), [['first', 'base:$V', 'linux/amd64'], [undefined, 'first', undefined]])
    const [run, copy] = stages[0]?.instructions ?? []
    assert.equal(run?.text.replace(/\s+/g, ' '), 'a && b')
    assert.deepEqual([run?.line, copy?.line, copy?.keyword], [4, 7, 'COPY'])
    assert.deepEqual([...(copy?.flags ?? [])], [['from', 'x'], ['chown', '1:2']])
    assert.equal(copy?.original, 'COPY --from=x --chown=1:2 a b')
  })

  it('can name another escape character', () => {
    const { escape, stages } = parseDockerfile('# escape=`\nFROM a\nRUN b `\n c\n')
    assert.equal(escape, '`')
    assert.equal(stages[0]?.instructions[0]?.text.replace(/\s+/g, ' '), 'b c')
  })

  const wrong: [string, RegExp][] = [
    ['', /cannot be empty/],
    ['# only a comment\n', /cannot be empty/],
    ['ARG A\n', /no build stage/],
    ['RUN a\n', /line 1: no build stage in current context/],
    ['FROM a b\n', /line 1: FROM requires either one argument, or three/],
    ['FROM a AS 1x\n', /line 1: invalid name for build stage: "1x"/],
    ['FROM a AS x\nFROM b AS x\n', /line 2: duplicate name for build stage: x/],
    ['FROM a\n\nNONE x\n', /line 3: unknown instruction: NONE/],
    ['FROM a\nRUN\n', /line 2: RUN requires at least one argument/],
    ['FROM a\nCOPY --sideways a b\n', /line 2: unknown flag: --sideways/],
    ['FROM a\nCOPY --link=maybe a b\n', /line 2: expecting boolean value for flag link/],
    ['FROM a\nRUN <<EOF\nx\n', /line 2: unterminated heredoc: EOF/],
    ['# escape=x\nFROM a\n', /invalid ESCAPE 'x'/],
  ]
  for (const [text, pattern] of wrong) it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseDockerfile(text), pattern))

  it('needs only the stages that lead to the target', () => {
    const { stages } = parseDockerfile('FROM x AS a\nFROM y AS b\nFROM z AS c\nCOPY --from=a /f /f\nFROM c AS d\nFROM b AS e\nCOPY --from=0 /f /f\n')
    const names = (target?: string): (string | undefined)[] => neededStages(stages, target, ({ base }) => base).map(({ name }) => name)
    assert.deepEqual(names(), ['a', 'b', 'e'])
    assert.deepEqual(names('D'), ['a', 'c', 'd'])
    assert.deepEqual(names('1'), ['b'])
    assert.throws(() => names('none'), /failed to reach build target none/)
    assert.equal(findStage(stages, 'c', 2), undefined)
  })

  it('reads a trigger as an instruction', () => {
    const trigger = parseTrigger('COPY --chown=1 a /b')
    assert.deepEqual([trigger.keyword, trigger.text, trigger.flags.get('chown')], ['COPY', 'a /b', '1'])
  })
})
