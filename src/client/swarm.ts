import type { Swarm, SwarmInitRequest, SwarmJoinRequest, SwarmSpec } from '../model/engine-api/swarm.js'
import type { Client } from './client.js'

/** The swarm itself and this daemon's part in it. */
export class SwarmClient {
  constructor(private readonly client: Client) {}

  inspect(): Promise<Swarm> {
    return this.client.json('GET', '/swarm')
  }

  /** Gives the node's id. */
  init(options: SwarmInitRequest): Promise<string> {
    return this.client.json('POST', '/swarm/init', { body: options })
  }

  join(options: SwarmJoinRequest): Promise<void> {
    return this.client.json('POST', '/swarm/join', { body: options })
  }

  leave(force = false): Promise<void> {
    return this.client.json('POST', '/swarm/leave', { query: { force } })
  }

  update(
    version: number,
    spec: SwarmSpec,
    rotate: { rotateWorkerToken?: boolean; rotateManagerToken?: boolean; rotateManagerUnlockKey?: boolean } = {},
  ): Promise<void> {
    return this.client.json('POST', '/swarm/update', { query: { version, ...rotate }, body: spec })
  }

  async unlockKey(): Promise<string> {
    return (await this.client.json<{ UnlockKey: string }>('GET', '/swarm/unlockkey')).UnlockKey
  }

  unlock(key: string): Promise<void> {
    return this.client.json('POST', '/swarm/unlock', { body: { UnlockKey: key } })
  }
}
