import type { TestOutcome } from './suites.js'

/** Two runs of one suite beside each other; an engine that was not run is left out. */
export function comparison(docker: readonly TestOutcome[] | undefined, skep: readonly TestOutcome[] | undefined): { text: string; worse: boolean } {
  const lines: string[] = []
  const of = (run: readonly TestOutcome[], outcome: TestOutcome['outcome']): TestOutcome[] => run.filter((one) => one.outcome === outcome)
  for (const [name, run] of [['docker', docker], ['skep', skep]] as const) {
    if (run === undefined) continue
    const seconds = run.reduce((sum, one) => sum + one.seconds, 0)
    const counts = (['passed', 'failed', 'skipped'] as const).map((outcome) => `${of(run, outcome).length} ${outcome}`)
    lines.push(`${name.padEnd(7)} ${counts.join(', ')}; ${seconds.toFixed(0)} s in tests`)
  }
  const passedIn = new Set(of(docker ?? [], 'passed').map((one) => one.name))
  const skepPassed = new Set(of(skep ?? [], 'passed').map((one) => one.name))
  const told = (title: string, tests: readonly TestOutcome[]): void => {
    if (tests.length === 0) return
    lines.push('', `${title} (${tests.length}):`)
    for (const one of tests) lines.push(`  ${one.name}`, `    ${one.reason.split('\n').join(' ').slice(0, 300)}`)
  }
  const notPassed = (skep ?? []).filter((one) => one.outcome !== 'passed')
  told('passed by docker, not by skep', notPassed.filter((one) => passedIn.has(one.name)))
  told('failed by both', notPassed.filter((one) => one.outcome === 'failed' && !passedIn.has(one.name)))
  told('passed by skep, not by docker', (docker ?? []).filter((one) => one.outcome !== 'passed' && skepPassed.has(one.name)))
  if (skep === undefined) told('failed by docker', of(docker ?? [], 'failed'))
  const worse = docker !== undefined && skep !== undefined && skepPassed.size < passedIn.size
  return { text: lines.join('\n'), worse }
}
