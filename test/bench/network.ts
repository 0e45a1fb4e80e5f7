import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { Lab } from '../lab/lab.js'
import { busyboxArchive } from '../support/busybox-image.js'
import { virtualIp } from '../e2e/network-support.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { repetitions, type BenchContext } from './bench.js'
import { DockerEngine } from './docker-engine.js'
import type { MeasuredEngine } from './measured-engine.js'
import { ByHand, type Way } from './network-places.js'
import { benchNetworkScale } from './network-scale.js'
import { NetworkTools, partOfPorts } from './network-tools.js'
import type { Figure } from './report.js'
import { SkepEngine } from './skep-engine.js'
import { rounded, summarise } from './statistics.js'

export interface NetworkBenchGiven {
  daemon: string
  peer: boolean
}

const usualRounds = 7
const streamSeconds = 1.5
const requestSeconds = 2
const port = 8080
const handPort = 8090

/**
 * Networks over two hosts, side by side in one run: streams over an overlay, bare VXLAN and the peer's overlay;
 * a virtual IP and the task itself; published ports on the node of the task and on another, plain DNAT rules and
 * the peer's published port. Then what large tables cost a node. All of one kind take turns, in both orders.
 */
export async function benchNetwork(context: BenchContext, given: NetworkBenchGiven): Promise<Figure[]> {
  return [...(await benchDataPath(context, given)), ...(await benchNetworkScale(context))]
}

/** Something that can be measured over and over; a rate, the more the better. */
interface Rate {
  name: string
  measure: () => Promise<number>
}

async function benchDataPath(context: BenchContext, { daemon, peer }: NetworkBenchGiven): Promise<Figure[]> {
  const lab = await Lab.create({ hosts: peer ? 4 : 2, daemon: [daemon] })
  const tools = new NetworkTools(lab.folder)
  const skep = lab.hosts.slice(0, 2).map((host) => new SkepEngine(host))
  const docker = lab.hosts.slice(2).map((host) => new DockerEngine(host))
  const hand = new ByHand(lab.folder, lab.host(1), lab.host(2))
  try {
    const archive = join(lab.folder, 'busybox.tar')
    writeFileSync(archive, await busyboxArchive([{ name: 'busybox:latest', command: ['sleep', '86400'] }]))
    context.say('network: two hosts of skep')
    const ours = await places(skep, archive)
    const { virtualWay = ours.way } = ours
    const vxlan = await hand.vxlan()
    const [near, far] = [await hand.publishNear(handPort), await hand.publishFar(handPort)]
    let theirs: Places | undefined
    if (docker.length > 0) {
      context.say('network: two hosts of docker')
      theirs = await places(docker, archive)
    }
    const [one, two] = [lab.host(1).ipv4, lab.host(2).ipv4]
    const servers = [ours.server, ...(theirs ? [theirs.server] : [])]
    for (const netns of [...servers, vxlan.to]) await tools.serveIperf(netns)
    for (const [i, netns] of [...servers, near, far].entries()) await tools.serveHttp(netns, `nginx-${i}`)

    const stream = ({ from, address }: Way) => () => tools.throughput(from, address, streamSeconds)
    const requests = ({ from, address }: Way, at = 80, part = 0, of = 1) => () => tools.requests(from, address, at, requestSeconds, partOfPorts(part, of))
    const outside = (address: string): Way => ({ from: lab.outside.netns, address })
    const turns = (what: string, rates: Rate[]) => takeTurns(context, what, rates)
    const overlay = await turns('streams between hosts', [
      { name: 'skep', measure: stream(ours.way) },
      { name: 'bare', measure: stream(vxlan.way) },
      ...(theirs ? [{ name: 'docker', measure: stream(theirs.way) }] : []),
    ])
    const streams = await turns('streams to a virtual IP', [{ name: 'vip', measure: stream(virtualWay) }, { name: 'direct', measure: stream(ours.way) }])
    const connections = await turns('connections to a virtual IP', [{ name: 'vip', measure: requests(virtualWay, 80, 0, 2) }, { name: 'direct', measure: requests(ours.way, 80, 1, 2) }])
    const published: (readonly [name: string, address: string, port: number])[] = [
      ['same node', two, port],
      ['other node', one, port],
      ['bare same node', two, handPort],
      ['bare other node', one, handPort],
      ...(theirs ? [['docker', lab.host(4).ipv4, port] as const] : []),
    ]
    const ingress = await turns('requests to published ports', published.map(([name, address, at], i) => ({ name, measure: requests(outside(address), at, i, published.length) })))
    const figure = (subject: string, name: string, unit: Figure['unit'], value: number, peerValue?: number): Figure => ({
      bench: 'network', subject, figure: name, unit, skep: rounded(value), ...(peerValue !== undefined && { peer: rounded(peerValue) }),
    })
    const share = (subject: string, of: string, turn: Turns, ours1: string, other: string): Figure => figure(subject, `of ${of}`, '%', 100 * turn.ratio(ours1, other))
    return [
      figure('overlay between two hosts, one stream', 'median', 'Mbit/s', overlay.median('skep'), theirs && overlay.median('docker')),
      share('overlay between two hosts, one stream', 'bare VXLAN', overlay, 'skep', 'bare'),
      figure('virtual IP, one stream', 'median', 'Mbit/s', streams.median('vip')),
      share('virtual IP, one stream', 'the task itself', streams, 'vip', 'direct'),
      figure('virtual IP, a connection a request', 'median', '1/s', connections.median('vip')),
      share('virtual IP, a connection a request', 'the task itself', connections, 'vip', 'direct'),
      figure('published port, task on the node', 'median', '1/s', ingress.median('same node'), theirs && ingress.median('docker')),
      share('published port, task on the node', 'a DNAT rule', ingress, 'same node', 'bare same node'),
      figure('published port, task on another node', 'median', '1/s', ingress.median('other node')),
      share('published port, task on another node', 'a DNAT rule', ingress, 'other node', 'bare other node'),
    ]
  } finally {
    await tools.end()
    hand.remove()
    for (const engine of [...skep, ...docker]) {
      await engine.host.tryDocker('swarm', 'leave', '--force').catch(() => undefined)
      await removeContainers(engine).catch((thrown: unknown) => context.say(String(thrown)))
      await engine.stop().catch((thrown: unknown) => context.say(`${engine.name} does not stop: ${String(thrown)}`))
    }
    // Other work on the machine may look like a leak: tests judge leaks, not this.
    await lab.close().catch((thrown: unknown) => context.say(String(thrown)))
  }
}

/** What was measured of several that took turns. */
interface Turns {
  median: (name: string) => number
  /** The median of the rounds' ratios: what slows the machine for a while slows both. */
  ratio: (name: string, to: string) => number
}

async function takeTurns(context: BenchContext, what: string, rates: readonly Rate[]): Promise<Turns> {
  const rounds = repetitions(context, usualRounds, 2)
  const measured = new Map<string, number[]>(rates.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    context.say(`network: ${what}, round ${round + 1} of ${rounds}`)
    for (const { name, measure } of round % 2 === 0 ? rates : [...rates].reverse()) measured.get(name)?.push(await measure())
  }
  const of = (name: string): number[] => measured.get(name) ?? []
  return {
    median: (name) => summarise(of(name)).median,
    ratio: (name, to) => summarise(of(name).map((value, i) => value / (of(to)[i] ?? Number.NaN))).median,
  }
}

interface Places {
  /** From a container on the first host to one on the second, on an overlay network. */
  way: Way
  server: string
  /** The same by the virtual IP of a service whose only task that container is. skep alone. */
  virtualWay?: Way
}

/**
 * A swarm of two hosts with a container on each, on a network of the swarm, the second one's port 80 published.
 * skep's are tasks of services. The peer's virtual IPs and routing mesh want a kernel with IPVS, so its containers
 * are attached to the network, and the published port is the container's.
 */
async function places(engines: readonly MeasuredEngine[], archive: string): Promise<Places> {
  for (const engine of engines) {
    await engine.start()
    await engine.host.docker('load', '-q', '-i', archive)
  }
  const [one, two] = engines.map(({ host }) => host)
  if (!one || !two) throw new Error('two hosts are needed')
  const ours = engines[0]?.name === 'skep'
  await one.docker('swarm', 'init', '--advertise-addr', one.ipv4)
  await two.docker('swarm', 'join', '--token', await one.docker('swarm', 'join-token', '-q', 'worker'), '--advertise-addr', two.ipv4, `${one.ipv4}:2377`)
  await one.docker('network', 'create', '-d', 'overlay', '--attachable', 'back')
  if (ours) {
    const flags = ['-d', '--network', 'back', '--no-resolve-image']
    await one.docker('service', 'create', ...flags, '--name', 'server', '--constraint', 'node.role==worker', '-p', `${port}:80`, 'busybox:latest')
    await one.docker('service', 'create', ...flags, '--name', 'client', '--constraint', 'node.role==manager', 'busybox:latest')
  } else {
    await one.docker('run', '-d', '--name', 'client', '--network', 'back', 'busybox:latest')
    await two.docker('run', '-d', '--name', 'server', '--network', 'back', '-p', `${port}:80`, 'busybox:latest')
  }
  const container = (host: LabHost, name: string): Promise<string> => eventually(`${name} runs`, async () => (await host.docker('ps', '-q', '-f', `name=${name}`)) || undefined)
  const [client, server] = [await container(one, 'client'), await container(two, 'server')]
  const netnsOf = async (host: LabHost, id: string): Promise<string> => `/proc/${await host.docker('inspect', '-f', '{{.State.Pid}}', id)}/ns/net`
  const from = await netnsOf(one, client)
  const way = { from, address: await two.docker('inspect', '-f', '{{.NetworkSettings.Networks.back.IPAddress}}', server) }
  return { way, server: await netnsOf(two, server), ...(ours && { virtualWay: { from, address: await virtualIp(one, 'server', 'back') } }) }
}

async function removeContainers({ host }: MeasuredEngine): Promise<void> {
  const ids = (await host.docker('ps', '-aq')).split('\n').filter((id) => id !== '')
  if (ids.length > 0) await host.docker('rm', '-f', ...ids)
}
