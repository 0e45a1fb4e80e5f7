import { readFileSync } from 'node:fs'
import { eventually } from './eventually.js'
import { openEngine } from './engine-host.js'

/**
 * A process that runs an engine, to be killed: opens the engine of the folder in its first argument, starts the
 * containers that the second one names (JSON), says `ready`, and waits.
 */
const [folder = '', text = '[]'] = process.argv.slice(2)
const host = await openEngine(folder)
interface Wanted {
  name: string
  cmd: string[]
  policy?: 'always' | 'unless-stopped'
  starting?: boolean
  /** Is told to end again once it catches SIGTERM; that has been answered when this process is ready. */
  stopped?: boolean
}
for (const { name, cmd, policy, starting, stopped } of JSON.parse(text) as Wanted[]) {
  const { Id: id = '' } = await host.engine.create(name, {
    Image: 'busybox',
    Cmd: cmd,
    OpenStdin: true,
    HostConfig: { NetworkMode: 'default', ...(policy && { RestartPolicy: { Name: policy } }), ...(name === 'removes' && { AutoRemove: true }) },
  })
  if (starting) {
    // Never comes back from the last step of the start: the process dies in the middle of it.
    host.engine.context.runtimes.byDefault.start = () => new Promise(() => undefined)
    void host.engine.start(id)
    while (!host.engine.find(id).record.state.process) await new Promise((resolve) => setTimeout(resolve, 5))
    continue
  }
  await host.engine.start(id)
  if (!stopped) continue
  const pid = host.engine.find(id).record.state.process?.pid
  await eventually('it catches SIGTERM', () => catchesTerm(readFileSync(`/proc/${pid}/status`, 'utf8')))
  await host.engine.stop(id)
}
process.stdout.write('ready\n')
setInterval(() => undefined, 1000)

/** Whether a process, by its `status` in /proc, has a handler of SIGTERM: signal 15 is bit 14. */
function catchesTerm(status: string): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'
  return ((BigInt(`0x${mask}`) >> 14n) & 1n) === 1n
}
