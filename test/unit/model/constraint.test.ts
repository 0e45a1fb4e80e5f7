import { strict as assert } from 'node:assert'
import { kindOf } from '../../../src/base/errors.js'
import { matches, parseConstraints } from '../../../src/model/constraint.js'
import type { Node } from '../../../src/model/node.js'
import { node } from '../../support/objects.js'

const subject: Node = {
  ...node('8q5e2'),
  meta: { version: 1, createdAtMs: 0, updatedAtMs: 0 },
  spec: { name: 'ignored', labels: { zone: 'East', 'com.acme.rack': '7' }, role: 'manager', availability: 'active' },
  status: { state: 'ready', message: '', address: '10.1.2.3' },
  description: {
    hostname: 'host1',
    platform: { os: 'linux', architecture: 'x86_64' },
    resources: { nanoCpus: 0, memoryBytes: 0, generic: [] },
    engineVersion: '',
    engineLabels: { storage: 'ssd' },
    plugins: [],
  },
}

describe('placement constraints', () => {
  const cases: [expression: string, holds: boolean][] = [
    ['node.id==8q5e2', true],
    ['node.id == 8Q5E2', true],
    ['node.id!=8q5e2', false],
    ['node.hostname==HOST1', true],
    ['NODE.Hostname != host2', true],
    ['node.role==manager', true],
    ['node.role==worker', false],
    ['node.platform.os==linux', true],
    ['node.platform.arch==x86_64', true],
    ['node.labels.zone==east', true],
    ['node.labels.Zone==east', false],
    ['node.labels.com.acme.rack==7', true],
    ['node.labels.gone!=x', true],
    ['node.labels.toString!=x', true],
    ['engine.labels.storage==ssd', true],
    ['engine.labels.storage!=ssd', false],
    ['node.ip==10.1.2.3', true],
    ['node.ip==10.1.2.4', false],
    ['node.ip==10.1.0.0/16', true],
    ['node.ip!=10.1.0.0/16', false],
    ['node.ip==fd00::/8', false],
  ]
  for (const [expression, holds] of cases) {
    it(`${expression} is ${holds}`, () => assert.equal(matches(parseConstraints([expression]), subject), holds))
  }

  it('all of them must hold', () => {
    assert.equal(matches(parseConstraints(['node.role==manager', 'node.labels.zone==west']), subject), false)
    assert.equal(matches([], subject), true)
  })

  const malformed: [expression: string, why: RegExp][] = [
    ['node.labels.zone=east', /constraint expected one operator from ==, !=/],
    ['', /^invalid constraint: "": /],
    ['node.labels.zone==', /value '' is invalid/],
    ['node.labels.zo ne==x', /key 'node.labels.zo ne' is invalid/],
    ['node.labels.zone=="east"', /value '"east"' is invalid/],
    ['node.labels.==x', /unknown key/],
    ['node.color==red', /unknown key 'node.color': use node.id, /],
    ['node.ip==10', /neither an IP address nor a subnet/],
    ['node.ip==10.0.0.0/99', /neither an IP address nor a subnet/],
  ]
  for (const [expression, why] of malformed) {
    it(`refuses ${JSON.stringify(expression)}`, () => {
      assert.throws(() => parseConstraints([expression]), (thrown: Error) => kindOf(thrown) === 'invalid' && why.test(thrown.message) && thrown.message.includes(`"${expression}"`))
    })
  }
})
