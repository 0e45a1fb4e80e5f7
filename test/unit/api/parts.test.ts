import { strict as assert } from 'node:assert'
import { readsStreams } from '../../../src/api/containers/stream-handlers.js'
import { passes as eventPasses } from '../../../src/api/events/filter.js'
import { Filters } from '../../../src/api/filters.js'
import { passes as networkPasses } from '../../../src/api/networks/filter.js'
import { Query } from '../../../src/api/query.js'
import { Router } from '../../../src/api/router.js'
import { apiRoutes } from '../../../src/api/routes.js'
import { statusOfKind } from '../../../src/api/error-status.js'
import { count, flag, listOf, mapOf, oneOf, orNull, shape, text, textOrList } from '../../../src/api/json-check.js'
import type { EventMessage } from '../../../src/model/engine-api/system.js'
import { fakeDeps } from '../../support/fake-backends.js'

const filters = (values: Record<string, string[]>) => new Filters(new Map(Object.entries(values)))

describe('frames of logs', () => {
  it('hold many lines only for clients that are known to put them together', () => {
    const agents = ['Docker-Client/28.0 (linux)', 'compose/v2.30', 'skep', 'skep/1.2', 'docker-sdk-python/7.1', 'Go-http-client/1.1', 'tc-go/0.34', 'skepticism', undefined]
    assert.deepEqual(agents.map(readsStreams), [true, true, true, true, false, false, false, false, false])
  })
})

describe('query parameters', () => {
  const query = new Query(new URLSearchParams('a=1&no=0&none=none&False=False&empty=&n=-5&x=1.5&many=a&many=b&s=1136073600.000000001&t=2026-01-01T00:00:00Z'))
  it('reads yes and no as Docker does', () => {
    assert.deepEqual(['a', 'no', 'none', 'False', 'empty', 'missing'].map((name) => query.flag(name)), [true, false, false, false, false, false])
    assert.equal(query.flag('missing', true), true)
  })
  it('reads numbers, lists and times', () => {
    assert.equal(query.whole('n'), -5)
    assert.throws(() => query.whole('x'), /query parameter x: '1.5'/)
    assert.throws(() => query.wholeNeeded('missing', 'version'), /invalid version ''/)
    assert.deepEqual(query.all('many'), ['a', 'b'])
    assert.ok(Math.abs((query.timeMs('s') ?? 0) - 1_136_073_600_000.000001) < 1e-3)
    assert.equal(query.timeMs('t'), Date.UTC(2026, 0, 1))
    assert.equal(query.timeMs('no'), undefined)
    assert.throws(() => query.timeMs('many'), /'a' is not a time/)
  })
})

describe('JSON checks', () => {
  const check = shape<{ Name?: string; Size?: number; On?: boolean; Mode?: 'a' | 'b'; List?: string[]; Map?: Record<string, string>; Cmd?: string[] }>({
    Name: text,
    Size: count,
    On: flag,
    Mode: oneOf('a', 'b'),
    List: listOf(text),
    Map: mapOf(orNull(text, '')),
    Cmd: textOrList,
  })
  it('take fields in any case, the exact one first, and drop null and unknown ones', () => {
    assert.deepEqual(check({ name: 'x', SIZE: 3, Other: 1, On: null }, ''), { Name: 'x', Size: 3 })
    assert.deepEqual(check({ name: 'x', Name: 'y' }, ''), { Name: 'y' })
    assert.deepEqual(check({ Mode: '', Map: { a: null }, Cmd: 'sh' }, ''), { Map: { a: '' }, Cmd: ['sh'] })
  })
  it('name the place, what is meant and what came', () => {
    assert.throws(() => check([], ''), /the body must be an object, not a list/)
    assert.throws(() => check({ Size: -1 }, ''), /Size must be a whole number from 0, not the number -1/)
    assert.throws(() => check({ Size: 1.5 }, ''), /not a fraction/)
    assert.throws(() => check({ List: ['a', {}] }, 'Spec'), /Spec\.List\[1\] must be a string, not an object/)
    assert.throws(() => check({ Mode: 'c' }, ''), /Mode must be one of "a", "b", not "c"/)
    assert.throws(() => check({ Map: { k: 2 } }, ''), /Map\.k must be a string/)
  })
  it('cannot reach the prototype', () => {
    const map = check(JSON.parse('{"Map":{"__proto__":"x"}}'), '').Map ?? {}
    assert.equal(Object.getPrototypeOf(map), Object.prototype)
    assert.ok(Object.hasOwn(map, '__proto__'))
  })
})

describe('the router', () => {
  const router = new Router(apiRoutes(fakeDeps()))
  it('finds names with slashes, also when they look like an operation', () => {
    assert.equal(router.find('GET', '/images/a/b/c:v1/json')?.params.name, 'a/b/c:v1')
    assert.equal(router.find('GET', '/images/json/json')?.params.name, 'json')
    assert.equal(router.find('DELETE', '/images/team/json')?.params.name, 'team/json')
    assert.equal(router.find('GET', '/images/json')?.params.name, undefined)
    assert.equal(router.find('GET', '/containers/a%20b/json')?.params.id, 'a b')
  })
  it('finds nothing for other methods and paths', () => {
    assert.equal(router.find('PATCH', '/containers/json'), undefined)
    assert.equal(router.find('GET', '/containers'), undefined)
  })
})

describe('errors', () => {
  it('of each kind have a status', () => {
    assert.equal(statusOfKind.outOfSequence, 500)
    assert.equal(statusOfKind.unavailable, 503)
    for (const status of Object.values(statusOfKind)) assert.ok(status >= 300 && status < 600)
  })
})

describe('event filters', () => {
  const event = (over: Partial<EventMessage> = {}): EventMessage => ({
    Type: 'container',
    Action: 'exec_start: sh',
    Actor: { ID: 'abcdef', Attributes: { name: 'web', image: 'app:v1', tier: 'front' } },
    scope: 'local',
    ...over,
  })
  it('go by type, action, label and object', () => {
    assert.ok(eventPasses(event(), filters({})))
    assert.ok(eventPasses(event(), filters({ event: ['exec_start'], type: ['container', 'image'], label: ['tier=front'] })))
    assert.ok(!eventPasses(event(), filters({ label: ['tier=front', 'other'] })))
    assert.ok(eventPasses(event(), filters({ container: ['abc'] })) && eventPasses(event(), filters({ container: ['web'] })))
    assert.ok(!eventPasses(event(), filters({ container: ['other'] })) && !eventPasses(event(), filters({ network: ['web'] })))
    assert.ok(eventPasses(event(), filters({ image: ['app'] })) && !eventPasses(event(), filters({ image: ['ap'] })))
    assert.ok(!eventPasses(event(), filters({ scope: ['swarm'] })))
  })
  it('find a container in the events of its networks', () => {
    const connect = event({ Type: 'network', Action: 'connect', Actor: { ID: 'n1', Attributes: { name: 'front', container: 'abcdef' } } })
    assert.ok(eventPasses(connect, filters({ container: ['abcdef'] })) && eventPasses(connect, filters({ network: ['front'] })))
  })
})

describe('network filters', () => {
  it('tell own networks from built-in ones', () => {
    const front = { Name: 'front', Id: 'f1', Driver: 'bridge', Scope: 'local', Containers: {}, Labels: { a: 'b' } }
    assert.ok(networkPasses(front, filters({ type: ['custom'], dangling: ['true'], label: ['a=b'], name: ['fr'] })))
    assert.ok(!networkPasses({ ...front, Name: 'bridge' }, filters({ type: ['custom'] })))
    assert.ok(!networkPasses(front, filters({ dangling: ['false'] })))
    assert.throws(() => networkPasses(front, filters({ type: ['odd'] })), /use builtin or custom/)
  })
})
