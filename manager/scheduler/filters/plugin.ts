import type { Task } from '../../../src/model/task.js'
import { nodeCount, type Filter, type Refusal } from './filter.js'

/** Drivers that every node has built in. */
const builtIn: Record<string, readonly string[]> = {
  Volume: ['local'],
  Network: ['overlay', 'bridge', 'host', 'none', 'null'],
  Log: ['none', 'json-file', 'local'],
}

/** Volume, network and log drivers that a task needs have to be on its node. */
export const pluginFilter: Filter = {
  prepare(task) {
    const needs = neededPlugins(task)
    if (needs.length === 0) return undefined
    const refusals = needs.map(({ name }): Refusal => (nodes) => `missing plugin ${name} on ${nodeCount(nodes)}`)
    return ({ node }) => {
      const plugins = node.description?.plugins ?? []
      const missing = needs.findIndex(({ type, name }) => {
        const ofType = plugins.filter((plugin) => plugin.type === type)
        // A node that lists no log drivers at all does not report them.
        if (type === 'Log' && ofType.length === 0) return false
        return !ofType.some((plugin) => plugin.name === name || plugin.name === `${name}:latest`)
      })
      return refusals[missing]
    }
  },
}

function neededPlugins(task: Task): { type: string; name: string }[] {
  const volumes = (task.spec.container?.mounts ?? []).map((mount) => (mount.type === 'volume' ? mount.volume?.driver?.name : undefined))
  const networks = task.networks.map(({ network }) => network.driverState?.name)
  const logs = [task.spec.logDriver?.name]
  const named = (type: string, names: (string | undefined)[]) =>
    names.flatMap((name) => (name && !builtIn[type]?.includes(name) ? [{ type, name }] : []))
  return [...named('Volume', volumes), ...named('Network', networks), ...named('Log', logs)]
}
