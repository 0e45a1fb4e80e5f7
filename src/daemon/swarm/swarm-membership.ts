import { withTimeout, type Clock } from '../../base/clock.js'
import { unavailable } from '../../base/errors.js'
import type { IdSource } from '../../base/id.js'
import type { Logger } from '../../base/log.js'
import type { Rng } from '../../base/rng.js'
import { Scope } from '../../base/scope.js'
import { defaults } from '../../model/defaults.js'
import { NodeRole } from '../../model/node.js'
import { caService } from '../../wire/ca-service.js'
import { ConnectionPool } from '../../wire/grpc-client.js'
import { clientOf } from '../../wire/transport.js'
import type { NodeIdentity } from '../../../agent/identity/node-identity.js'
import { ManagerList } from '../../../agent/managers.js'
import { Session } from '../../../agent/session.js'
import type { Manager, ManagerStart } from '../../../manager/manager.js'
import { splitAddress } from './addresses.js'
import type { AgentSide } from './agent-side.js'
import type { ManagerDisk } from './manager-disk.js'
import { ManagerRole } from './manager-role.js'
import type { SwarmState } from './state-file.js'
import { swarmPlace } from './swarm-place.js'

export interface SwarmMembershipDeps {
  state: SwarmState
  identity: NodeIdentity
  disk: ManagerDisk
  agent: AgentSide
  /** Writes the state down after it changed. */
  save: (state: SwarmState) => Promise<void>
  /** Hears of each manager that this node becomes, and when it ends. */
  onManager?: (manager: Manager, signal: AbortSignal) => void
  clock: Clock
  rng: Rng
  ids: IdSource
  log: Logger
}

/** A new swarm that gets no leader within this time is given up. */
const leaderWaitMs = 20_000

/** Taking part in a swarm: the session with a manager, the certificate kept fresh, the tasks, and the manager that this node may be. */
export class SwarmMembership {
  readonly managers: ManagerList
  readonly connections: ConnectionPool
  readonly session: Session
  private readonly scope = new Scope()
  private readonly role: ManagerRole

  constructor(private readonly deps: SwarmMembershipDeps) {
    const { state, identity, disk, agent, clock, rng, ids, log } = deps
    this.managers = new ManagerList(rng, state.managers)
    this.connections = this.scope.use(new ConnectionPool(identity, clock))
    this.session = new Session({
      identity,
      managers: this.managers,
      connections: this.connections,
      consumer: agent.consumer,
      networks: agent.networks,
      reporter: agent.reporter,
      clock,
      rng,
      log: log.child({ part: 'session' }),
      describe: () => agent.describe(identity.current().certPem, identity.current().rootsPem),
      advertiseAddress: splitAddress(state.advertiseAddress, defaults.remoteApiPort).host,
      onNode: (node) => agent.onNode(node),
      onQuestion: (kind, body) => agent.answer(kind, body),
      onManagers: (known) => {
        if (this.scope.signal.aborted) return
        state.managers = [...known]
        deps.save(state).catch((thrown: unknown) => log.warn('the managers known were not written down', { err: thrown }))
      },
    })
    const otherManagers = () => this.managers.known.map(({ address }) => address).filter((address) => address !== state.advertiseAddress)
    this.role = new ManagerRole({ disk, state, identity, otherManagers, signal: this.scope.signal, ...(deps.onManager && { onManager: deps.onManager }), clock, rng, ids, log })
  }

  get state(): Readonly<SwarmState> {
    return this.deps.state
  }
  get identity(): NodeIdentity {
    return this.deps.identity
  }
  get manager(): Manager | undefined {
    return this.role.manager
  }
  /** Why there is no manager although this node is to be one; empty otherwise. */
  get managerFailure(): string {
    return this.role.failure
  }

  /**
   * Takes part. `again`: it did before; what keeps the manager from starting then does not keep the tasks from
   * running. Otherwise throws what `Manager.start` does. Must be ended also after it threw.
   */
  async begin(start: ManagerStart | 'again' | undefined): Promise<void> {
    const { state, identity, agent } = this.deps
    const { scope, session, managers, connections, role } = this
    if (identity.role === NodeRole.manager) await (start === 'again' ? role.beginAgain() : this.beginManager(start))
    scope.defer(identity.onRole((wanted) => role.change(wanted)))
    // The managers read who signed the certificate when a session begins.
    scope.defer(identity.onChange(() => session.refresh()))
    // The manager that answers now knows best; without a session any other is as good.
    const ca = () => clientOf(caService, connections.to((session.state.connected ? session.state.manager : managers.choose()) ?? state.advertiseAddress))
    await agent.begin(identity.nodeId, swarmPlace(session, state.dataPathAddress))
    const background = [
      session.run(scope.signal),
      identity.keepRenewed(ca, scope.signal),
      agent.publishLogs(() => managers.choose(), connections, scope.signal),
    ]
    scope.defer(() => Promise.allSettled(background))
  }

  private async beginManager(start: ManagerStart | undefined): Promise<void> {
    const manager = await this.role.begin(start)
    if (start?.kind !== 'found') return
    await withTimeout(this.deps.clock, leaderWaitMs, manager.leaderKnown(this.scope.signal), () => unavailable('the new swarm did not get its leader in time'))
  }

  /** Stops taking part; what is on disk stays and containers go on. */
  async end(): Promise<void> {
    await this.scope[Symbol.asyncDispose]()
    await this.role[Symbol.asyncDispose]()
    await this.deps.agent.end()
  }
}
