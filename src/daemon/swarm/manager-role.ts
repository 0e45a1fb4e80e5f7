import { Backoff } from '../../base/backoff.js'
import { delay, type Clock } from '../../base/clock.js'
import { ErrorKind, kindOf, messageOf, StatusError } from '../../base/errors.js'
import type { IdSource } from '../../base/id.js'
import type { Logger } from '../../base/log.js'
import type { Rng } from '../../base/rng.js'
import { Serial } from '../../base/serial.js'
import { NodeRole } from '../../model/node.js'
import type { IdentitySource } from '../../wire/tls-identity.js'
import type { DataKeys } from '../../../manager/keys/data-key-file.js'
import { Manager, type ManagerOptions, type ManagerStart } from '../../../manager/manager.js'
import type { ManagerDisk } from './manager-disk.js'
import type { SwarmState } from './state-file.js'

/** A change of role, or the start of a manager, that failed is tried again after this long, and ever more rarely. */
const roleRetryFirstMs = 2_000
const roleRetryMaxMs = 60_000
/** The certificate of a manager that was demoted becomes a worker's within this time, unless it is promoted again. */
const rejoinAfterMs = 2_000

export interface ManagerRoleDeps {
  disk: ManagerDisk
  state: Pick<SwarmState, 'listenAddress' | 'advertiseAddress'>
  identity: IdentitySource & { readonly role: NodeRole; renewSoon(): void }
  /** host:port of the managers known besides this one. */
  otherManagers: () => readonly string[]
  /** Aborted: this node stops taking part. */
  signal: AbortSignal
  /** Hears of each manager that this node becomes, and when it ends. */
  onManager?: (manager: Manager, signal: AbortSignal) => void
  clock: Clock
  rng: Rng
  ids: IdSource
  log: Logger
}

/**
 * The manager that this node is while it has that role. It is started and ended as the role changes, starts
 * again after a failure, and comes anew when its log has lost entries.
 */
export class ManagerRole implements AsyncDisposable {
  private running: Manager | undefined
  /** Aborted when the running one ends. */
  private term = new AbortController()
  private reason = ''
  /** Changes of role, one after another; the latest wish ends the tries for the one before. */
  private readonly work = new Serial()
  private wish = new AbortController()

  constructor(private readonly deps: ManagerRoleDeps) {}

  /** Undefined on a worker, and while the manager cannot be started. */
  get manager(): Manager | undefined {
    return this.running
  }

  /** Why there is no manager although this node is to be one; empty otherwise. */
  get failure(): string {
    return this.reason
  }

  /** Starts the manager; throws what `Manager.start` does. */
  begin(start: ManagerStart | undefined): Promise<Manager> {
    return this.startManager(start, this.deps.signal)
  }

  /** Goes on with the log on disk; one that cannot be read is told of, and tried again in case it is mended. */
  async beginAgain(): Promise<void> {
    try {
      const managers = this.deps.otherManagers()
      await this.begin(managers.length > 0 ? { kind: 'join', managers } : undefined)
    } catch (thrown) {
      this.reason = messageOf(thrown)
      this.deps.log.error(`this node cannot take part in its swarm as a manager: ${this.reason}`, { err: thrown })
      this.change(NodeRole.manager, roleRetryFirstMs)
    }
  }

  /** The certificate has another role, or the group removed this manager: the parts follow in the background. */
  change(role: NodeRole, afterMs = 0): void {
    const { log, clock, rng } = this.deps
    this.wish.abort(new StatusError(ErrorKind.cancelled, 'another role is wanted'))
    this.wish = new AbortController()
    // Becoming a worker is carried out whatever comes next: it clears away what a manager left.
    const signal = role === NodeRole.worker ? this.deps.signal : AbortSignal.any([this.deps.signal, this.wish.signal])
    const backoff = new Backoff(rng, roleRetryFirstMs, roleRetryMaxMs)
    void this.work.run(async () => {
      if (afterMs > 0) await delay(clock, afterMs, signal).catch(() => undefined)
      while (!signal.aborted) {
        try {
          await (role === NodeRole.worker ? this.becomeWorker() : this.becomeManager(signal))
          return
        } catch (thrown) {
          if (signal.aborted) return
          // Refused by the others: it is a worker.
          if (role === NodeRole.manager) this.reason = kindOf(thrown) === ErrorKind.forbidden ? '' : messageOf(thrown)
          log.warn(`the change of role to ${role} is tried again: ${messageOf(thrown)}`, { err: thrown })
          await delay(clock, backoff.nextMs(), signal).catch(() => undefined)
        }
      }
    })
  }

  private async becomeManager(signal: AbortSignal): Promise<void> {
    if (this.running) return
    await this.startManager({ kind: 'join', managers: this.deps.otherManagers() }, signal)
    this.reason = ''
    this.deps.log.info('this node is a manager now')
  }

  private async becomeWorker(): Promise<void> {
    const was = this.running !== undefined
    await this.stopManager()
    await this.deps.disk.forgetAll()
    this.reason = ''
    if (was) this.deps.log.info('this node is a worker now')
  }

  private async startManager(start: ManagerStart | undefined, signal: AbortSignal): Promise<Manager> {
    const { log } = this.deps
    const manager = await Manager.start({ ...(await managerOptions(this.deps, start)), ...(start && { start }), signal })
    this.running = manager
    this.term = new AbortController()
    this.deps.onManager?.(manager, this.term.signal)
    void manager.raft.stopped.then(({ reason, failure }) => {
      if (this.running !== manager || reason === 'stopped') return
      if (reason === 'removed') {
        log.info('this node was removed from the managers')
        this.change(NodeRole.worker)
        // Promoted again before its certificate was a worker's, it keeps that of a manager: nothing else would tell it.
        if (this.deps.identity.role === NodeRole.manager) this.change(NodeRole.manager, rejoinAfterMs)
        return
      }
      log.error(`this manager stopped: ${failure?.message ?? reason}`, { err: failure })
      this.replace(manager, reason === 'lost', failure?.message ?? reason)
    })
    return manager
  }

  /**
   * A manager whose Raft member failed starts again from its disk. One whose log lost entries becomes a new
   * member, as Raft does not allow the old one to come back, and gets everything from the others.
   */
  private replace(failed: Manager, forget: boolean, why: string): void {
    this.reason = why
    this.work
      .run(async () => {
        if (this.running !== failed) return
        await this.stopManager()
        if (forget) await this.deps.disk.forgetLog()
      })
      .catch((thrown: unknown) => this.deps.log.error(`the manager that failed could not be cleared away: ${messageOf(thrown)}`, { err: thrown }))
    this.change(NodeRole.manager, roleRetryFirstMs)
  }

  private async stopManager(): Promise<void> {
    const manager = this.running
    this.running = undefined
    this.term.abort(new StatusError(ErrorKind.cancelled, 'this manager ends'))
    await manager?.[Symbol.asyncDispose]()
  }

  /** Ends the manager once the signal is aborted; what is on disk stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.work.run(() => this.stopManager())
  }
}

/** The options of this node's manager, once its disk is sealed as it should be. */
export async function managerOptions(
  { disk, state, identity, clock, rng, ids, log }: Omit<ManagerRoleDeps, 'otherManagers' | 'signal' | 'onManager'>,
  start?: ManagerStart,
): Promise<Omit<ManagerOptions, 'start'>> {
  await disk.seal(identity.current(), start?.kind === 'join' ? start.managers : [])
  const { lock } = disk
  const keys = lock.dataKeys
  const follow = async (unlockKey: Uint8Array | undefined, version: number): Promise<DataKeys> => {
    const lay = !lock.sealed
    const now = await lock.follow(unlockKey, version)
    // The private key lay open as the data key did: another one takes its place too.
    if (lay && lock.sealed) identity.renewSoon()
    return now
  }
  return {
    dir: disk.raftFolder,
    identity,
    listenAddress: state.listenAddress,
    advertiseAddress: state.advertiseAddress,
    ...(keys && { seal: { keys, follow, renewed: (keyId) => lock.renewed(keyId) } }),
    clock,
    rng,
    ids,
    log: log.child({ part: 'manager' }),
  }
}
