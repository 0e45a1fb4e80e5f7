import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { printLogs, startLab } from './support.js'

const total = 1_000
const atOnce = 6
/** Connections to clients and threads at work come and go by themselves. */
const spareDescriptors = 20

describe('containers that come and go', function () {
  this.timeout(240_000)
  let lab: Lab
  let host: LabHost

  before(async () => {
    lab = await startLab(1)
    host = lab.host(1)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    await lab?.close()
  })

  async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await host.api(method, `/v1.45${path}`, body, 120_000)
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.body}`)
    return (answer.body.startsWith('{') ? JSON.parse(answer.body) : undefined) as T
  }

  /** One container's whole life on a network of its own choice, with a port, a volume and a name. */
  async function live(n: number): Promise<void> {
    const { Id } = await api<{ Id: string }>('POST', `/containers/create?name=mayfly-${n}`, {
      Image: 'busybox',
      Cmd: n % 2 === 0 ? ['true'] : ['sleep', '3600'],
      StopSignal: 'SIGKILL',
      ExposedPorts: { '80/tcp': {} },
      Volumes: { '/data': {} },
      HostConfig: { NetworkMode: n % 3 === 0 ? 'own' : 'bridge', PortBindings: { '80/tcp': [{}] } },
    })
    await api('POST', `/containers/${Id}/start`)
    // Half of them end by themselves, the others are taken away alive.
    if (n % 2 === 0) assert.equal((await api<{ StatusCode: number }>('POST', `/containers/${Id}/wait`)).StatusCode, 0)
    await api('DELETE', `/containers/${Id}?force=1&v=1`)
  }

  /** All that a container has of the host, counted. */
  async function belongings() {
    const pid = host.daemon?.pid ?? 0
    const list = (folder: string): string[] => {
      try {
        return readdirSync(folder).sort()
      } catch {
        return []
      }
    }
    const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n').filter((line) => line.includes(lab.folder)).length
    return {
      rules: (await host.runOk('nft', ['-s', 'list', 'ruleset'])).split('\n').length,
      links: (JSON.parse(await host.runOk('ip', ['-json', 'link'])) as { ifname: string }[]).map(({ ifname }) => ifname).sort(),
      mounts,
      containers: list(join(host.dataRoot, 'containers')),
      volumes: list(join(host.dataRoot, 'volumes')),
      layers: list(join(host.dataRoot, 'overlay')).length,
      running: list(join(host.execRoot, 'c')),
      exits: list(join(host.execRoot, 'exits')),
      namespaces: list(join(host.execRoot, 'netns')),
      cgroups: (await host.run('find', ['/sys/fs/cgroup', '-type', 'd', '-path', `*${host.cgroupParent}/*`, '-maxdepth', '6'])).stdout,
    }
  }

  const descriptors = (): string[] =>
    readdirSync(`/proc/${host.daemon?.pid ?? 0}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${host.daemon?.pid ?? 0}/fd/${fd}`)
      } catch {
        return 'closed'
      }
    })

  it(`leave nothing behind after ${total.toLocaleString('en')} times`, async () => {
    await host.docker('network', 'create', 'own')
    // What is made once and kept is made by the first ones.
    for (let n = 0; n < 6; n++) await live(n)
    // Devices go in the kernel's own time, files after the answer.
    const before = await eventually('the first are gone', async () => {
      const now = await belongings()
      return now.containers.length > 0 || now.links.some((name) => name.startsWith('skv')) ? undefined : now
    })
    const descriptorsBefore = descriptors().length
    let next = 6
    const worker = async (): Promise<void> => {
      while (next < total) await live(next++)
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    await eventually('all is as it was', async () => {
      assert.deepEqual(await belongings(), before)
      return true
    })
    const open = descriptors()
    assert.ok(open.length <= descriptorsBefore + spareDescriptors, `${open.length} descriptors, ${descriptorsBefore} before: ${open.join(' ')}`)
    assert.equal(await host.docker('ps', '-aq'), '')
    assert.equal(await host.docker('volume', 'ls', '-q'), '')
    await host.docker('network', 'rm', 'own')
  })
})
