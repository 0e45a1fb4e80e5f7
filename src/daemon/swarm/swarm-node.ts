import { mkdir, rm } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { delay, withTimeout, type Clock } from '../../base/clock.js'
import { ErrorKind, messageOf, StatusError, unavailable } from '../../base/errors.js'
import type { IdSource } from '../../base/id.js'
import type { Logger } from '../../base/log.js'
import type { Rng } from '../../base/rng.js'
import { Scope } from '../../base/scope.js'
import type { Control } from '../../model/control.js'
import { defaults } from '../../model/defaults.js'
import { NodeRole } from '../../model/node.js'
import { caService } from '../../wire/ca-service.js'
import { ConnectionPool } from '../../wire/grpc-client.js'
import { raftService } from '../../wire/raft-service.js'
import { clientOf } from '../../wire/transport.js'
import { IdentityFiles } from '../../../agent/identity/identity-files.js'
import { joinCluster } from '../../../agent/identity/join.js'
import { NodeIdentity } from '../../../agent/identity/node-identity.js'
import { ManagerList } from '../../../agent/managers.js'
import { Session } from '../../../agent/session.js'
import { foundCluster } from '../../../manager/ca/found-cluster.js'
import { Manager, type ManagerStart } from '../../../manager/manager.js'
import type { SwarmInitOptions, SwarmJoinOptions } from '../../api/swarm/backend.js'
import { joinAddress, resolveAdvertiseAddress, resolveDataPathAddress, resolveListenAddress, splitAddress } from './addresses.js'
import type { AgentSide } from './agent-side.js'
import { SwarmStateFile, type SwarmState } from './state-file.js'

export interface SwarmNodeDeps {
  dataRoot: string
  agent: AgentSide
  /** `--swarm-default-advertise-addr` */
  defaultAdvertiseAddress: string
  clock: Clock
  rng: Rng
  ids: IdSource
  log: Logger
}

/** `swarm join` answers after this long although the session is not there yet; joining goes on. */
const joinWaitMs = 20_000
/** A manager that leaves tells the others, if they answer within this time. */
const leaveWaitMs = 5_000
const roleRetryMs = 2_000

/** The parts that run while this node is in a swarm. */
interface Membership {
  scope: Scope
  state: SwarmState
  identity: NodeIdentity
  managers: ManagerList
  connections: ConnectionPool
  session: Session
  manager: Manager | undefined
  /** Changes of role, one after another. */
  roleWork: Promise<void>
}

/**
 * This host's part in a swarm: in none, worker or manager. Initialising, joining and leaving follow one
 * another; the role may change at any time while containers keep running.
 */
export class SwarmNode implements AsyncDisposable {
  private readonly files: SwarmStateFile
  private readonly identityFiles: IdentityFiles
  private current: Membership | undefined
  private failure = ''
  private work: Promise<unknown> = Promise.resolve()

  constructor(private readonly deps: SwarmNodeDeps) {
    this.files = new SwarmStateFile(join(deps.dataRoot, 'swarm'))
    this.identityFiles = new IdentityFiles(deps.dataRoot)
  }

  get membership(): Readonly<Pick<Membership, 'state' | 'identity' | 'managers' | 'session' | 'manager'>> | undefined {
    return this.current
  }

  /** Why this node cannot take part although it belongs to a swarm; empty when it can. */
  get error(): string {
    return this.failure
  }

  /** Takes part again in the swarm that is on disk, or clears away what an interrupted init or join left. */
  start(): Promise<void> {
    return this.exclusive(async () => {
      const state = await this.files.load()
      if (!state) {
        await this.files.erase()
        await this.deps.agent.clear()
        return
      }
      try {
        const identity = await NodeIdentity.load(this.identityDeps())
        if (!identity) throw new StatusError(ErrorKind.internal, 'the certificate of this node is missing: leave the swarm with --force and join again')
        const others = this.otherManagers(state)
        await this.takePart(state, identity, others.length > 0 ? { kind: 'join', managers: others } : undefined)
      } catch (thrown) {
        // The daemon goes on serving its own containers; `info` and the swarm commands tell why.
        this.failure = messageOf(thrown)
        this.deps.log.error(`this node cannot take part in its swarm: ${this.failure}`, { err: thrown })
      }
    })
  }

  /** Founds a swarm with this node as its first manager; gives the node's id. */
  init(options: SwarmInitOptions): Promise<string> {
    return this.exclusive(async () => {
      if (options.forceNewCluster) return this.forceNewCluster()
      this.assertInNone()
      const state = this.stateFor(options)
      const founded = await foundCluster({
        spec: options.spec,
        defaultAddressPool: options.defaultAddrPool.length > 0 ? options.defaultAddrPool : [...defaults.addressPool],
        subnetSize: options.subnetSize > 0 ? options.subnetSize : defaults.subnetSize,
        dataPathPort: options.dataPathPort > 0 ? options.dataPathPort : defaults.dataPathPort,
        availability: options.availability,
        address: splitAddress(state.advertiseAddress, defaults.remoteApiPort).host,
        nowMs: this.deps.clock.nowMs(),
        ids: this.deps.ids,
      })
      await this.begin(async () => {
        const identity = await NodeIdentity.adopt(this.identityDeps(), founded.identity)
        state.managers = [{ nodeId: identity.nodeId, address: state.advertiseAddress, weight: 1 }]
        await this.takePart(state, identity, { kind: 'found', founded })
      }, state)
      return founded.node.id
    })
  }

  /** Joins a swarm by token. Resolves when the session with a manager has begun, or fails after a while. */
  join(options: SwarmJoinOptions): Promise<void> {
    return this.exclusive(async () => {
      this.assertInNone()
      if (options.remoteAddrs.length === 0) throw new StatusError(ErrorKind.invalid, 'at least one address of a manager (host:port) is needed to join')
      const state = this.stateFor(options)
      const managers = options.remoteAddrs.map((text) => {
        const { host, port } = splitAddress(text, defaults.remoteApiPort)
        return joinAddress(host, port)
      })
      const { clock } = this.deps
      const abort = new AbortController()
      const issued = await joinCluster({ token: options.joinToken, managers, availability: options.availability, clock, signal: abort.signal })
      await this.begin(async () => {
        const identity = await NodeIdentity.adopt(this.identityDeps(), issued)
        state.managers = managers.map((address) => ({ nodeId: '', address, weight: 1 }))
        await this.takePart(state, identity, { kind: 'join', managers })
      }, state)
      await this.connected()
    })
  }

  /** Leaves. Without `force` a manager refuses in Docker's words. */
  leave(force: boolean): Promise<void> {
    return this.exclusive(async () => {
      const state = this.current?.state ?? (await this.files.load())
      if (!state) throw unavailable('This node is not part of a swarm')
      const manager = this.current?.manager
      if (manager && !force) throw leavingManager(manager)
      if (manager && this.current) await this.leaveGroup(this.current, manager)
      await this.stopParts()
      await this.deps.agent.clear()
      await this.files.erase()
      this.failure = ''
      this.deps.log.info('this node left the swarm')
    })
  }

  /** The control API. Throws `unavailable` in Docker's words when this node is no manager. */
  control(): Control {
    if (!this.current) {
      if (this.failure !== '') throw unavailable(`This node cannot take part in its swarm: ${this.failure}`)
      throw unavailable('This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.')
    }
    if (!this.current.manager) {
      throw unavailable(
        "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.",
      )
    }
    return this.current.manager.control
  }

  /** Stops taking part; what is on disk stays and containers go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.exclusive(() => this.stopParts())
  }

  private stateFor(options: Pick<SwarmInitOptions, 'listenAddr' | 'advertiseAddr' | 'dataPathAddr'>): SwarmState {
    const interfaces = networkInterfaces()
    const listenAddress = resolveListenAddress(options.listenAddr, interfaces)
    const wanted = options.advertiseAddr === '' ? this.deps.defaultAdvertiseAddress : options.advertiseAddr
    const advertiseAddress = resolveAdvertiseAddress(wanted, listenAddress, interfaces)
    return {
      listenAddress,
      advertiseAddress,
      dataPathAddress: resolveDataPathAddress(options.dataPathAddr, advertiseAddress, interfaces),
      managers: [],
    }
  }

  /** Starts, then writes the state file; a failure leaves nothing. */
  private async begin(start: () => Promise<void>, state: SwarmState): Promise<void> {
    await this.files.erase()
    await mkdir(this.files.folder, { recursive: true, mode: 0o700 })
    try {
      await start()
      await this.files.save(state)
      this.failure = ''
    } catch (thrown) {
      await this.stopParts()
      await this.files.erase()
      throw thrown
    }
  }

  private async takePart(state: SwarmState, identity: NodeIdentity, start: ManagerStart | undefined): Promise<void> {
    const { clock, rng, log, agent } = this.deps
    const scope = new Scope()
    const managers = new ManagerList(rng, state.managers)
    const connections = scope.use(new ConnectionPool(identity, clock))
    const session = new Session({
      identity,
      managers,
      connections,
      consumer: agent.consumer,
      reporter: agent.reporter,
      clock,
      rng,
      log: log.child({ part: 'session' }),
      describe: () => agent.describe(identity.current().rootsPem),
      advertiseAddress: splitAddress(state.advertiseAddress, defaults.remoteApiPort).host,
      onNode: (node) => agent.onNode(node),
      onManagers: (known) => {
        if (this.current?.state !== state) return
        state.managers = [...known]
        this.files.save(state).catch((thrown: unknown) => log.warn('the managers known were not written down', { err: thrown }))
      },
    })
    const membership: Membership = { scope, state, identity, managers, connections, session, manager: undefined, roleWork: Promise.resolve() }
    this.current = membership
    if (identity.role === NodeRole.manager) {
      membership.manager = await this.startManager(membership, start)
      if (start?.kind === 'found') await withTimeout(clock, joinWaitMs, membership.manager.leaderKnown(scope.signal), () => unavailable('the new swarm did not get its leader in time'))
    }
    scope.defer(identity.onRole((role) => this.changeRole(membership, role)))
    const ca = () => clientOf(caService, connections.to(managers.choose() ?? state.advertiseAddress))
    await agent.begin(identity.nodeId)
    const background = [
      session.run(scope.signal),
      identity.keepRenewed(ca, scope.signal),
      agent.publishLogs(() => managers.choose(), connections, scope.signal),
    ]
    scope.defer(() => Promise.allSettled(background))
  }

  private async startManager(membership: Membership, start: ManagerStart | undefined): Promise<Manager> {
    const { clock, rng, ids, log, dataRoot } = this.deps
    const { state, identity } = membership
    const manager = await Manager.start({
      dir: join(dataRoot, 'swarm', 'raft'),
      identity,
      listenAddress: state.listenAddress,
      advertiseAddress: state.advertiseAddress,
      ...(start && { start }),
      clock,
      rng,
      ids,
      log: log.child({ part: 'manager' }),
    })
    void manager.raft.stopped.then(({ reason, failure }) => {
      if (membership.manager !== manager || reason === 'stopped') return
      if (failure) log.error(`this manager stopped: ${failure.message}`, { err: failure })
      else log.info('this node was removed from the managers')
      this.changeRole(membership, NodeRole.worker)
    })
    return manager
  }

  /** The certificate has another role, or the group removed this manager: the parts follow. */
  private changeRole(membership: Membership, role: NodeRole): void {
    const { log, clock } = this.deps
    membership.roleWork = membership.roleWork.then(async () => {
      while (this.current === membership && !membership.scope.signal.aborted) {
        try {
          if (role === NodeRole.worker) await this.stopManager(membership)
          else if (!membership.manager) {
            const managers = membership.managers.known.map(({ address }) => address).filter((address) => address !== membership.state.advertiseAddress)
            membership.manager = await this.startManager(membership, { kind: 'join', managers })
            log.info('this node is a manager now')
          }
          return
        } catch (thrown) {
          log.warn(`the change of role to ${role} is tried again: ${messageOf(thrown)}`, { err: thrown })
          await delay(clock, roleRetryMs, membership.scope.signal).catch(() => undefined)
        }
      }
    })
  }

  private async stopManager(membership: Membership): Promise<void> {
    const { manager } = membership
    if (manager) {
      membership.manager = undefined
      await manager[Symbol.asyncDispose]()
      this.deps.log.info('this node is a worker now')
    }
    // A log of the past must not come back should the node be promoted again.
    await rm(join(this.deps.dataRoot, 'swarm', 'raft'), { recursive: true, force: true })
  }

  private async stopParts(): Promise<void> {
    const membership = this.current
    this.current = undefined
    if (!membership) return
    await membership.scope[Symbol.asyncDispose]()
    await membership.roleWork
    await membership.manager?.[Symbol.asyncDispose]()
    await this.deps.agent.end()
  }

  /** Tells the other managers, so that they do not count on this one any more. */
  private async leaveGroup({ connections, identity, state, managers }: Membership, manager: Manager): Promise<void> {
    if (manager.raft.members().length < 2) return
    try {
      if (manager.isLeader) await withTimeout(this.deps.clock, leaveWaitMs, manager.raft.transferLeadership(), () => unavailable('nobody took over the leadership'))
      const other = managers.known.find(({ address }) => address !== state.advertiseAddress)
      if (other) await clientOf(raftService, connections.to(other.address)).leave({ nodeId: identity.nodeId }, { timeoutMs: leaveWaitMs })
    } catch (thrown) {
      this.deps.log.warn(`the other managers were not told that this one leaves: ${messageOf(thrown)}`)
    }
  }

  /** Starts over alone from what this manager knows. */
  private async forceNewCluster(): Promise<string> {
    const state = this.current?.state ?? (await this.files.load())
    if (!state) throw unavailable('this node is not part of a swarm: there is no state to make a new cluster of')
    await this.stopParts()
    const identity = await NodeIdentity.load(this.identityDeps())
    if (!identity) throw unavailable('the certificate of this node is missing')
    if (identity.role !== NodeRole.manager) throw unavailable('only a manager can make a new cluster of its state')
    const { clock, rng, ids, log, dataRoot } = this.deps
    const alone = await Manager.start({
      dir: join(dataRoot, 'swarm', 'raft'),
      identity,
      listenAddress: state.listenAddress,
      advertiseAddress: state.advertiseAddress,
      forceNewCluster: true,
      clock,
      rng,
      ids,
      log,
    })
    await alone[Symbol.asyncDispose]()
    state.managers = [{ nodeId: identity.nodeId, address: state.advertiseAddress, weight: 1 }]
    await this.files.save(state)
    await this.takePart(state, identity, undefined)
    return identity.nodeId
  }

  private async connected(): Promise<void> {
    const { clock } = this.deps
    const untilMs = clock.monotonicMs() + joinWaitMs
    while (this.current && !this.current.session.state.connected) {
      if (clock.monotonicMs() >= untilMs) {
        throw new StatusError(
          ErrorKind.deadline,
          'Timeout was reached before node joined. The attempt to join the swarm will continue in the background. Use the "docker info" command to see the current swarm status of your node.',
        )
      }
      await delay(clock, 20)
    }
  }

  private otherManagers(state: SwarmState): string[] {
    return state.managers.map(({ address }) => address).filter((address) => address !== state.advertiseAddress)
  }

  private assertInNone(): void {
    if (!this.current && this.failure === '') return
    throw unavailable('This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.')
  }

  private identityDeps() {
    const { clock, rng, log } = this.deps
    return { files: this.identityFiles, clock, rng, log: log.child({ part: 'identity' }) }
  }

  private exclusive<T>(action: () => Promise<T>): Promise<T> {
    const result = this.work.then(action)
    this.work = result.catch(() => undefined)
    return result
  }
}

/** Docker's refusal, which tells what leaving would cost. HTTP 503, as Docker answers. */
function leavingManager(manager: Manager): StatusError {
  const members = manager.raft.members().filter(({ learner }) => !learner)
  const start = 'You are attempting to leave the swarm on a node that is participating as a manager. '
  if (members.length <= 1) {
    return unavailable(`${start}Removing the last manager erases all current state of the swarm. Use \`--force\` to ignore this message.`)
  }
  const reachable = members.filter((member) => member.reachable).length - 1
  const quorum = Math.floor(members.length / 2) + 1
  const cost = reachable < quorum ? `Removing this node leaves ${reachable} managers out of ${members.length}. Without a Raft quorum your swarm will be inaccessible. ` : ''
  return unavailable(
    `${start}${cost}The only way to restore a swarm that has lost consensus is to reinitialize it with \`--force-new-cluster\`. Use \`--force\` to suppress this message.`,
  )
}
