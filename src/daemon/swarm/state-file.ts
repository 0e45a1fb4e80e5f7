import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf, internal, messageOf } from '../../base/errors.js'
import type { WeightedPeer } from '../../wire/dispatcher-service.js'
import { writeFileAtomic } from '../../sys/atomic-file.js'

/** What a node remembers of its swarm. The file is written last: while it is missing the node is in none. */
export interface SwarmState {
  listenAddress: string
  /** host:port */
  advertiseAddress: string
  dataPathAddress: string
  /** The managers known last. */
  managers: WeightedPeer[]
}

/** `<data-root>/swarm/state.json`. */
export class SwarmStateFile {
  private readonly path: string

  constructor(readonly folder: string) {
    this.path = join(folder, 'state.json')
  }

  async load(): Promise<SwarmState | undefined> {
    let text: string
    try {
      text = await readFile(this.path, 'utf8')
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return undefined
      throw thrown
    }
    try {
      return JSON.parse(text) as SwarmState
    } catch (thrown) {
      throw internal(`the swarm state in ${this.path} is damaged (${messageOf(thrown)}): restore it, or leave the swarm with --force and join again`, thrown)
    }
  }

  /** Whether the folder has files of a swarm without a state: what someone put there in part, or what is left of an end half way. */
  async hasRemains(): Promise<boolean> {
    try {
      return (await readdir(this.folder)).length > 0
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return false
      throw thrown
    }
  }

  save(state: SwarmState): Promise<void> {
    return writeFileAtomic(this.path, `${JSON.stringify(state)}\n`)
  }

  /** Forgets the swarm: everything in the folder goes, the state file first. */
  async erase(): Promise<void> {
    await rm(this.path, { force: true })
    await rm(this.folder, { recursive: true, force: true })
  }
}
