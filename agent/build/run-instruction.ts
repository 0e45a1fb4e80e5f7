import { createHash } from 'node:crypto'
import { invalid } from '../../src/base/errors.js'
import { mountPoints } from '../engine/files/mount-points.js'
import { shortId } from '../image/descriptor.js'
import { layerOf } from '../snapshot/diff.js'
import type { Instruction } from './dockerfile.js'
import { parseRunMount } from './mount-options.js'
import { createRequest, runToEnd } from './run-command.js'
import { missingPlaces, mountsKey, removeEmptyPlaces, RunMounts } from './run-mounts.js'
import type { StageBuilder } from './stage-builder.js'

const networks = ['default', 'none', 'host']

/** RUN: the command in a container on the image so far; what it changed is the next layer. */
export async function runInstruction(stage: StageBuilder, instruction: Instruction): Promise<void> {
  const { around, image } = stage
  const { deps, options, emit, signal } = around
  const { engine, store } = deps
  if (!image) throw invalid('RUN needs a file system to run in: an image made FROM scratch has none before something is copied into it')
  const security = instruction.flags.get('security')
  if (security !== undefined && security !== 'sandbox') throw invalid(`RUN --security=${security} is not allowed: this builder runs commands with a container's usual rights only`)
  const network = instruction.flags.get('network')
  if (network !== undefined && !networks.includes(network)) throw invalid(`invalid value for RUN --network: ${network}; use default, none or host`)

  const { words, scripts } = stage.commandOf(instruction)
  const mounts = instruction.mounts.map((one) => parseRunMount(one, (value) => stage.expand(value), stage.config.WorkingDir || '/'))
  const { keyed, all } = stage.args.environment()
  const unset = (pairs: [string, string][]): string[] =>
    pairs.filter(([name]) => !stage.config.Env?.some((one) => one.startsWith(`${name}=`))).map(([name, value]) => `${name}=${value}`)
  const prefix = unset(keyed)
  const key = await mountsKey(mounts, (from) => around.sourceOf(from))
  const notes = [
    ...(key === '' ? [] : [`mounts=${key}`]),
    ...(network === undefined || network === 'default' ? [] : [`network=${network}`]),
    ...scripts.map(({ content }) => `script=${createHash('sha256').update(content).digest('hex').slice(0, 12)}`),
  ]
  const createdBy = [...(prefix.length > 0 ? [`|${prefix.length}`, ...prefix] : []), ...words, ...(notes.length > 0 ? [`# ${notes.join(' ')}`] : [])].join(' ')
  if (await stage.useCached(createdBy)) return

  const surroundings = { cache: deps.cache, folder: around.newFolder(), sourceOf: (from: string | undefined) => around.sourceOf(from), session: around.session, signal }
  const prepared = await RunMounts.prepare(mounts, scripts, surroundings)
  // Taken down before the step counts as done, whatever becomes of it.
  await using _prepared = prepared
  const hostConfig = {
    ...options.hostConfig,
    ...(network !== undefined && network !== 'default' && { NetworkMode: network }),
    ...(prepared.mounts.length > 0 && { Mounts: prepared.mounts }),
  }
  // Its record may have been pruned since; its content is held.
  if (!store.byId(image.id)) await store.add(image, [])
  const { Id: id = '' } = await engine.create(undefined, createRequest({ Image: image.id, Cmd: words, Env: [...unset(all), ...prepared.env], HostConfig: hostConfig }), undefined, { ephemeral: true })
  let remove = true
  try {
    const targets = prepared.mounts.map(({ Target: target = '' }) => target)
    const places = targets.length === 0 ? [] : missingPlaces(await store.snapshots.mount(id), targets)
    if (prepared.secretEnv.length > 0) engine.find(id).secretEnv = prepared.secretEnv
    await emit({ stream: ` ---> Running in ${shortId(id)}\n` })
    const exitCode = await runToEnd(engine, id, emit, signal)
    signal.throwIfAborted()
    if (exitCode !== 0) {
      remove = options.removeAlways
      throw invalid(`The command '${words.join(' ')}' returned a non-zero code: ${exitCode}`)
    }
    remove = options.remove
    const { upper } = store.snapshots.view(id)
    removeEmptyPlaces(upper, places)
    await stage.commit(createdBy, layerOf(upper, mountPoints), remove ? id : undefined)
  } finally {
    if (remove) await engine.remove(id, { force: true, volumes: true, link: false })
  }
}
