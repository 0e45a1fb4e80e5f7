import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nullLogger, type Logger } from '../../../../src/base/log.js'
import { systemClock } from '../../../../src/sys/system-clock.js'
import { systemRng } from '../../../../src/sys/system-rng.js'
import { ConnectionPool } from '../../../../src/wire/grpc-client.js'
import { GrpcServer } from '../../../../src/wire/grpc-server.js'
import { raftService } from '../../../../src/wire/raft-service.js'
import { clientOf, servedMethods } from '../../../../src/wire/transport.js'
import { RaftNode } from '../../../../manager/raft/node.js'
import type { RaftNodeOptions, RaftStart, StateMachine } from '../../../../manager/raft/node-types.js'
import { grpcDialer } from '../../../../manager/raft/transport/grpc-dialer.js'
import { raftHandlers } from '../../../../manager/raft/transport/service.js'
import type { IdentitySource } from '../../../../src/wire/tls-identity.js'
import { testCluster, type TestCluster } from '../../wire/test-cluster.js'

/** Remembers what was applied. */
export class ListMachine implements StateMachine {
  values: string[] = []
  apply(_index: number, _term: number, data: Uint8Array): void {
    this.values.push(Buffer.from(data).toString())
  }
  snapshot(): Iterable<Uint8Array> {
    return [Buffer.from(JSON.stringify(this.values))]
  }
  async restore(_index: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const parts: Uint8Array[] = []
    for await (const chunk of chunks) parts.push(chunk)
    this.values = JSON.parse(Buffer.concat(parts).toString()) as string[]
  }
}

export interface LoopbackMember {
  readonly name: string
  readonly machine: ListMachine
  node: RaftNode
  readonly server: GrpcServer
  readonly pool: ConnectionPool
  readonly address: string
}

/** Members with real logs on disk that talk real gRPC with mutual TLS over the loopback. */
export class LoopbackGroup implements AsyncDisposable {
  readonly members = new Map<string, LoopbackMember>()
  /** Throws for a node that no member may take in. */
  admit: (nodeId: string) => void = () => undefined
  private readonly identities = new Map<string, IdentitySource>()

  private constructor(
    readonly dir: string,
    private readonly cluster: TestCluster,
    private readonly options: Partial<RaftNodeOptions>,
    private readonly log: Logger,
  ) {}

  static async create(options: Partial<RaftNodeOptions> = {}, log: Logger = nullLogger): Promise<LoopbackGroup> {
    return new LoopbackGroup(await mkdtemp(join(tmpdir(), 'skep-raft-')), await testCluster(), options, log)
  }

  private async identity(name: string): Promise<IdentitySource> {
    const known = this.identities.get(name) ?? (await this.cluster.identity(name, 'manager'))
    this.identities.set(name, known)
    return known
  }

  /** Starts a member, on a port of the system's choosing, from its folder when that holds a log. */
  async start(name: string, start?: RaftStart | { joinThrough: string }, more: Partial<RaftNodeOptions> = {}): Promise<LoopbackMember> {
    const identity = await this.identity(name)
    let node: RaftNode | undefined
    const server = await GrpcServer.listen(
      { address: '127.0.0.1:0', identity, isRevoked: () => false, clock: systemClock, log: this.log },
      servedMethods(raftService, raftHandlers(() => node, (nodeId) => this.admit(nodeId))),
    )
    const address = `127.0.0.1:${server.port}`
    const pool = new ConnectionPool(identity, systemClock)
    try {
      const startAs: RaftStart | undefined =
        start && 'joinThrough' in start
          ? { kind: 'join', joined: await clientOf(raftService, pool.to(start.joinThrough)).join({ nodeId: name, address }) }
          : start
      const machine = new ListMachine()
      node = await RaftNode.open({
        dir: join(this.dir, name),
        nodeId: name,
        address,
        clock: systemClock,
        rng: systemRng,
        log: this.log,
        dialer: (self) => grpcDialer(self, (to) => pool.to(to)),
        stateMachine: machine,
        ...(startAs ? { start: startAs } : {}),
        ...this.options,
        ...more,
      })
      const member: LoopbackMember = { name, machine, node, server, pool, address }
      this.members.set(name, member)
      return member
    } catch (thrown) {
      pool[Symbol.dispose]()
      await server[Symbol.asyncDispose]()
      throw thrown
    }
  }

  get leader(): LoopbackMember | undefined {
    return [...this.members.values()].find((member) => member.node.isLeader)
  }

  async stop(name: string): Promise<void> {
    const member = this.members.get(name)
    this.members.delete(name)
    await member?.node.stop()
    member?.pool[Symbol.dispose]()
    await member?.server[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.members.keys()].map((name) => this.stop(name)))
    await rm(this.dir, { recursive: true, force: true })
  }
}
