import { strict as assert } from 'node:assert'
import { parseMountOptions } from '../../../../agent/volume/mount-options.js'
import { mountVolume, type MountSystem } from '../../../../agent/volume/mount-volume.js'

/** What a volume with these options has the kernel do; `aside` is done where it may wait. */
async function calls(options: Record<string, string>, failing?: string): Promise<string[]> {
  const told: string[] = []
  const tell = (how: string) => ({ source, target, type, flags = 0, data }: Parameters<MountSystem['mount']>[0]): void => {
    told.push(`${how} ${source} ${target} ${type ?? '-'} ${flags} ${data ?? ''}`.trim())
    if (failing !== undefined) throw Object.assign(new Error('mount failed'), { code: failing })
  }
  const aside = tell('aside')
  const system: MountSystem = {
    mount: tell('here'),
    mountAside: (request) => Promise.resolve().then(() => aside(request)),
    lookup: (host) => (host.endsWith('.test') ? Promise.resolve('192.0.2.7') : Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }))),
  }
  const wanted = parseMountOptions(options)
  assert.ok(wanted)
  await mountVolume(wanted, '/v', system)
  return told
}

describe('mounts of volumes', () => {
  const cases: [string, Record<string, string>, string[]][] = [
    ['NFS by an address', { type: 'nfs', device: ':/path', o: 'addr=192.0.2.1,rw' }, ['aside :/path /v nfs 0 addr=192.0.2.1']],
    ['NFS by a name', { type: 'nfs', device: ':/path', o: 'clientaddr=192.0.2.9,addr=nas.test,nolock,soft,ro,nfsvers=4' }, ['aside :/path /v nfs 1 clientaddr=192.0.2.9,addr=192.0.2.7,nolock,soft,nfsvers=4']],
    ['NFS 4 by a name', { type: 'nfs4', device: 'nas.test:/path', o: 'addr=nas.test,noexec,nosuid' }, ['aside nas.test:/path /v nfs4 10 addr=192.0.2.7']],
    ['CIFS by the name in its options', { type: 'cifs', device: '//nas.test/share', o: 'addr=nas.test,username=a' }, ['aside //nas.test/share /v cifs 0 addr=192.0.2.7,username=a']],
    ['CIFS by the name of its device', { type: 'cifs', device: '//nas.test/the share', o: 'username=a,file_mode=0777' }, ['aside //192.0.2.7/the share /v cifs 0 username=a,file_mode=0777']],
    ['CIFS by an address in brackets', { type: 'cifs', device: '//[2001:db8::1]/share' }, ['aside //[2001:db8::1]/share /v cifs 0']],
    ['names elsewhere as they are', { type: 'ext4', device: '/dev/sdb', o: 'addr=nas.test' }, ['here /dev/sdb /v ext4 0 addr=nas.test']],
    ['flags one after another', { type: 'tmpfs', device: 'tmpfs', o: 'noatime,atime,nodev,ro,rw,size=1m' }, ['here tmpfs /v tmpfs 4 size=1m']],
    ['a bind mount with flags, in two steps', { type: 'none', device: '/host', o: 'rbind,ro,noexec' }, ['here /host /v none 20489', 'here none /v - 4137']],
    ['propagation, in a step of its own', { type: 'none', device: '/host', o: 'bind,rslave' }, ['here /host /v none 4096', 'here none /v - 540672']],
  ]
  for (const [what, options, told] of cases) {
    it(what, async () => {
      assert.deepEqual(await calls(options), told)
    })
  }

  const failures: [string, Record<string, string>, string | undefined, string][] = [
    ['an unknown file system', { type: 'nfs', device: ':/path', o: 'addr=192.0.2.1' }, 'ENODEV', "error while mounting volume '/v': failed to mount local volume: mount :/path:/v, data: addr=192.0.2.1: no such device (the kernel of this host knows no file system \"nfs\": load its module)"],
    ['a server that refuses', { type: 'nfs', device: ':/path', o: 'addr=192.0.2.1,ro' }, 'ECONNREFUSED', "error while mounting volume '/v': failed to mount local volume: mount :/path:/v, flags: 0x1, data: addr=192.0.2.1: connection refused"],
    ['no address', { type: 'nfs', device: 'nas.test:/path', o: 'soft' }, 'EINVAL', "error while mounting volume '/v': failed to mount local volume: mount nas.test:/path:/v, data: soft: invalid argument (the option o=addr=HOST is needed)"],
    ['a password, which is not shown', { type: 'cifs', device: '//nas.test/s', o: 'username=a,password=hush' }, 'EACCES', "error while mounting volume '/v': failed to mount local volume: mount //192.0.2.7/s:/v, data: username=a,password=********: permission denied"],
    ['a name that nobody knows', { type: 'nfs', device: ':/path', o: 'addr=nas.invalid' }, undefined, "error while mounting volume '/v': error resolving passed in network volume address: lookup nas.invalid: no such host"],
    ['a port in the device', { type: 'cifs', device: '//nas.test:445/share' }, undefined, "port not allowed in CIFS device URL, include 'port' in 'o='"],
  ]
  for (const [what, options, code, message] of failures) {
    it(`tell of ${what}`, () => assert.rejects(calls(options, code), { message }))
  }
})
