import { constants } from 'node:os'
import { invalid } from '../../src/base/errors.js'

const realtimeMin = 34
const realtimeMax = 64

/** The number of `SIGTERM`, `term`, `15`, `RTMIN+3`. Throws `invalid` with Docker's sentence. */
export function signalNumber(signal: string): number {
  if (/^\d+$/.test(signal)) {
    const number = Number(signal)
    if (number >= 1 && number <= realtimeMax) return number
    throw invalid(`Invalid signal: ${signal}`)
  }
  const name = signal.toUpperCase().replace(/^SIG/, '')
  const known = (constants.signals as Record<string, number>)[`SIG${name}`]
  if (known !== undefined) return known
  const realtime = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name)
  if (realtime) {
    const offset = Number(realtime[3] ?? 0) * (realtime[2] === '-' ? -1 : 1)
    const number = (realtime[1] === 'MIN' ? realtimeMin : realtimeMax) + offset
    if (number >= realtimeMin && number <= realtimeMax) return number
  }
  throw invalid(`Invalid signal: ${signal}`)
}
