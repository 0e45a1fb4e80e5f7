import { invalid, messageOf } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { errorText } from '../../error-text.js'
import { followConvergence } from '../../progress/converge.js'

export const scale = verb({
  name: 'scale',
  summary: 'Scale one or multiple replicated services',
  usage: 'SERVICE=REPLICAS [SERVICE=REPLICAS...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: { detach: flag.bool('Exit immediately instead of waiting for the service to converge', { short: 'd' }) },
  async run({ context, args, flags }) {
    const wanted = args.map(scaleArgument)
    const scaled: string[] = []
    let failed = 0
    for (const { ref, replicas } of wanted) {
      try {
        await setReplicas(context, ref, replicas)
        context.stdout.write(`${ref} scaled to ${replicas}\n`)
        scaled.push(ref)
      } catch (thrown) {
        failed++
        context.stderr.write(`${ref}: ${errorText(thrown)}\n`)
      }
    }
    if (!flags.detach) {
      for (const ref of scaled) {
        try {
          await followConvergence(context, ref, false)
        } catch (thrown) {
          failed++
          context.stderr.write(`${ref}: ${messageOf(thrown)}\n`)
        }
      }
    }
    return failed > 0 ? 1 : 0
  },
})

/** `web=5`. */
function scaleArgument(text: string): { ref: string; replicas: number } {
  const at = text.indexOf('=')
  if (at <= 0 || at === text.length - 1) {
    throw invalid(`invalid scale specifier '${text}'.\nSee 'skep service scale --help'.\n\nUsage:  skep service scale SERVICE=REPLICAS [SERVICE=REPLICAS...]\n\nScale one or multiple replicated services`)
  }
  const count = text.slice(at + 1)
  if (!/^\d{1,9}$/.test(count)) throw invalid(`invalid replicas value ${count}: a whole number from 0 expected`)
  return { ref: text.slice(0, at), replicas: Number(count) }
}

async function setReplicas(context: Context, ref: string, replicas: number): Promise<void> {
  const service = await context.api.services.inspect(ref)
  const spec = structuredClone(service.Spec ?? {})
  if (spec.Mode?.Replicated) spec.Mode.Replicated.Replicas = replicas
  else if (spec.Mode?.ReplicatedJob) spec.Mode.ReplicatedJob.TotalCompletions = replicas
  else throw invalid('scale can only be used with replicated or replicated-job mode')
  const { Warnings: warnings } = await context.api.services.update(service.ID ?? ref, service.Version?.Index ?? 0, spec)
  for (const warning of warnings ?? []) context.stderr.write(`${warning}\n`)
}
