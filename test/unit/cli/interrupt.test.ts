import { strict as assert } from 'node:assert'
import { PassThrough } from 'node:stream'
import type { Context } from '../../../src/cli/context.js'
import { followConvergence } from '../../../src/cli/progress/converge.js'
import { systemClock } from '../../../src/sys/system-clock.js'

describe('Ctrl-C while a service is followed', () => {
  it('leaves it to itself, also where the daemon does not answer', async () => {
    const stdout = new PassThrough()
    const silent = (): Promise<never> => new Promise(() => undefined)
    let handler: ((signal: NodeJS.Signals) => void) | undefined
    const context = {
      stdout,
      clock: systemClock,
      api: { services: { inspect: silent } },
      takeSignals: (given: (signal: NodeJS.Signals) => void) => {
        handler = given
        return { [Symbol.dispose]: () => (handler = undefined) }
      },
    } as unknown as Context
    const followed = followConvergence(context, 'web', false)
    handler?.('SIGWINCH')
    handler?.('SIGINT')
    await followed
    assert.equal(handler, undefined, 'signals are given back')
    assert.match(String(stdout.read()), /Operation continuing in background\.\nUse `skep service ps web` to check progress\./)
  })
})
