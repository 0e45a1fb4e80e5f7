import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inNetns } from '../../agent/kernel/netns.js'
import { signal } from '../lab/belongings.js'
import { environment } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'

export type PortRange = readonly [first: number, last: number]

const clientPorts: PortRange = [1_024, 65_000]

/**
 * The n-th of so many parts of a client's ports. A server remembers a client's port, and the client's clock, for a minute.
 * A client's clock differs by the address that it asks: a port that it used by way of another address a moment ago would
 * be refused for a second.
 */
export function partOfPorts(n: number, of: number): PortRange {
  const [first, last] = clientPorts
  const size = Math.floor((last - first) / of)
  return [first + n * size, first + (n + 1) * size - 1]
}

/** Programs that measure networks, run in the namespaces that they measure: one at a time. */
export class NetworkTools {
  private readonly children: ChildProcess[] = []

  /** `folder` takes their files. */
  constructor(private readonly folder: string) {}

  /** Serves iperf3 in a namespace on its usual port. */
  async serveIperf(netns: string): Promise<void> {
    this.spawn(netns, 'iperf3', ['--server'])
    await listening(netns, iperfPort)
  }

  /** Serves a short answer over HTTP with the machine's nginx on port 80 of a namespace. */
  async serveHttp(netns: string, name: string): Promise<void> {
    const folder = join(this.folder, name)
    mkdirSync(folder)
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${folder}/${one};`)
    writeFileSync(
      join(folder, 'nginx.conf'),
      `user root; worker_processes 1; daemon off; error_log stderr crit; pid ${folder}/pid; events { worker_connections 4096; }
http { access_log off; ${paths.join(' ')} server { listen 80 backlog=4096; location / { return 200 "here\\n"; } } }\n`,
    )
    this.spawn(netns, 'nginx', ['-e', 'stderr', '-c', join(folder, 'nginx.conf')])
    await listening(netns, 80)
  }

  /** Mbit/s of one TCP stream from a namespace to an address. */
  async throughput(netns: string, address: string, seconds: number): Promise<number> {
    const text = await this.run(netns, 'iperf3', ['--client', address, '--time', String(seconds), '--omit', '0.3', '--json'])
    const { end } = JSON.parse(text) as { end: { sum_received: { bits_per_second: number } } }
    return end.sum_received.bits_per_second / 1e6
  }

  /** Requests a second from a namespace, a connection for each, from client ports of this range. Throws when some failed. */
  async requests(netns: string, address: string, port: number, seconds: number, [first, last]: PortRange = clientPorts): Promise<number> {
    // Tens of thousands of connections to one port: without these the client runs out of ports of its own.
    await this.run(netns, 'sysctl', ['-qw', `net.ipv4.ip_local_port_range=${first} ${last}`, 'net.ipv4.tcp_tw_reuse=1'])
    const args = ['--threads', '1', '--connections', '32', '--duration', `${seconds}s`, '--header', 'Connection: close']
    const text = await this.run(netns, 'wrk', [...args, `http://${address}:${port}/`])
    const failed = /(Socket errors.*[1-9].*|Non-2xx.*)/.exec(text)?.[1]
    const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1])
    if (!(rate > 0) || failed !== undefined) throw new Error(`http://${address}:${port}/: ${failed ?? text}`)
    return rate
  }

  /** Ends the servers. */
  async end(): Promise<void> {
    for (const child of this.children.splice(0)) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue
      const ended = new Promise((resolve) => child.once('exit', resolve))
      signal(child.pid, 'SIGTERM')
      await ended
    }
  }

  private spawn(netns: string, program: string, args: readonly string[]): void {
    this.children.push(spawn('nsenter', [`--net=${netns}`, program, ...args], { stdio: 'ignore', env: environment(this.folder) }))
  }

  private run(netns: string, program: string, args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('nsenter', [`--net=${netns}`, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: environment(this.folder) })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
      child.once('error', reject)
      child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${program} ${args.join(' ')}: exit code ${String(code)}\n${output}`))))
    })
  }
}

const iperfPort = 5201

/** Waits until somebody listens on a TCP port of a namespace (proc_net_tcp: state 0A). */
async function listening(netns: string, port: number): Promise<void> {
  const pattern = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 0A `)
  await eventually(`port ${port} is served in ${netns}`, () =>
    inNetns(netns, () => ['tcp', 'tcp6'].some((name) => pattern.test(readFileSync(`/proc/thread-self/net/${name}`, 'utf8')))),
  )
}
