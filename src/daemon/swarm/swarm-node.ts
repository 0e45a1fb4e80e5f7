import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { delay, type Clock } from '../../base/clock.js'
import { conflict, ErrorKind, messageOf, StatusError, unavailable } from '../../base/errors.js'
import type { IdSource } from '../../base/id.js'
import type { Logger } from '../../base/log.js'
import type { Rng } from '../../base/rng.js'
import { Serial } from '../../base/serial.js'
import type { Control } from '../../model/control.js'
import { defaults } from '../../model/defaults.js'
import { NodeRole } from '../../model/node.js'
import { builtInAuthorities } from '../../sys/built-in-authorities.js'
import { NotAManagerError, NotDoneError } from '../../wire/error-status.js'
import type { TlsIdentity } from '../../wire/tls-identity.js'
import { IdentityFiles } from '../../../agent/identity/identity-files.js'
import { joinCluster } from '../../../agent/identity/join.js'
import { NodeIdentity } from '../../../agent/identity/node-identity.js'
import { foundCluster } from '../../../manager/ca/found-cluster.js'
import { createUnlockKey } from '../../../manager/keys/unlock-key.js'
import { Manager, type ManagerStart } from '../../../manager/manager.js'
import type { SwarmInitOptions, SwarmJoinOptions } from '../../api/swarm/backend.js'
import { managerNeeded } from '../../api/swarm/sentences.js'
import { joinAddress, splitAddress } from './addresses.js'
import type { AgentSide } from './agent-side.js'
import { chooseAddresses } from './choose-addresses.js'
import { leaveGroup, leavingManager } from './leaving-manager.js'
import { ManagerDisk } from './manager-disk.js'
import { managerOptions } from './manager-role.js'
import { SwarmStateFile, type SwarmState } from './state-file.js'
import { SwarmMembership } from './swarm-membership.js'
import { translatingControl } from './translating-control.js'

export interface SwarmNodeDeps {
  dataRoot: string
  agent: AgentSide
  /** `--swarm-default-advertise-addr` */
  defaultAdvertiseAddress: string
  /** Hears of each manager that this node becomes, and when it ends. */
  onManager?: (manager: Manager, signal: AbortSignal) => void
  clock: Clock
  rng: Rng
  ids: IdSource
  log: Logger
}

/** `swarm join` answers after this long although the session is not there yet; joining goes on. */
const joinWaitMs = 20_000

/**
 * This host's part in a swarm: in none, worker or manager. Initialising, joining and leaving follow one
 * another; the role may change at any time while containers keep running.
 */
export class SwarmNode implements AsyncDisposable {
  private readonly files: SwarmStateFile
  private readonly identityFiles: IdentityFiles
  private readonly disk: ManagerDisk
  /** What this manager takes part in once its disk is unlocked. */
  private sealed: SwarmState | undefined
  private current: SwarmMembership | undefined
  private failure = ''
  private readonly work = new Serial()

  constructor(private readonly deps: SwarmNodeDeps) {
    this.files = new SwarmStateFile(join(deps.dataRoot, 'swarm'))
    this.identityFiles = new IdentityFiles(deps.dataRoot)
    this.disk = new ManagerDisk(this.files.folder, this.identityFiles, deps.clock, deps.log)
  }

  /** Undefined while this node is in no swarm, or cannot take part in its own. */
  get membership(): Pick<SwarmMembership, 'state' | 'identity' | 'managers' | 'session' | 'manager' | 'managerFailure'> | undefined {
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
    return this.work.run(async () => {
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
    return this.work.run(async () => {
      const state = this.sealed
      if (!state) {
        this.control()
        throw conflict('swarm is not locked')
      }
      await this.disk.lock.unlock(unlockKey)
      this.sealed = undefined
      await this.resume(state)
      if (this.failure !== '') throw unavailable(`swarm component could not be started: ${this.failure}`)
    })
  }

  /** Founds a swarm with this node as its first manager, or of the state that it has when that is forced; gives the node's id. */
  init(options: SwarmInitOptions): Promise<string> {
    return this.work.run(async () => {
      const known = options.forceNewCluster ? await this.knownState() : undefined
      if (known) return this.forceNewCluster(options, known)
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
      // The first networks are to avoid those of this host.
      founded.node.description = await this.deps.agent.describe(founded.identity.certPem, founded.identity.rootsPem)
      await this.begin(async () => {
        await this.disk.lock.begin(unlockKey, 0)
        const identity = await NodeIdentity.adopt(this.identityDeps(), founded.identity)
        state.managers = [{ nodeId: identity.nodeId, address: state.advertiseAddress, weight: 1 }]
        await this.takePart(state, identity, { kind: 'found', founded })
      }, state)
      // Who asks for the nodes next is to find this one ready.
      await this.connected()
      return founded.node.id
    })
  }

  /** Joins a swarm by token. Resolves when the session with a manager has begun, or fails after a while. */
  join(options: SwarmJoinOptions): Promise<void> {
    return this.work.run(async () => {
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
    return this.work.run(async () => {
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
    const { manager } = this.current
    return translatingControl(manager.control, (thrown) => (this.isDemotion(manager, thrown) ? managerNeeded.worker() : thrown))
  }

  /** Whether a call failed because this node was made a worker while it was made. */
  private isDemotion(asked: Manager, thrown: unknown): boolean {
    if (thrown instanceof NotAManagerError) return true
    return thrown instanceof NotDoneError && this.current !== undefined && this.current.manager !== asked && this.current.managerFailure === ''
  }

  /** Stops taking part; what is on disk stays and containers go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.work.run(() => this.stopParts())
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
    await this.disk.lock.forget()
  }

  /** Takes part in the swarm on disk. A failure leaves the daemon serving its own containers; `info` and the swarm commands tell why. */
  private async resume(state: SwarmState): Promise<void> {
    try {
      if (!this.disk.lock.dataKeys) await this.disk.lock.load()
      if (this.disk.lock.locked) {
        this.sealed = state
        this.deps.log.warn('the swarm is locked: unlock this manager with "swarm unlock"')
        return
      }
      const identity = await NodeIdentity.load(this.identityDeps())
      if (!identity) throw new StatusError(ErrorKind.internal, 'the certificate of this node is missing: leave the swarm with --force and join again')
      // It was made a worker and ended before it had cleared away what a manager has.
      if (identity.role === NodeRole.worker) await this.disk.forgetAll()
      await this.takePart(state, identity, 'again')
    } catch (thrown) {
      await this.stopParts()
      this.failure = messageOf(thrown)
      this.deps.log.error(`this node cannot take part in its swarm: ${this.failure}`, { err: thrown })
    }
  }

  private async takePart(state: SwarmState, identity: NodeIdentity, start: ManagerStart | 'again' | undefined): Promise<void> {
    const { agent, onManager, clock, rng, ids, log } = this.deps
    const { disk } = this
    await builtInAuthorities()
    this.current = new SwarmMembership({ state, identity, disk, agent, save: (changed) => this.files.save(changed), ...(onManager && { onManager }), clock, rng, ids, log })
    await this.current.begin(start)
  }

  private async stopParts(): Promise<void> {
    const membership = this.current
    this.current = undefined
    await membership?.end()
  }

  /**
   * What a new cluster is to be made of; undefined on a node without anything of a swarm: there it is as any other, as in
   * Docker. Throws `unavailable` for a copy that is not whole, which a swarm founded over it would erase.
   */
  private async knownState(): Promise<SwarmState | undefined> {
    if (this.sealed) throw managerNeeded.locked()
    const known = this.current?.state ?? (await this.files.load())
    if (known) return known
    const { folder } = this.files
    if (!(await this.files.hasRemains())) {
      this.deps.log.warn(`a new cluster was asked for on a node without the state of one: an empty swarm is founded (looked in ${folder})`)
      return undefined
    }
    throw unavailable(`${folder} has files of a swarm but no state.json to make a new cluster of: complete the copy, or remove it`)
  }

  /**
   * Starts over alone from what this manager knows, at new addresses where they are given: the state may come from another host. A
   * failure leaves the node what it was.
   */
  private async forceNewCluster(options: Pick<SwarmInitOptions, 'listenAddr' | 'advertiseAddr' | 'dataPathAddr'>, known: SwarmState): Promise<string> {
    const readdressed = options.advertiseAddr !== '' || options.dataPathAddr !== ''
    const addresses = readdressed ? chooseAddresses({ ...options, advertiseAddr: options.advertiseAddr || known.advertiseAddress }, '') : known
    const identity = await NodeIdentity.load(this.identityDeps())
    if (!identity) throw unavailable('the certificate of this node is missing')
    if (identity.role !== NodeRole.manager) throw unavailable('only a manager can make a new cluster of its state')
    const state: SwarmState = { ...addresses, managers: [{ nodeId: identity.nodeId, address: addresses.advertiseAddress, weight: 1 }] }
    const { clock, rng, ids, log } = this.deps
    await this.stopParts()
    let goesOnAs = known
    // It may be the first TLS of this process: what kept it from taking part came before.
    await builtInAuthorities()
    try {
      const alone = await Manager.start({ ...(await managerOptions({ disk: this.disk, state, identity, clock, rng, ids, log })), forceNewCluster: true })
      // Its log knows no other manager from here on.
      goesOnAs = state
      await alone[Symbol.asyncDispose]()
      await this.files.save(state)
      await this.takePart(state, identity, undefined)
      this.failure = ''
    } catch (thrown) {
      await this.stopParts()
      this.failure = ''
      await this.resume(goesOnAs)
      throw thrown
    }
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

  private assertInNone(): void {
    if (!this.current && !this.sealed && this.failure === '') return
    throw managerNeeded.alreadyInSwarm()
  }

  /** `managers` are asked how a manager's disk is to be sealed; those known when left out. */
  private identityDeps(managers?: readonly string[]) {
    const { clock, rng, log } = this.deps
    const known = () => this.current?.managers.known.map(({ address }) => address) ?? managers ?? []
    const beforeManager = (identity: TlsIdentity) => this.disk.seal(identity, known())
    return { files: this.identityFiles, clock, rng, log: log.child({ part: 'identity' }), beforeManager }
  }
}
