import { strict as assert } from 'node:assert'
import type { Clock } from '../../src/base/clock.js'
import { kindOf } from '../../src/base/errors.js'
import { nullLogger } from '../../src/base/log.js'
import { seededRng, type Rng } from '../../src/base/rng.js'
import type { DataKeys } from '../../manager/keys/data-key-file.js'
import { KeyRenewal } from '../../manager/keys/key-renewal.js'
import { RaftNode } from '../../manager/raft/node.js'
import type { RaftStart, StateMachine } from '../../manager/raft/node-types.js'
import { DiskLock } from '../../src/daemon/swarm/disk-lock.js'
import { keyFilesOn, mortalDisk, type Life } from './host-disk.js'
import type { Disk } from '../../manager/raft/wal/disk.js'
import { MemoryDisk } from './memory-disk.js'
import { SimClock } from './sim-clock.js'
import { SimNetwork } from './sim-network.js'

/** A state machine that remembers everything, so that histories can be compared. */
class History implements StateMachine {
  /** Value by index; indexes of entries that are not the machine's are absent. */
  values: [index: number, term: number, value: string][] = []

  constructor(private readonly onApply: (index: number, term: number, value: string) => void) {}

  apply(index: number, term: number, data: Uint8Array): void {
    const value = Buffer.from(data).toString()
    assert.ok(index > (this.values.at(-1)?.[0] ?? 0), `applied ${index} after ${this.values.at(-1)?.[0]}`)
    this.values.push([index, term, value])
    this.onApply(index, term, value)
  }

  snapshot(): Iterable<Uint8Array> {
    const data = Buffer.from(JSON.stringify(this.values))
    const half = data.length >> 1
    return [data.subarray(0, half), data.subarray(half)]
  }

  async restore(_index: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const parts: Uint8Array[] = []
    for await (const chunk of chunks) parts.push(chunk)
    this.values = JSON.parse(Buffer.concat(parts).toString()) as [number, number, string][]
    for (const [index, term, value] of this.values) this.onApply(index, term, value)
  }
}

interface Host {
  readonly name: string
  readonly address: string
  readonly disk: MemoryDisk
  node: RaftNode | undefined
  machine: History | undefined
  life: Life
  /** Was removed for good. */
  gone: boolean
  /** Of a sealed group's member that runs. */
  lock: DiskLock | undefined
  renewal: KeyRenewal | undefined
}

/** A write or a read as its caller saw it. */
interface Operation {
  readonly value: string
  readonly startedMs: number
  index?: number
  endedMs?: number
}

/**
 * A group of real members (node, core, log, membership, transport queues) on a simulated network,
 * disks and clock, all driven by one seed, with the safety of Raft checked after every event.
 */
export class SimGroup {
  readonly clock = new SimClock()
  readonly network: SimNetwork
  readonly hosts = new Map<string, Host>()
  readonly writes: Operation[] = []
  readonly rng: Rng
  private readonly leaderOfTerm = new Map<number, number>()
  private readonly chosen = new Map<number, string>()
  private readonly violations: string[] = []
  private counter = 0
  /** The unlock keys of a sealed group, the newest first, each as of a version. */
  private readonly unlockKeys: { key: Uint8Array | undefined; version: number }[] = [{ key: undefined, version: 0 }]
  /** Called before each change of a disk; a crash in it takes effect before the change. */
  onDisk: (host: string, operation: string, path: string) => void = () => undefined

  /** The disks of a sealed group are sealed as those of managers are; `rotate` gives it another unlock key. */
  constructor(
    readonly seed: number,
    private readonly sealed = false,
  ) {
    this.rng = seededRng(seed)
    this.network = new SimNetwork(this.clock, seededRng(seed ^ 0x5eed))
  }

  private host(name: string): Host {
    let host = this.hosts.get(name)
    if (!host) {
      host = { name, address: `${name}:2377`, disk: new MemoryDisk(), node: undefined, machine: undefined, life: { dead: true }, gone: false, lock: undefined, renewal: undefined }
      this.hosts.set(name, host)
    }
    return host
  }

  get live(): Host[] {
    return [...this.hosts.values()].filter((host) => host.node)
  }

  leader(): Host | undefined {
    return this.live.filter((host) => host.node?.isLeader).sort((a, b) => (b.node?.status().term ?? 0) - (a.node?.status().term ?? 0))[0]
  }

  /** Lets virtual time pass. */
  async run(forMs: number): Promise<void> {
    await this.clock.run(forMs, () => this.check())
  }

  /** Runs until `done`, and fails with `what` when that takes longer than `forMs` of virtual time. */
  async until(what: string, forMs: number, done: () => boolean): Promise<void> {
    if (!(await this.clock.run(forMs, () => this.check(), done))) assert.fail(`seed ${this.seed}: not within ${forMs} ms: ${what}\n${this.describe()}`)
  }

  /** Starts, or starts again after a crash, from what is on the host's disk. */
  async start(name: string, start?: RaftStart): Promise<void> {
    const host = this.host(name)
    const life = { dead: false }
    host.life = life
    host.disk.before = (operation, path) => {
      if (!life.dead) this.onDisk(name, operation, path)
      return this.slow(life, operation)
    }
    const disk = mortalDisk(host.disk, life)
    const machine = new History((index, term, value) => this.applied(name, index, term, value))
    let opened: RaftNode | undefined
    let failure: unknown
    const open = async (): Promise<RaftNode> => RaftNode.open({
      ...(this.sealed ? { dataKeys: await this.unseal(host, disk) } : {}),
      dir: '/raft',
      nodeId: name,
      address: host.address,
      clock: mortal(this.clock, life),
      rng: seededRng(this.rng.below(2 ** 31)),
      log: nullLogger,
      dialer: (self) => this.network.dialer(self),
      stateMachine: machine,
      disk,
      segmentBytes: 4096,
      snapshotEveryEntries: 40,
      keepEntries: 10,
      ...(start ? { start } : {}),
    })
    open().then(
      (node) => (opened = node),
      (thrown: unknown) => (failure = thrown),
    )
    await this.until(`start of ${name}`, 5_000, () => opened !== undefined || failure !== undefined)
    if (!opened) {
      // It crashed before it had taken the first step: it would have to ask to join again.
      if (!start && kindOf(failure) === 'invalid') {
        host.gone = true
        return
      }
      throw failure
    }
    const node: RaftNode = opened
    host.node = node
    host.machine = machine
    this.network.attach(host.address, node)
    if (this.sealed) this.followKeys(host, node)
    void node.stopped.then((stopped) => {
      if (life.dead) return
      if (stopped.reason === 'failed' || stopped.reason === 'lost') this.violations.push(`${name} failed: ${stopped.failure?.stack}`)
      this.drop(host)
      if (stopped.reason === 'removed') host.gone = true
    })
  }

  /** Opens a host's disk with one of the last two unlock keys, as its operator would. */
  private async unseal(host: Host, disk: Disk): Promise<DataKeys> {
    const lock = new DiskLock('/swarm', { keepKeys: async () => undefined, dropSeal: () => undefined }, nullLogger, keyFilesOn(disk))
    host.lock = lock
    await lock.load()
    for (const { key } of this.unlockKeys) if (lock.locked && key) await lock.unlock(key).catch(() => undefined)
    const [{ key, version }] = this.unlockKeys as [{ key: Uint8Array | undefined; version: number }]
    if (!lock.locked) await lock.begin(key, version)
    assert.ok(lock.dataKeys, `seed ${this.seed}: no unlock key opens ${host.name}`)
    return lock.dataKeys
  }

  private followKeys(host: Host, node: RaftNode): void {
    const lock = host.lock as DiskLock
    const renewed = (keyId: number): Promise<void> => lock.renewed(keyId)
    host.renewal = new KeyRenewal({ reseal: (keys) => node.renewDataKey(keys), renewed, clock: mortal(this.clock, host.life), rng: seededRng(this.seed), log: nullLogger })
    host.renewal.want(lock.dataKeys as DataKeys)
    this.takeUpKey(host)
  }

  private takeUpKey({ lock, renewal, name }: Host): void {
    const [{ key, version }] = this.unlockKeys as [{ key: Uint8Array | undefined; version: number }]
    lock?.follow(key, version).then(
      (keys) => renewal?.want(keys),
      (thrown: unknown) => this.violations.push(`${name}: ${String(thrown)}`),
    )
  }

  /** The group has another unlock key: all who run take it up, the others when they start. */
  rotate(): void {
    const key = new Uint8Array(32).map(() => this.rng.below(256))
    this.unlockKeys.unshift({ key, version: this.unlockKeys.length })
    for (const host of this.live) this.takeUpKey(host)
  }

  /** Everybody who runs has the newest unlock key and one data key. */
  get renewed(): boolean {
    return this.live.every(({ lock }) => lock?.dataKeys?.length === 1 && lock.version === this.unlockKeys[0]?.version)
  }

  /** Disks take their time; those of a dead host never answer. */
  private slow(life: Life, operation: string): Promise<void> | void {
    if (life.dead) return new Promise(() => undefined)
    const ms = operation === 'sync' ? 1 + this.rng.below(this.rng.below(20) === 0 ? 300 : 8) : this.rng.below(2)
    if (ms === 0) return
    return new Promise((resolve) => void this.clock.setTimer(ms, () => !life.dead && resolve()))
  }

  private drop(host: Host): void {
    host.node = undefined
    host.machine = undefined
    this.network.detach(host.address)
  }

  /** Power off: what was not synced is lost, in part or as a whole. */
  crash(name: string): void {
    const host = this.host(name)
    host.life.dead = true
    this.drop(host)
    host.disk.crash(this.rng)
  }

  /** Writes through a member, without waiting for the outcome. */
  write(host: Host): void {
    const operation: Operation = { value: `w${this.counter++}`, startedMs: this.clock.nowMs() }
    this.writes.push(operation)
    const { life } = host
    host.node?.propose(Buffer.from(operation.value.padEnd(10 + this.rng.below(200), '.'))).then(
      (index) => {
        if (life.dead) return
        operation.index = index
        operation.endedMs = this.clock.nowMs()
      },
      () => undefined,
    )
  }

  /** Reads through a member: everything acknowledged before must show. */
  read(host: Host): void {
    const { life, machine } = host
    const known = this.writes.filter((w) => w.index !== undefined).at(-1)
    const newest = Math.max(0, ...this.writes.map((w) => w.index ?? 0))
    host.node?.readIndex().then(
      () => {
        if (life.dead || !machine) return
        const seen = machine.values.at(-1)?.[0] ?? 0
        if (seen < newest) this.violations.push(`stale read at ${host.name}: saw ${seen}, ${newest} (${known?.value}) was acknowledged before`)
      },
      () => undefined,
    )
  }

  /** Takes a new host in through the leader; gives up when that does not work out. */
  join(name: string): void {
    const leader = this.leader()
    if (!leader?.node) return
    leader.node.join(name, `${name}:2377`).then(
      (joined) => void this.start(name, { kind: 'join', joined }).catch((thrown: unknown) => this.violations.push(String(thrown))),
      () => undefined,
    )
  }

  private applied(name: string, index: number, term: number, value: string): void {
    const entry = `${term}:${value}`
    const chosen = this.chosen.get(index)
    if (chosen === undefined) this.chosen.set(index, entry)
    else if (chosen !== entry) this.violations.push(`${name} applied ${entry} at ${index}, another member ${chosen}`)
  }

  private check(): void {
    for (const host of this.live) {
      const node = host.node as RaftNode
      const { role, term } = node.status()
      if (role !== 'leader') continue
      const other = this.leaderOfTerm.get(term)
      if (other === undefined) this.leaderOfTerm.set(term, node.raftId)
      else if (other !== node.raftId) this.violations.push(`two leaders in term ${term}: ${other} and ${node.raftId}`)
    }
    if (this.violations.length > 0) assert.fail(`seed ${this.seed} at ${this.clock.nowMs()} ms: ${this.violations.join('; ')}\n${this.describe()}`)
  }

  /** Ends all trouble, starts everybody, and demands that they agree and that nothing acknowledged is lost. */
  async converge(): Promise<void> {
    this.network.heal()
    for (const host of this.hosts.values()) if (!host.node && !host.gone && (await this.knows(host))) await this.start(host.name)
    await this.until('a leader', 30_000, () => this.leader() !== undefined)
    const before = this.writes.length
    let nextMs = 0
    await this.until('a write', 30_000, () => {
      const leader = this.leader()
      if (leader && this.clock.nowMs() >= nextMs) {
        nextMs = this.clock.nowMs() + 200
        this.write(leader)
      }
      return this.writes.slice(before).some((w) => w.index !== undefined)
    })
    const members = (): Host[] => {
      const ids = new Set(this.leader()?.node?.members().map((m) => m.raftId))
      return this.live.filter((host) => ids.has((host.node as RaftNode).raftId))
    }
    await this.until('everybody agrees', 60_000, () => {
      const leader = this.leader()
      const applied = members().map((host) => host.node?.status().applied)
      return leader !== undefined && members().length > 0 && new Set(applied).size === 1 && leader.node?.status().committed === applied[0]
    })
    this.checkHistory(members())
  }

  private async knows(host: Host): Promise<boolean> {
    return (await host.disk.list('/raft/wal')).length > 0
  }

  private checkHistory(members: Host[]): void {
    const [first, ...rest] = members.map((host) => host.machine?.values)
    for (const values of rest) assert.deepEqual(values, first, `seed ${this.seed}: histories differ`)
    const at = new Map(first?.map(([index, , value]) => [index, value.replace(/\.+$/, '')]))
    const done = this.writes.filter((w) => w.index !== undefined)
    for (const write of done) assert.equal(at.get(write.index as number), write.value, `seed ${this.seed}: acknowledged write ${write.value} is lost`)
    // Real-time order: a write that began after another was acknowledged comes after it.
    for (const a of done) {
      for (const b of done) {
        if ((a.endedMs as number) < b.startedMs) assert.ok((a.index as number) < (b.index as number), `seed ${this.seed}: ${b.value} before ${a.value}`)
      }
    }
    const once = [...at.values()]
    assert.equal(new Set(once).size, once.length, `seed ${this.seed}: a write was applied twice`)
  }

  describe(): string {
    return [...this.hosts.values()]
      .map((host) => `  ${host.name}${host.gone ? ' (removed)' : ''}: ${host.node ? JSON.stringify({ ...host.node.status(), members: host.node.members().map((m) => `${m.nodeId}${m.learner ? 'L' : ''}`), peers: host.node.status().peers }) : 'down'}`)
      .join('\n')
  }
}

/** A clock whose timers die with the host. */
function mortal(clock: Clock, life: Life): Clock {
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (delayMs, callback) => clock.setTimer(delayMs, () => !life.dead && callback()),
  }
}
