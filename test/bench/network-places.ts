import { join } from 'node:path'
import { createNetns, deleteNetns } from '../../agent/kernel/netns.js'
import type { LabHost } from '../lab/lab-host.js'

/** Who asks, and the address at which the other side answers. */
export interface Way {
  from: string
  address: string
}

/**
 * What a person would set up with `ip` and `nft` for the same purposes: VXLAN between two hosts without a
 * bridge, and a published port as a plain DNAT rule to a namespace on the same host or on another.
 */
export class ByHand {
  private readonly made: string[] = []

  constructor(
    private readonly folder: string,
    private readonly one: LabHost,
    private readonly two: LabHost,
  ) {}

  /** A namespace on each host and VXLAN between them: the way from the first, and the second namespace. */
  async vxlan(): Promise<{ way: Way; to: string }> {
    const [from, to] = [this.namespace('vxlan-1'), this.namespace('vxlan-2')]
    await run(this.one, vxlanEnd(this.one, this.two, 77_001, 4790, 'hand1') + moveIn('hand1', from, '10.99.1.1/24'))
    await run(this.two, vxlanEnd(this.two, this.one, 77_001, 4790, 'hand1') + moveIn('hand1', to, '10.99.1.2/24'))
    return { way: { from, address: '10.99.1.2' }, to }
  }

  /** A namespace on the second host behind that host's port. */
  async publishNear(port: number): Promise<string> {
    const to = this.namespace('near')
    await run(this.two, `ip link add hand2 type veth peer name hand2p
ip addr add 10.99.2.1/24 dev hand2; ip link set hand2 up
${moveIn('hand2p', to, '10.99.2.2/24', '10.99.2.1')}${dnat(port, '10.99.2.2')}`)
    return to
  }

  /** A namespace on the second host behind the first host's port, by VXLAN; answers go back the same way. */
  async publishFar(port: number): Promise<string> {
    const to = this.namespace('far')
    await run(this.one, `${vxlanEnd(this.one, this.two, 77_003, 4791, 'hand3')}ip addr add 10.99.3.1/24 dev hand3; ip link set hand3 up\n${dnat(port, '10.99.3.2')}`)
    await run(this.two, vxlanEnd(this.two, this.one, 77_003, 4791, 'hand3') + moveIn('hand3', to, '10.99.3.2/24', '10.99.3.1'))
    return to
  }

  /** Takes the namespaces away; the rest goes with the hosts. */
  remove(): void {
    for (const path of this.made.splice(0)) deleteNetns(path)
  }

  private namespace(name: string): string {
    const path = join(this.folder, `hand-${name}.net`)
    createNetns(path)
    this.made.push(path)
    return path
  }
}

const vxlanEnd = (host: LabHost, other: LabHost, vni: number, port: number, name: string): string =>
  `ip link add ${name} mtu 1450 type vxlan id ${vni} local ${host.ipv4} remote ${other.ipv4} dstport ${port}\n`

const moveIn = (device: string, netns: string, address: string, gateway?: string): string =>
  `ip link set ${device} netns ${netns}
nsenter --net=${netns} sh -ec 'ip link set lo up; ip addr add ${address} dev ${device}; ip link set ${device} up${gateway === undefined ? '' : `; ip route add default via ${gateway}`}'\n`

const dnat = (port: number, address: string): string =>
  `sysctl -qw net.ipv4.ip_forward=1
nft 'add table ip hand; add chain ip hand pre { type nat hook prerouting priority dstnat; }; add rule ip hand pre fib daddr type local tcp dport ${port} dnat to ${address}:80'\n`

async function run(host: LabHost, script: string): Promise<void> {
  await host.runOk('sh', ['-ec', script])
}
