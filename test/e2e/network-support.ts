import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { busyboxArchive } from '../support/busybox-image.js'
import type { ImageRecipe } from '../support/busybox-image.js'
import { webImage } from '../support/web-image.js'

/** A web server that tells who asks, and counts as running only once it listens. */
function askedBy(version: string): ImageRecipe {
  const base = webImage(`asked:${version}`, version)
  return {
    ...base,
    files: { ...base.files, '/www/cgi-bin/who': { mode: 0o755, content: '#!/bin/sh\necho\necho "version $VERSION on $(hostname) asked by $REMOTE_ADDR"\n' } },
    healthcheck: { Test: ['CMD-SHELL', "grep -q ':0050 .* 0A ' /proc/net/tcp /proc/net/tcp6"], Interval: 100_000_000, Timeout: 2_000_000_000, Retries: 50 },
  }
}

export async function loadNetworkImages(lab: Lab): Promise<void> {
  const archive = join(lab.folder, 'network-images.tar')
  writeFileSync(archive, await busyboxArchive([askedBy('1'), askedBy('2')]))
  await Promise.all(lab.hosts.map((host) => host.docker('load', '-q', '-i', archive)))
}

/** The network namespace of a container on a host, by a part of its name; undefined when there is none. */
export async function netnsOf(host: LabHost, name: string): Promise<string | undefined> {
  const ids = (await host.docker('ps', '-q', '--no-trunc', '-f', `name=${name}`)).split('\n').filter((id) => id !== '')
  return ids[0] === undefined ? undefined : join(host.execRoot, 'netns', ids[0])
}

/** The last line that a web server answers to a connection from a namespace, or why there is no answer. */
export function ask(netns: string, address: string, port: number, path = '/cgi-bin/who', timeoutMs = 5_000): Promise<string> {
  return new Promise((resolve) => {
    const family = address.includes(':') ? 6 : 4
    const socket = new Socket({ fd: inNetns(netns, () => openSocket({ protocol: 'tcp', family })) })
    let text = ''
    socket.setTimeout(timeoutMs, () => {
      // Tells lost packets from a server that takes its time.
      resolve(`no answer in time ${socket.connecting ? 'to connect' : 'but a connection'} from port ${socket.localPort ?? 0}`)
      socket.destroy()
    })
    socket.on('error', (thrown) => resolve(thrown.message))
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('close', () => resolve(text.trim().split('\n').at(-1) ?? ''))
    socket.connect(port, address, () => socket.write(`GET ${path} HTTP/1.0\r\n\r\n`))
  })
}

/** What a UDP server answers to a datagram from a namespace, and from where. */
export function askUdp(netns: string, address: string, port: number, timeoutMs = 3_000): Promise<string> {
  return new Promise((resolve) => {
    const family = address.includes(':') ? 6 : 4
    const socket = createSocket(`udp${family}`)
    socket.bind({ fd: inNetns(netns, () => openSocket({ protocol: 'udp', family, bind: { address: family === 4 ? '0.0.0.0' : '::', port: 0 } })) })
    const end = (text: string): void => {
      clearTimeout(timer)
      socket.close()
      resolve(text)
    }
    const timer = setTimeout(() => end('no answer in time'), timeoutMs)
    socket.once('message', (message, peer) => end(`${message.toString()} from ${peer.address}`))
    socket.send('?', port, address)
  })
}

/** Answers datagrams in a namespace with the sender's address. Close it. */
export function serveUdp(netns: string, port: number, family: 4 | 6 = 4, name = ''): { close(): void } {
  const socket = createSocket(`udp${family}`)
  socket.bind({ fd: inNetns(netns, () => openSocket({ protocol: 'udp', family, bind: { address: family === 4 ? '0.0.0.0' : '::', port } })) })
  socket.on('message', (_, peer) => socket.send(`${name}asked by ${peer.address}`, peer.port, peer.address))
  return socket
}

/** Asks one request after another until it is stopped, on several lines at once. */
export class Load {
  readonly failures: string[] = []
  answers = 0
  private stopped = false
  private readonly lines: Promise<void>[] = []

  add(what: string, netns: string, address: string, port: number): this {
    this.lines.push(this.run(what, netns, address, port))
    return this
  }

  async stop(): Promise<void> {
    this.stopped = true
    await Promise.all(this.lines)
  }

  private async run(what: string, netns: string, address: string, port: number): Promise<void> {
    while (!this.stopped) {
      const answer = await ask(netns, address, port, '/').catch(String)
      if (answer.startsWith('version')) this.answers++
      else this.failures.push(`${what}: ${answer}`)
    }
  }
}

/** The virtual IP of a service on the network of this subnet's start: `10.0.1.`. */
export async function virtualIp(host: LabHost, service: string, network: string): Promise<string> {
  const { Id } = JSON.parse((await host.api('GET', `/networks/${network}`)).body) as { Id: string }
  const { Endpoint } = JSON.parse((await host.api('GET', `/services/${service}`)).body) as { Endpoint: { VirtualIPs: { NetworkID: string; Addr: string }[] } }
  return Endpoint.VirtualIPs.find(({ NetworkID }) => NetworkID === Id)?.Addr.split('/')[0] ?? ''
}

/** A container's addresses on a network, by a part of its name. */
export async function addressOn(host: LabHost, name: string, network: string): Promise<{ ipv4: string; ipv6: string }> {
  const id = (await host.docker('ps', '-q', '-f', `name=${name}`)).split('\n')[0] ?? ''
  const { NetworkSettings } = JSON.parse((await host.api('GET', `/containers/${id}/json`)).body) as {
    NetworkSettings: { Networks: Record<string, { IPAddress: string; GlobalIPv6Address: string }> }
  }
  const { IPAddress = '', GlobalIPv6Address = '' } = NetworkSettings.Networks[network] ?? {}
  return { ipv4: IPAddress, ipv6: GlobalIPv6Address }
}
