import { paired, repetitions, type Bench } from './bench.js'
import { timedDocker } from './measured-engine.js'
import type { Figure } from './report.js'
import { summarise } from './statistics.js'

const usualRuns = 30
const warmUpRuns = 2

/** `docker run --rm busybox true` from the start of the client to its end, the engines taking turns. */
export const benchRun: Bench = async (context) => {
  const figures: Figure[] = []
  for (const engine of context.engines) await engine.start()
  const networks = ['none', 'bridge'].filter((network) => context.engines.every((engine) => engine.networks?.includes(network) ?? true))
  for (const network of networks) {
    const runs = repetitions(context, usualRuns, 5)
    context.say(`run: ${runs} runs with the network "${network}"`)
    const args = ['run', '--rm', '--network', network, 'busybox', 'true']
    const tookMs = new Map<string, number[]>(context.engines.map((engine) => [engine.name, []]))
    for (let n = -warmUpRuns; n < runs; n++) {
      for (const engine of context.engines) {
        const took = (await timedDocker(engine, args)).tookMs
        if (n >= 0) tookMs.get(engine.name)?.push(took)
      }
    }
    const samples = [...tookMs].map(([name, values]) => [name, summarise(values)] as const)
    for (const figure of ['median', 'p95'] as const) {
      const values = new Map(samples.map(([name, sample]) => [name, sample[figure]]))
      figures.push({ bench: 'run', subject: `run --rm busybox true, --network ${network}`, figure, unit: 'ms', ...paired(values) })
    }
  }
  for (const engine of context.engines) await engine.stop()
  return figures
}
