import { delay, type Clock } from '../src/base/clock.js'
import { kindOf, messageOf, unavailable } from '../src/base/errors.js'
import type { IdSource } from '../src/base/id.js'
import type { Logger } from '../src/base/log.js'
import type { Rng } from '../src/base/rng.js'
import { Scope } from '../src/base/scope.js'
import type { ClusterEvent, Control } from '../src/model/control.js'
import { NodeRole } from '../src/model/node.js'
import { createJoinToken } from '../src/pki/join-token.js'
import { caService } from '../src/wire/ca-service.js'
import { controlClient } from '../src/wire/control-client.js'
import { controlHandlers, controlService } from '../src/wire/control-service.js'
import { dispatcherService } from '../src/wire/dispatcher-service.js'
import { NotDoneError } from '../src/wire/error-status.js'
import { ConnectionPool } from '../src/wire/grpc-client.js'
import { GrpcServer } from '../src/wire/grpc-server.js'
import { healthService } from '../src/wire/health-service.js'
import { LeaderRouter } from '../src/wire/leader-proxy.js'
import { logBrokerService, logsService } from '../src/wire/logbroker-service.js'
import { raftService } from '../src/wire/raft-service.js'
import type { Caller } from '../src/wire/service-table.js'
import type { IdentitySource } from '../src/wire/tls-identity.js'
import { clientOf, servedMethods } from '../src/wire/transport.js'
import { defaultIngressNetwork } from './allocator/ingress.js'
import { ensurePredefinedNetworks } from './allocator/predefined.js'
import { Authority } from './ca/authority.js'
import { externalSigner } from './ca/external-ca.js'
import type { FoundedCluster } from './ca/found-cluster.js'
import { rotationLoop } from './ca/rotation-loop.js'
import { signingLoop } from './ca/signing-loop.js'
import { isBlacklisted } from './ca/trust.js'
import { createControl } from './control/control.js'
import { watchCluster } from './control/watch.js'
import { Dispatcher } from './dispatcher/dispatcher.js'
import { Health } from './health.js'
import type { DataKeys } from './keys/data-key-file.js'
import { KeyRenewal } from './keys/key-renewal.js'
import { unlockFollower } from './keys/unlock-follow.js'
import { createUnlockKey } from './keys/unlock-key.js'
import { Leader, leaderLoops, type LeaderLoop } from './leader.js'
import { ManagerLeadership } from './leadership.js'
import { LogBroker } from './logbroker/log-broker.js'
import { RaftGroup } from './raft-membership.js'
import { RaftNode } from './raft/node.js'
import type { RaftNodeOptions } from './raft/node-types.js'
import { grpcDialer } from './raft/transport/grpc-dialer.js'
import { raftHandlers, type JoinResult } from './raft/transport/service.js'
import { assertManager } from './role-manager.js'
import { forManagersStill } from './still-manager.js'
import { MemoryStore } from './store/memory-store.js'
import type { LoopDeps } from './store/store-loop.js'
import type { Store } from './store/store.js'
import { wireChangeCodec } from './store/wire-codec.js'
import { followTerms } from './terms.js'

/** How a manager's part in the cluster begins when its folder is empty. */
export type ManagerStart =
  | { kind: 'found'; founded: FoundedCluster }
  /** Asks one of these managers to be taken into the Raft group. */
  | { kind: 'join'; managers: readonly string[] }

export interface ManagerOptions {
  /** The folder of the Raft log and its snapshots. */
  dir: string
  identity: IdentitySource
  /** `0.0.0.0:2377` */
  listenAddress: string
  /** host:port at which the other nodes reach this one. */
  advertiseAddress: string
  start?: ManagerStart
  /** Aborted: whoever starts it does not want it any more. */
  signal?: AbortSignal
  forceNewCluster?: boolean
  /** Log and snapshots are in clear without. */
  seal?: DiskSeal
  clock: Clock
  rng: Rng
  ids: IdSource
  log: Logger
}

/** What a manager's disk is sealed with. */
export interface DiskSeal {
  /** Of log and snapshots, as they are on disk. */
  keys: DataKeys
  /**
   * Told the unlock key that the cluster has (none while autolock is off) at the start and after each change,
   * and the version of its object; gives the data keys from then on. A failure is tried again.
   */
  follow(unlockKey: Uint8Array | undefined, version: number): Promise<DataKeys>
  /** Log and snapshots need no other key than this one. A failure is tried again. */
  renewed(keyId: number): Promise<void>
}

/** Asking to be taken in is repeated this often while no manager answers. */
const joinRetryMs = 500
const joinTriesMax = 60

/**
 * Everything a manager is: its part in the Raft group, the store, the services on the cluster's port,
 * and, while it leads, the loops.
 */
export class Manager implements AsyncDisposable {
  private constructor(
    private readonly scope: Scope,
    readonly store: Store,
    readonly raft: RaftNode,
    /** The control API by way of the leader. */
    readonly control: Control,
    /** The port the services are on. */
    readonly port: number,
    private readonly leadership: ManagerLeadership,
    private readonly clock: Clock,
  ) {}

  /**
   * Starts a manager; resolves when it takes part in the group. Throws `unavailable` when it cannot
   * listen or no manager takes it in, and what `RaftNode.open` throws for a damaged log.
   */
  static async start(options: ManagerOptions): Promise<Manager> {
    const scope = new Scope()
    try {
      return await Manager.assemble(scope, options)
    } catch (thrown) {
      await scope[Symbol.asyncDispose]()
      throw thrown
    }
  }

  private static async assemble(scope: Scope, options: ManagerOptions): Promise<Manager> {
    const { identity, clock, rng, ids, log } = options
    // What the handlers reach once it has started.
    const started: { raft?: RaftNode; group?: RaftGroup } = {}
    const leadership = new ManagerLeadership()
    const store = new MemoryStore(
      { propose: (data) => (started.raft ? started.raft.propose(data) : Promise.reject(new NotDoneError('this manager is starting'))) },
      wireChangeCodec,
      clock,
    )
    const connections = scope.use(new ConnectionPool(identity, clock))
    const router = new LeaderRouter({ leadership, connections, clock, rng })
    const self = (): Caller => {
      const { nodeId, clusterId } = identity.current()
      return { nodeId, clusterId, role: 'manager' }
    }

    const logBroker = new LogBroker({ store, clock, ids })
    const dispatcher = new Dispatcher({ store, clock, rng, ids, log: log.child({ part: 'dispatcher' }), nodeId: identity.current().nodeId })
    const authority = new Authority({ store, clock, ids })
    const served = createControl({
      store,
      clock,
      ids,
      membership: {
        isMember: (nodeId) => started.group?.isMember(nodeId) ?? false,
        canRemove: (nodeId) => started.group?.canRemove(nodeId) ?? false,
      },
      secrets: { mintJoinToken: createJoinToken, mintUnlockKey: createUnlockKey },
      askNode: (nodeId, kind, body, signal) => dispatcher.ask(nodeId, kind, body, signal),
      serviceLogs: (selector, logOptions, signal) => logBroker.serviceLogs(selector, logOptions, signal),
    })

    const health = new Health()
    health.set('raft', 'notServing')
    const raftCalls = raftHandlers(() => started.raft, (nodeId) => assertManager(store.view().get('node', nodeId), nodeId))
    const raftMethods = servedMethods(raftService, raftCalls)
    const server = scope.use(
      await GrpcServer.listen(
        {
          address: options.listenAddress,
          identity,
          isRevoked: (nodeId) => isBlacklisted(store.view().list('cluster')[0], nodeId),
          clock,
          log,
        },
        [
          // Raft's own traffic is for this member; who comes and goes is the leader's to decide.
          ...raftMethods.filter(({ path }) => !/\/(Join|Leave)$/i.test(path)),
          ...router.served(raftService, raftCalls).filter(({ path }) => /\/(Join|Leave)$/i.test(path)),
          ...forManagersStill(
            [
              ...router.served(controlService, controlHandlers(served)),
              ...router.served(caService, authority.handlers()),
              ...router.served(dispatcherService, dispatcher.handlers),
              ...router.served(logBrokerService, logBroker.agentHandlers),
              ...router.served(logsService, logBroker.logsHandlers),
            ],
            // As long as it votes it has to be heard: its users and agents still reach the swarm by way of it.
            (nodeId) => store.view().get('node', nodeId)?.spec.role === NodeRole.worker && started.group?.isMember(nodeId) === false,
          ),
          ...servedMethods(healthService, health.handlers),
        ],
      ),
    )

    const raftOptions: RaftNodeOptions = {
      dir: options.dir,
      nodeId: identity.current().nodeId,
      address: options.advertiseAddress,
      clock,
      rng,
      log: log.child({ part: 'raft' }),
      dialer: (member) => grpcDialer(member, (address) => connections.to(address), (address) => connections.forget(address)),
      stateMachine: {
        apply: (index, _term, data) => store.apply(index, data),
        snapshot: () => store.snapshot(),
        restore: (index, chunks) => store.restore(index, chunks),
      },
      ...(options.forceNewCluster && { forceNewCluster: true }),
      ...(options.seal && { dataKeys: options.seal.keys }),
    }
    const wanted = options.signal ? AbortSignal.any([scope.signal, options.signal]) : scope.signal
    const node = await openRaft(raftOptions, options, connections, wanted)
    scope.use(node)
    const membership = new RaftGroup(node, clock)
    started.raft = node
    health.set('raft', 'serving')
    started.group = membership

    const leader = scope.use(
      new Leader((): LeaderLoop[] => {
        const deps = (part: string) => ({ store, clock, rng, ids, log: log.child({ part }) })
        return [signingLoop(deps('ca'), externalSigner(() => identity.current(), clock)), rotationLoop(deps('ca')), whileLeading(dispatcher), whileLeading(logBroker), ...leaderLoops(deps('orchestration'), membership)]
      }),
    )
    const founded = options.start?.kind === 'found' ? options.start.founded : undefined
    scope.defer(
      followTerms({
        node,
        prepare: () => (founded ? createFirstObjects(store, founded, ids) : store.update((tx) => ensurePredefinedNetworks(tx, ids))),
        lead: () => leader.lead(),
        resign: () => leader.resign(),
        ready: () => leadership.setReady(),
        signal: scope.signal,
        clock,
        rng,
        log,
      }),
    )
    scope.defer(leadership.follow(node))

    if (options.seal) followUnlockKey(scope, options.seal, node, { store, clock, rng, ids, log: log.child({ part: 'keys' }) })

    const control = controlClient(router.client(controlService, controlHandlers(served), self))
    return new Manager(scope, store, node, control, server.port, leadership, clock)
  }

  /** This manager leads and serves as the leader. */
  get isLeader(): boolean {
    return this.leadership.current()?.self === true
  }

  /** Resolves once there is a leader that serves, here or elsewhere; rejects with the signal's reason. */
  leaderKnown(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!this.leadership.current()) return
        stop()
        signal.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = (): void => {
        stop()
        reject(signal.reason instanceof Error ? signal.reason : new Error(messageOf(signal.reason)))
      }
      const stop = this.leadership.onChange(check)
      signal.addEventListener('abort', aborted, { once: true })
      if (signal.aborted) aborted()
      else check()
    })
  }

  /** Changes of the cluster's objects as this manager learns of them, from this call on until the signal is aborted. */
  watch(signal: AbortSignal): AsyncIterable<ClusterEvent> {
    return watchCluster(this.store, this.clock, signal)
  }

  /** Stops serving and taking part; what is on disk stays. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.scope[Symbol.asyncDispose]()
  }
}

/** Keeps the disk sealed as the cluster says, until the scope ends. */
function followUnlockKey(scope: Scope, seal: DiskSeal, raft: RaftNode, deps: LoopDeps): void {
  const renewal = scope.use(new KeyRenewal({ ...deps, reseal: (keys, signal) => raft.renewDataKey(keys, signal), renewed: (keyId) => seal.renewed(keyId) }))
  // One that a crash or an end interrupted.
  renewal.want(seal.keys)
  scope.use(unlockFollower(deps, async (key, version) => renewal.want(await seal.follow(key, version)))).start()
}

/** A service that serves only while this manager leads. */
const whileLeading = (part: { start(): void; stop(): Promise<void> }): LeaderLoop => ({
  start: () => part.start(),
  [Symbol.asyncDispose]: () => part.stop(),
})

/** Opens the log on disk; where there is none, founds the group or asks to be taken into one. */
async function openRaft(raft: RaftNodeOptions, options: ManagerOptions, connections: ConnectionPool, signal: AbortSignal): Promise<RaftNode> {
  const { start } = options
  if (start?.kind === 'found') return RaftNode.open({ ...raft, start: { kind: 'bootstrap' } })
  try {
    return await RaftNode.open(raft)
  } catch (thrown) {
    // Joining twice would make a second member of this node: only a manager without a log asks.
    if (kindOf(thrown) !== 'invalid' || start === undefined) throw thrown
    return RaftNode.open({ ...raft, start: { kind: 'join', joined: await askToJoin(start.managers, options, connections, signal) } })
  }
}

async function askToJoin(managers: readonly string[], options: ManagerOptions, connections: ConnectionPool, signal: AbortSignal): Promise<JoinResult> {
  const { identity, advertiseAddress, clock, log } = options
  const request = { nodeId: identity.current().nodeId, address: advertiseAddress }
  for (let tries = 0; ; tries++) {
    const address = managers[tries % managers.length]
    if (address === undefined) throw unavailable('no other manager is known that could take this node in')
    try {
      return await clientOf(raftService, connections.to(address)).join(request, { signal })
    } catch (thrown) {
      signal.throwIfAborted()
      if (tries + 1 >= joinTriesMax || (kindOf(thrown) !== 'unavailable' && kindOf(thrown) !== 'deadline')) throw thrown
      log.info(`not taken into the group of managers yet: ${messageOf(thrown)}`, { manager: address })
      await delay(clock, joinRetryMs, signal)
    }
  }
}

/** The objects of a new cluster, in one transaction: what `swarm init` makes. */
async function createFirstObjects(store: Store, { cluster, node }: FoundedCluster, ids: IdSource): Promise<void> {
  await store.update((tx) => {
    if (tx.list('cluster').length > 0) return
    tx.create('cluster', cluster)
    tx.create('node', node)
    tx.create('network', defaultIngressNetwork(ids))
    ensurePredefinedNetworks(tx, ids)
  })
}
