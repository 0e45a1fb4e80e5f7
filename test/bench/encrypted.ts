import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newKeyPair, type KeyPair } from '../../agent/network/wireguard/keys.js'
import type { UapiConnection } from '../../agent/network/wireguard/uapi-connection.js'
import { findUserspace, socketPathOf } from '../../agent/network/wireguard/userspace.js'
import { systemClock } from '../../src/sys/system-clock.js'
import { netnsOf } from '../e2e/network-support.js'
import { converged } from '../e2e/support.js'
import { signal } from '../lab/belongings.js'
import { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { busyboxArchive } from '../support/busybox-image.js'
import { eventually } from '../support/eventually.js'
import { repetitions, type BenchContext } from './bench.js'
import { NetworkTools } from './network-tools.js'
import type { Figure } from './report.js'
import { rounded, summarise } from './statistics.js'

const usualRounds = 9
const streamSeconds = 2

/**
 * One stream between containers on two hosts over an encrypted network, beside one between the same hosts
 * through a userspace WireGuard that is made by hand with its own defaults. They take turns, in both orders.
 */
export async function benchEncrypted(context: BenchContext, daemon: string): Promise<Figure[]> {
  const lab = await Lab.create({ hosts: 2, daemon: [daemon] })
  const tools = new NetworkTools(lab.folder)
  const hand = new WireguardByHand(lab.host(1), lab.host(2))
  try {
    context.say('encrypted: two hosts of skep')
    const [from, to, address] = await containers(lab)
    await hand.make()
    await tools.serveIperf(to)
    await tools.serveIperf(lab.host(2).netns)
    const ways = [
      { name: 'skep', measure: () => tools.throughput(from, address, streamSeconds) },
      { name: 'bare', measure: () => tools.throughput(lab.host(1).netns, hand.address, streamSeconds) },
    ]
    const rates = new Map<string, number[]>(ways.map(({ name }) => [name, []]))
    const rounds = repetitions(context, usualRounds, 3)
    for (let round = 0; round < rounds; round++) {
      context.say(`encrypted: round ${round + 1} of ${rounds}`)
      for (const { name, measure } of round % 2 === 0 ? ways : ways.toReversed()) rates.get(name)?.push(await measure())
    }
    const [ours = [], bare = []] = [rates.get('skep'), rates.get('bare')]
    const subject = 'encrypted overlay between two hosts, one stream'
    // Of each round: what else the machine does changes from one to the next.
    const share = summarise(ours.map((rate, round) => (100 * rate) / (bare[round] ?? Number.NaN))).median
    return [
      { bench: 'encrypted', subject, figure: 'median', unit: 'Mbit/s', skep: rounded(summarise(ours).median) },
      { bench: 'encrypted', subject: 'userspace WireGuard by hand, one stream', figure: 'median', unit: 'Mbit/s', skep: rounded(summarise(bare).median) },
      { bench: 'encrypted', subject, figure: 'of bare WireGuard, median of rounds', unit: '%', skep: rounded(share) },
    ]
  } finally {
    await tools.end()
    hand.end()
    // Other work on the machine may look like a leak: tests judge leaks, not this.
    await lab.close().catch((thrown: unknown) => context.say(String(thrown)))
  }
}

/** A container on each host, on an encrypted network: their namespaces, and the second's address. */
async function containers(lab: Lab): Promise<[from: string, to: string, address: string]> {
  const [one, two] = [lab.host(1), lab.host(2)]
  const archive = join(lab.folder, 'busybox.tar')
  writeFileSync(archive, await busyboxArchive([{ name: 'busybox:latest', command: ['sleep', '86400'] }]))
  for (const host of lab.hosts) {
    await host.startDaemon()
    await host.docker('load', '-q', '-i', archive)
  }
  await one.docker('swarm', 'init')
  await two.docker('swarm', 'join', '--token', await one.docker('swarm', 'join-token', '-q', 'worker'), `${one.ipv4}:2377`)
  await one.docker('network', 'create', '-d', 'overlay', '--opt', 'encrypted', 'secret')
  await one.docker('service', 'create', '-d', '--no-resolve-image', '--name', 'end', '--mode', 'global', '--network', 'secret', 'busybox:latest')
  await converged(one, 'end', 2)
  const [from = '', to = ''] = [await netnsOf(one, 'end.'), await netnsOf(two, 'end.')]
  const address = await two.docker('inspect', '-f', '{{.NetworkSettings.Networks.secret.IPAddress}}', await two.docker('ps', '-q', '-f', 'name=end.'))
  return [from, to, address]
}

/** wireguard-go on both hosts as a person would set it up: its own MTU, one peer, an address each. */
class WireguardByHand {
  readonly address = '10.98.0.2'
  private readonly children: ChildProcess[] = []

  constructor(
    private readonly one: LabHost,
    private readonly two: LabHost,
  ) {}

  async make(): Promise<void> {
    const keys = [newKeyPair(), newKeyPair()] as const
    await this.end1(this.one, 1, keys[0], this.two, keys[1])
    await this.end1(this.two, 2, keys[1], this.one, keys[0])
  }

  end(): void {
    for (const child of this.children.splice(0)) if (child.pid !== undefined) signal(child.pid, 'SIGTERM')
  }

  private async end1(host: LabHost, n: number, own: KeyPair, other: LabHost, peer: KeyPair): Promise<void> {
    const name = `skwgh${process.pid % 100_000}n${n}`
    this.children.push(host.spawn('wireguard-go', ['-f', name], { stdio: 'ignore', env: { ...process.env, LOG_LEVEL: 'silent' } }))
    const connection = await eventually(`wireguard-go answers at ${socketPathOf(name)}`, () => findUserspace(name, systemClock))
    await configure(connection, own, other, peer, `10.98.0.${3 - n}`)
    connection.close()
    await host.runOk('ip', ['addr', 'add', `10.98.0.${n}/24`, 'dev', name])
    await host.runOk('ip', ['link', 'set', name, 'up'])
  }
}

/** By the program's own protocol: the peer's address inside is of IPv4 here. */
async function configure(connection: UapiConnection, own: KeyPair, other: LabHost, peer: KeyPair, inside: string): Promise<void> {
  const port = 51_900
  const wanted = { publicKey: peer.publicKey, address: other.ipv4, port, allowedIp: `${inside}/32` }
  await connection.configure({ settings: { privateKey: own.privateKey, port }, set: [wanted] })
}
