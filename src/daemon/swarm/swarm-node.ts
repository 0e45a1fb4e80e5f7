import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Backoff } from '../../base/backoff.js'
import { delay, withTimeout, type Clock } from '../../base/clock.js'
import { conflict, ErrorKind, messageOf, StatusError, unavailable } from '../../base/errors.js'
import type { IdSource } from '../../base/id.js'
import type { Logger } from '../../base/log.js'
import type { Rng } from '../../base/rng.js'
import { Scope } from '../../base/scope.js'
import type { Control } from '../../model/control.js'
import { defaults } from '../../model/defaults.js'
import { NodeRole } from '../../model/node.js'
import { caService } from '../../wire/ca-service.js'
import { ConnectionPool } from '../../wire/grpc-client.js'
import type { TlsIdentity } from '../../wire/tls-identity.js'
import { clientOf } from '../../wire/transport.js'
import { IdentityFiles } from '../../../agent/identity/identity-files.js'
import { joinCluster } from '../../../agent/identity/join.js'
import { NodeIdentity } from '../../../agent/identity/node-identity.js'
import { ManagerList } from '../../../agent/managers.js'
import { Session } from '../../../agent/session.js'
import { foundCluster } from '../../../manager/ca/found-cluster.js'
import { createUnlockKey } from '../../../manager/keys/unlock-key.js'
import { Manager, type ManagerOptions, type ManagerStart } from '../../../manager/manager.js'
import type { SwarmInitOptions, SwarmJoinOptions } from '../../api/swarm/backend.js'
import { managerNeeded } from '../../api/swarm/sentences.js'
import { joinAddress, splitAddress } from './addresses.js'
import type { AgentSide } from './agent-side.js'
import { chooseAddresses } from './choose-addresses.js'
import { DiskLock } from './disk-lock.js'
import { fetchUnlockKey } from './fetch-unlock-key.js'
import { leaveGroup, leavingManager } from './leaving-manager.js'
import { SwarmStateFile, type SwarmState } from './state-file.js'
import { swarmPlace } from './swarm-place.js'

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
/** A change of role, or the start of a manager, that failed is tried again after this long, and ever more rarely. */
const roleRetryFirstMs = 2_000
const roleRetryMaxMs = 60_000

/** The parts that run while this node is in a swarm. */
interface Membership {
  scope: Scope
  state: SwarmState
  identity: NodeIdentity
  managers: ManagerList
  connections: ConnectionPool
  session: Session
  manager: Manager | undefined
  /** Why there is no manager although this node is to be one; empty otherwise. */
  managerFailure: string
  /** Changes of role, one after another; the latest wish ends the tries for the one before. */
  roleWork: Promise<void>
  roleWish: AbortController
}

/**
 * This host's part in a swarm: in none, worker or manager. Initialising, joining and leaving follow one
 * another; the role may change at any time while containers keep running.
 */
export class SwarmNode implements AsyncDisposable {
  private readonly files: SwarmStateFile
  private readonly identityFiles: IdentityFiles
  private readonly lock: DiskLock
  private readonly raftFolder: string
  /** What this manager takes part in once its disk is unlocked. */
  private sealed: SwarmState | undefined
  private current: Membership | undefined
  private failure = ''
  private work: Promise<unknown> = Promise.resolve()

  constructor(private readonly deps: SwarmNodeDeps) {
    this.files = new SwarmStateFile(join(deps.dataRoot, 'swarm'))
    this.identityFiles = new IdentityFiles(deps.dataRoot)
    this.raftFolder = join(this.files.folder, 'raft')
    this.lock = new DiskLock(this.files.folder, this.identityFiles, deps.log)
  }

  get membership(): Readonly<Pick<Membership, 'state' | 'identity' | 'managers' | 'session' | 'manager' | 'managerFailure'>> | undefined {
    return this.current
  }

  /** Why this node cannot take part although it belongs to a swarm; empty when it can. */
  get error(): string {
    return this.failure
  }

  /** Set while this is a manager whose disk waits for the unlock key. */
  get locked(): Readonly<SwarmState> | undefined {
    return this.sealed
  }

  /** Takes part again in the swarm that is on disk, unless the disk is locked, or clears away what an interrupted init or join left. */
  start(): Promise<void> {
    return this.exclusive(async () => {
      const state = await this.files.load()
      if (!state) {
        await this.files.erase()
        await this.deps.agent.clear()
        return
      }
      await this.resume(state)
    })
  }

  /**
   * Takes part after a start that found the disk locked. Throws `invalid` for a wrong key, and the node
   * stays locked; `conflict` when it is not locked.
   */
  unlock(unlockKey: Uint8Array): Promise<void> {
    return this.exclusive(async () => {
      const state = this.sealed
      if (!state) {
        this.control()
        throw conflict('swarm is not locked')
      }
      await this.lock.unlock(unlockKey)
      this.sealed = undefined
      await this.resume(state)
      if (this.failure !== '') throw unavailable(`swarm component could not be started: ${this.failure}`)
    })
  }

  /** Founds a swarm with this node as its first manager; gives the node's id. */
  init(options: SwarmInitOptions): Promise<string> {
    return this.exclusive(async () => {
      if (options.forceNewCluster) return this.forceNewCluster()
      this.assertInNone()
      const state = chooseAddresses(options, this.deps.defaultAdvertiseAddress)
      const unlockKey = options.spec.encryption.autoLockManagers ? createUnlockKey() : undefined
      const founded = await foundCluster({
        spec: options.spec,
        ...(unlockKey && { unlockKey }),
        defaultAddressPool: options.defaultAddrPool.length > 0 ? options.defaultAddrPool : [...defaults.addressPool],
        subnetSize: options.subnetSize > 0 ? options.subnetSize : defaults.subnetSize,
        dataPathPort: options.dataPathPort > 0 ? options.dataPathPort : defaults.dataPathPort,
        availability: options.availability,
        address: splitAddress(state.advertiseAddress, defaults.remoteApiPort).host,
        nowMs: this.deps.clock.nowMs(),
        ids: this.deps.ids,
      })
      await this.begin(async () => {
        await this.lock.begin(unlockKey, 0)
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
      const state = chooseAddresses(options, this.deps.defaultAdvertiseAddress)
      const managers = options.remoteAddrs.map((text) => {
        const { host, port } = splitAddress(text, defaults.remoteApiPort)
        return joinAddress(host, port)
      })
      const { clock } = this.deps
      const abort = new AbortController()
      const issued = await joinCluster({ token: options.joinToken, managers, availability: options.availability, clock, signal: abort.signal })
      await this.begin(async () => {
        const identity = await NodeIdentity.adopt(this.identityDeps(managers), issued)
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
      if (this.sealed && !force) throw unavailable('Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.')
      const manager = this.current?.manager
      if (manager && !force) throw leavingManager(manager)
      if (manager && this.current) await leaveGroup(this.current, manager, this.deps)
      await this.stopParts()
      await this.deps.agent.clear()
      await this.erase()
      this.sealed = undefined
      this.failure = ''
      this.deps.log.info('this node left the swarm')
    })
  }

  /** The control API. Throws `unavailable` in Docker's words when this node is no manager. */
  control(): Control {
    if (this.sealed) throw managerNeeded.locked()
    if (!this.current) {
      if (this.failure !== '') throw unavailable(`This node cannot take part in its swarm: ${this.failure}`)
      throw managerNeeded.notInSwarm()
    }
    if (!this.current.manager) {
      const { managerFailure } = this.current
      if (managerFailure !== '') throw unavailable(`This node cannot take part in its swarm as a manager: ${managerFailure}`)
      throw managerNeeded.worker()
    }
    return this.current.manager.control
  }

  /** Stops taking part; what is on disk stays and containers go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.exclusive(() => this.stopParts())
  }

  /** Starts, then writes the state file; a failure leaves nothing. */
  private async begin(start: () => Promise<void>, state: SwarmState): Promise<void> {
    await this.erase()
    await mkdir(this.files.folder, { recursive: true, mode: 0o700 })
    try {
      await start()
      await this.files.save(state)
      this.failure = ''
    } catch (thrown) {
      await this.stopParts()
      await this.erase()
      throw thrown
    }
  }

  private async erase(): Promise<void> {
    await this.files.erase()
    await this.lock.forget()
  }

  /** Takes part in the swarm on disk. A failure leaves the daemon serving its own containers; `info` and the swarm commands tell why. */
  private async resume(state: SwarmState): Promise<void> {
    try {
      if (!this.lock.dataKey) await this.lock.load()
      if (this.lock.locked) {
        this.sealed = state
        this.deps.log.warn('the swarm is locked: unlock this manager with "swarm unlock"')
        return
      }
      const identity = await NodeIdentity.load(this.identityDeps())
      if (!identity) throw new StatusError(ErrorKind.internal, 'the certificate of this node is missing: leave the swarm with --force and join again')
      // It was made a worker and ended before it had cleared away what a manager has.
      if (identity.role === NodeRole.worker) await this.dropManagerState()
      await this.takePart(state, identity, 'again')
    } catch (thrown) {
      await this.stopParts()
      this.failure = messageOf(thrown)
      this.deps.log.error(`this node cannot take part in its swarm: ${this.failure}`, { err: thrown })
    }
  }

  /** `again`: it took part before. What keeps the manager from starting then does not keep the tasks from running. */
  private async takePart(state: SwarmState, identity: NodeIdentity, start: ManagerStart | 'again' | undefined): Promise<void> {
    const { clock, rng, log, agent } = this.deps
    const scope = new Scope()
    const managers = new ManagerList(rng, state.managers)
    const connections = scope.use(new ConnectionPool(identity, clock))
    const session = new Session({
      identity,
      managers,
      connections,
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
        if (this.current?.state !== state) return
        state.managers = [...known]
        this.files.save(state).catch((thrown: unknown) => log.warn('the managers known were not written down', { err: thrown }))
      },
    })
    const membership: Membership = {
      scope, state, identity, managers, connections, session, manager: undefined, managerFailure: '',
      roleWork: Promise.resolve(), roleWish: new AbortController(),
    }
    this.current = membership
    if (identity.role === NodeRole.manager && start === 'again') await this.startAgain(membership)
    else if (identity.role === NodeRole.manager && start !== 'again') {
      membership.manager = await this.startManager(membership, start)
      if (start?.kind === 'found') await withTimeout(clock, joinWaitMs, membership.manager.leaderKnown(scope.signal), () => unavailable('the new swarm did not get its leader in time'))
    }
    scope.defer(identity.onRole((role) => this.changeRole(membership, role)))
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

  private async startManager(membership: Membership, start: ManagerStart | undefined, signal = membership.scope.signal): Promise<Manager> {
    const { log } = this.deps
    const { state, identity } = membership
    const manager = await Manager.start({ ...(await this.managerOptions(state, identity, start)), ...(start && { start }), signal })
    void manager.raft.stopped.then(({ reason, failure }) => {
      if (membership.manager !== manager || reason === 'stopped') return
      if (reason === 'removed') {
        log.info('this node was removed from the managers')
        this.changeRole(membership, NodeRole.worker)
        return
      }
      log.error(`this manager stopped: ${failure?.message ?? reason}`, { err: failure })
      this.replaceManager(membership, manager, reason === 'lost', failure?.message ?? reason)
    })
    return manager
  }

  private async managerOptions(state: SwarmState, identity: NodeIdentity, start?: ManagerStart): Promise<Omit<ManagerOptions, 'start'>> {
    const { clock, rng, ids, log } = this.deps
    await this.sealAs(identity.current(), start?.kind === 'join' ? start.managers : [])
    return {
      dir: this.raftFolder,
      identity,
      listenAddress: state.listenAddress,
      advertiseAddress: state.advertiseAddress,
      ...(this.lock.dataKey && { dataKey: this.lock.dataKey }),
      onUnlockKey: (key, version) => this.lock.follow(key, version),
      clock,
      rng,
      ids,
      log: log.child({ part: 'manager' }),
    }
  }

  /** This node is to be a manager: its disk is sealed as the managers say; in clear when there is none to ask. */
  private async sealAs(identity: TlsIdentity, managers: readonly string[]): Promise<void> {
    if (this.lock.dataKey) return
    const { key, version } = managers.length > 0 ? await fetchUnlockKey(identity, managers, this.deps.clock) : { key: undefined, version: 0 }
    await this.lock.begin(key, version)
  }

  /** Goes on with the log on disk; one that cannot be read is told of, and tried again in case it is mended. */
  private async startAgain(membership: Membership): Promise<void> {
    try {
      const managers = this.otherManagers(membership)
      membership.manager = await this.startManager(membership, managers.length > 0 ? { kind: 'join', managers } : undefined)
    } catch (thrown) {
      membership.managerFailure = messageOf(thrown)
      this.deps.log.error(`this node cannot take part in its swarm as a manager: ${membership.managerFailure}`, { err: thrown })
      this.changeRole(membership, NodeRole.manager, roleRetryFirstMs)
    }
  }

  /**
   * A manager whose Raft member failed starts again from its disk. One whose log lost entries becomes a new
   * member, as Raft does not allow the old one to come back, and gets everything from the others.
   */
  private replaceManager(membership: Membership, failed: Manager, forget: boolean, why: string): void {
    membership.managerFailure = why
    membership.roleWork = membership.roleWork.then(async () => {
      if (membership.manager !== failed) return
      await this.stopManager(membership)
      if (forget) await this.forgetLog()
    })
    this.changeRole(membership, NodeRole.manager, roleRetryFirstMs)
  }

  /** The certificate has another role, or the group removed this manager: the parts follow. */
  private changeRole(membership: Membership, role: NodeRole, afterMs = 0): void {
    const { log, clock, rng } = this.deps
    membership.roleWish.abort(new StatusError(ErrorKind.cancelled, 'another role is wanted'))
    membership.roleWish = new AbortController()
    // Becoming a worker is carried out whatever comes next: it clears away what a manager left.
    const outer = membership.scope.signal
    const signal = role === NodeRole.worker ? outer : AbortSignal.any([outer, membership.roleWish.signal])
    const backoff = new Backoff(rng, roleRetryFirstMs, roleRetryMaxMs)
    membership.roleWork = membership.roleWork.then(async () => {
      if (afterMs > 0) await delay(clock, afterMs, signal).catch(() => undefined)
      while (this.current === membership && !signal.aborted) {
        try {
          if (role === NodeRole.worker) await this.becomeWorker(membership)
          else if (!membership.manager) {
            membership.manager = await this.startManager(membership, { kind: 'join', managers: this.otherManagers(membership) }, signal)
            membership.managerFailure = ''
            log.info('this node is a manager now')
          }
          return
        } catch (thrown) {
          if (signal.aborted) return
          if (role === NodeRole.manager) membership.managerFailure = messageOf(thrown)
          log.warn(`the change of role to ${role} is tried again: ${messageOf(thrown)}`, { err: thrown })
          await delay(clock, backoff.nextMs(), signal).catch(() => undefined)
        }
      }
    })
  }

  private async becomeWorker(membership: Membership): Promise<void> {
    const was = membership.manager !== undefined
    await this.stopManager(membership)
    await this.dropManagerState()
    membership.managerFailure = ''
    if (was) this.deps.log.info('this node is a worker now')
  }

  private async stopManager(membership: Membership): Promise<void> {
    const { manager } = membership
    membership.manager = undefined
    await manager?.[Symbol.asyncDispose]()
  }

  /** A log of the past must not come back should the node be promoted again, and a worker's disk is not sealed. */
  private async dropManagerState(): Promise<void> {
    await this.forgetLog()
    await this.lock.end()
  }

  private forgetLog(): Promise<void> {
    return rm(this.raftFolder, { recursive: true, force: true })
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

  /** Starts over alone from what this manager knows. */
  private async forceNewCluster(): Promise<string> {
    if (this.sealed) throw managerNeeded.locked()
    const state = this.current?.state ?? (await this.files.load())
    if (!state) throw unavailable('this node is not part of a swarm: there is no state to make a new cluster of')
    await this.stopParts()
    const identity = await NodeIdentity.load(this.identityDeps())
    if (!identity) throw unavailable('the certificate of this node is missing')
    if (identity.role !== NodeRole.manager) throw unavailable('only a manager can make a new cluster of its state')
    const alone = await Manager.start({ ...(await this.managerOptions(state, identity)), forceNewCluster: true })
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

  private otherManagers({ managers, state }: Membership): string[] {
    return managers.known.map(({ address }) => address).filter((address) => address !== state.advertiseAddress)
  }

  private assertInNone(): void {
    if (!this.current && !this.sealed && this.failure === '') return
    throw managerNeeded.alreadyInSwarm()
  }

  /** `managers` are asked how a manager's disk is to be sealed; those known when left out. */
  private identityDeps(managers?: readonly string[]) {
    const { clock, rng, log } = this.deps
    const known = () => this.current?.managers.known.map(({ address }) => address) ?? managers ?? []
    const beforeManager = (identity: TlsIdentity) => this.sealAs(identity, known())
    return { files: this.identityFiles, clock, rng, log: log.child({ part: 'identity' }), beforeManager }
  }

  private exclusive<T>(action: () => Promise<T>): Promise<T> {
    const result = this.work.then(action)
    this.work = result.catch(() => undefined)
    return result
  }
}
