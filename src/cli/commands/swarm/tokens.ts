import { invalid } from '../../../base/errors.js'
import { verb } from '../../command.js'
import { flag } from '../../../base/flags.js'
import { prompt, secretFrom } from '../../prompt.js'
import { unlockKeyText } from './init.js'
import { applySwarmFlags, swarmSpecFlags } from './spec-flags.js'

export const joinToken = verb({
  name: 'join-token',
  summary: 'Manage join tokens',
  usage: '(worker|manager)',
  minArgs: 1,
  flags: { quiet: flag.bool('Only display token', { short: 'q' }), rotate: flag.bool('Rotate join token') },
  async run({ context: { api, stdout }, args: [role = ''], flags }) {
    if (role !== 'worker' && role !== 'manager') throw invalid(`unknown role ${role}: use worker or manager`)
    if (flags.rotate) {
      const current = await api.swarm.inspect()
      await api.swarm.update(current.Version?.Index ?? 0, current.Spec ?? {}, {
        rotateWorkerToken: role === 'worker',
        rotateManagerToken: role === 'manager',
      })
      if (!flags.quiet) stdout.write(`Successfully rotated ${role} join token.\n\n`)
    }
    const [swarm, info] = await Promise.all([api.swarm.inspect(), api.system.info()])
    const token = role === 'worker' ? swarm.JoinTokens?.Worker : swarm.JoinTokens?.Manager
    if (flags.quiet) {
      stdout.write(`${token ?? ''}\n`)
      return
    }
    const address = info.Swarm?.RemoteManagers?.find((manager) => manager.NodeID === info.Swarm?.NodeID)?.Addr ?? info.Swarm?.RemoteManagers?.[0]?.Addr ?? ''
    stdout.write(`To add a ${role} to this swarm, run the following command:\n\n    skep swarm join --token ${token ?? ''} ${address}\n\n`)
  },
})

export const leave = verb({
  name: 'leave',
  summary: 'Leave the swarm',
  flags: { force: flag.bool('Force this node to leave the swarm, ignoring warnings', { short: 'f' }) },
  async run({ context: { api, stdout }, flags }) {
    await api.swarm.leave(flags.force)
    stdout.write('Node left the swarm.\n')
  },
})

export const update = verb({
  name: 'update',
  summary: 'Update the swarm',
  flags: swarmSpecFlags,
  async run({ context: { api, stdout }, flags, given }) {
    if (given.size === 0) throw invalid('nothing to update: give at least one flag (see `skep swarm update --help`)')
    const current = await api.swarm.inspect()
    const spec = structuredClone(current.Spec ?? {})
    applySwarmFlags(spec, flags, given)
    await api.swarm.update(current.Version?.Index ?? 0, spec)
    stdout.write('Swarm updated.\n')
    if (flags.autolock && !current.Spec?.EncryptionConfig?.AutoLockManagers) {
      const key = await api.swarm.unlockKey()
      stdout.write(unlockKeyText(key))
    }
  },
})

export const unlock = verb({
  name: 'unlock',
  summary: 'Unlock swarm',
  flags: {},
  async run({ context }) {
    const { api, stdin, stdout } = context
    const { Swarm: { LocalNodeState: state } = {} } = await api.system.info()
    if (state === 'inactive') throw invalid('this node is not part of a swarm')
    if (state !== 'locked') throw invalid('the swarm is not locked on this node')
    const key = stdin.isTTY ? await prompt(context, 'Enter unlock key: ', false) : await secretFrom(context, 'unlock key')
    if (stdin.isTTY) stdout.write('\n')
    await api.swarm.unlock(key.trim())
  },
})

export const unlockKey = verb({
  name: 'unlock-key',
  summary: 'Manage the unlock key',
  flags: { quiet: flag.bool('Only display token', { short: 'q' }), rotate: flag.bool('Rotate unlock key') },
  async run({ context: { api, stdout }, flags }) {
    if (flags.rotate) {
      const current = await api.swarm.inspect()
      if (!current.Spec?.EncryptionConfig?.AutoLockManagers) throw invalid('cannot rotate because autolock is not turned on')
      await api.swarm.update(current.Version?.Index ?? 0, current.Spec, { rotateManagerUnlockKey: true })
      if (!flags.quiet) stdout.write('Successfully rotated manager unlock key.\n\n')
    }
    const key = await api.swarm.unlockKey()
    if (key === '') throw invalid('no unlock key is set')
    stdout.write(flags.quiet ? `${key}\n` : unlockKeyText(key))
  },
})
