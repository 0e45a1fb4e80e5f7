import type { Context } from '../../context.js'
import { followConvergence } from '../../progress/converge.js'

/** Prints the daemon's warnings, then follows the service unless `detach`. */
export async function warnAndFollow(
  context: Context,
  serviceId: string,
  warnings: readonly string[] | null | undefined,
  { detach, quiet }: { detach: boolean; quiet: boolean },
): Promise<void> {
  for (const warning of warnings ?? []) context.stderr.write(`${warning}\n`)
  if (!detach) await followConvergence(context, serviceId, quiet)
}
