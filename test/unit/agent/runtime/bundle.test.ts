import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildBundle } from '../../../../agent/runtime/bundle/build.js'
import { allCapabilities } from '../../../../agent/runtime/bundle/capabilities.js'
import { resolveUser } from '../../../../agent/runtime/bundle/user.js'
import type { ContainerConfig, HostConfig } from '../../../../src/model/engine-api/container.js'

const folder = join(import.meta.dirname, '../../../data/bundle')
const separator = '\n---\n'

/** A transcript: what is asked for (JSON), a line of dashes, and the bundle. `UPDATE=1` writes the second part anew. */
function render(asked: { config?: ContainerConfig; hostConfig?: HostConfig; network?: 'own' | 'host'; pid?: string }): string {
  const passwd = 'root:x:0:0:root:/root:/bin/sh\nwww:x:33:44::/var/www:\n'
  const group = 'root:x:0:\nwww:x:44:\nextra:x:55:www\n'
  const config = { Cmd: ['sh'], ...asked.config }
  const spec = buildBundle({
    config,
    hostConfig: asked.hostConfig ?? {},
    user: resolveUser(config.User ?? '', passwd, group, asked.hostConfig?.GroupAdd ?? []),
    rootfs: '/layers/merged',
    hostname: 'web',
    cgroupPath: '/skep-12345678/c0ffee',
    namespaces: {
      network: asked.network === 'host' ? 'host' : { path: '/run/netns/c0ffee' },
      pid: asked.pid === undefined ? 'own' : { path: asked.pid },
      ipc: 'own',
      uts: 'own',
      cgroup: 'own',
    },
    shm: 'own',
    mounts: [
      { kind: 'bind', source: '/srv', target: '/data/deep', readOnly: true, propagation: 'rslave', recursive: true, recursiveReadOnly: false },
      { kind: 'tmpfs', target: '/data', options: ['size=1m'] },
    ],
    devices: (asked.hostConfig?.Devices ?? []).map((device) => ({
      path: device.PathInContainer ?? '', type: 'c', major: 10, minor: 200, mode: 0o20666, uid: 0, gid: 0, permissions: device.CgroupPermissions ?? 'rwm',
    })),
    initProgram: asked.hostConfig?.Init ? '/usr/bin/tini' : undefined,
    host: { arch: 'x64', kernel: '6.1.0', seccomp: true, capabilities: allCapabilities },
    deviceNumbers: () => ({ major: 8, minor: 0 }),
  })
  const short = spec.linux.seccomp && {
    ...spec.linux.seccomp,
    syscalls: spec.linux.seccomp.syscalls.map((rule) => (rule.names.length > 20 ? { ...rule, names: `${rule.names.length} names` } : rule)),
  }
  const shown = { ...spec, linux: { ...spec.linux, ...(short && { seccomp: short }) } }
  // One line for each innermost list or object: a reviewer reads differences.
  return JSON.stringify(shown, null, 2).replace(/[[{]\n\s+([^[\]{}]*?)\n\s+([\]}])/g, (whole: string, inner: string, end: string) => `${whole[0] ?? ''} ${inner.replace(/\n\s+/g, ' ')} ${end}`)
}

describe('runtime/bundle transcripts', () => {
  for (const file of readdirSync(folder).sort()) {
    it(file, () => {
      const path = join(folder, file)
      const [asked = '', expected] = readFileSync(path, 'utf8').split(separator)
      const got = render(JSON.parse(asked) as Parameters<typeof render>[0])
      if (process.env['UPDATE']) writeFileSync(path, `${asked}${separator}${got}\n`)
      else assert.equal(`${got}\n`, expected)
    })
  }
})
