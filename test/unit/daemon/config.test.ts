import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseFlags } from '../../../src/base/flags.js'
import { loadConfig, proxySettings, type DaemonConfig } from '../../../src/daemon/config.js'
import { daemonFlags } from '../../../src/daemon/flags.js'
import { claimPidfile } from '../../../src/daemon/pidfile.js'

describe('the daemon’s configuration', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'skep-config-'))))
  after(() => rmSync(folder, { recursive: true, force: true }))

  function load(file: unknown, ...words: string[]): DaemonConfig {
    const path = join(folder, 'daemon.json')
    writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file))
    const { values, given } = parseFlags(daemonFlags, ['--config-file', path, ...words], true)
    return loadConfig(values, given)
  }

  it('joins flags and file under dockerd’s names', () => {
    const config = load({ 'data-root': '/d', hosts: ['unix:///s'], labels: ['a=1'], debug: true, 'default-address-pools': [{ base: '10.5.0.0/16', size: 24 }] }, '--log-level', 'warn')
    assert.equal(config['data-root'], '/d')
    assert.deepEqual(config.host, ['unix:///s'])
    assert.deepEqual(config.label, ['a=1'])
    assert.equal(config.debug, true)
    assert.equal(config['log-level'], 'warn')
    assert.deepEqual(config['default-address-pool'], ['base=10.5.0.0/16,size=24'])
    assert.equal(config['exec-root'], '/run/skep')
  })

  it('takes relative folders as those of where it is started', () => {
    const config = load({ 'data-root': 'state' }, '--exec-root', './run')
    assert.deepEqual([config['data-root'], config['exec-root']], [join(process.cwd(), 'state'), join(process.cwd(), 'run')])
  })

  it('takes proxies from the file, from flags, and from the environment', () => {
    const file = load({ proxies: { 'http-proxy': 'http://a:1', 'no-proxy': 'x' } })
    const environment = { HTTP_PROXY: 'http://e:1', https_proxy: 'http://e:2', NO_PROXY: 'y' }
    assert.deepEqual(proxySettings(file, environment), { httpProxy: 'http://a:1', httpsProxy: 'http://e:2', noProxy: 'x' })
    assert.equal(proxySettings(load({}, '--https-proxy', 'http://f'), environment).httpsProxy, 'http://f')
    assert.throws(() => load({ proxies: { 'ftp-proxy': 'x' } }), /don't match any configuration option: proxies\.ftp-proxy/)
    assert.throws(() => load({ proxies: 'x' }), /"proxies" must be an object/)
    assert.throws(() => load({ 'http-proxy': 'x' }), /don't match any configuration option: http-proxy/)
    assert.throws(() => load({ proxies: { 'http-proxy': 'http://a' } }, '--http-proxy', 'http://b'), /specified both as a flag and in the configuration file: http-proxy/)
    assert.throws(() => load({ proxies: { 'http-proxy': 'ftp://a' } }), /invalid proxy "ftp:\/\/a"/)
  })

  it('takes the log driver and the address for figures', () => {
    const config = load({ 'log-driver': 'syslog', 'log-opts': { tag: '{{.Name}}' }, 'metrics-addr': '127.0.0.1:9323' })
    assert.deepEqual([config['log-driver'], config['log-opt'], config['metrics-addr']], ['syslog', ['tag={{.Name}}'], '127.0.0.1:9323'])
    assert.throws(() => load({ 'log-opts': { x: '1' } }), /unknown log opt 'x' for json-file log driver/)
    assert.throws(() => load({ 'log-opts': ['x=1'] }), /"log-opts" must be an object of strings/)
    assert.throws(() => load({}, '--log-opt', 'x'), /invalid log option "x": name=value expected/)
    assert.throws(() => load({}, '--log-driver', 'awslogs'), /error looking up logging plugin awslogs: plugin "awslogs" not found/)
    assert.throws(() => load({}, '--metrics-addr', 'here'), /invalid metrics address here: HOST:PORT expected/)
  })

  it('takes the addresses that host-gateway stands for, one of each family, under both names of the file', () => {
    assert.deepEqual(load({}, '--host-gateway-ip', '192.0.2.1', '--host-gateway-ip', '2001:db8::1')['host-gateway-ip'], ['192.0.2.1', '2001:db8::1'])
    assert.deepEqual(load({ 'host-gateway-ips': ['192.0.2.1', '2001:db8::1'] })['host-gateway-ip'], ['192.0.2.1', '2001:db8::1'])
    assert.deepEqual(load({ 'host-gateway-ip': '192.0.2.1' })['host-gateway-ip'], ['192.0.2.1'])
    assert.throws(() => load({ 'host-gateway-ip': '192.0.2.1', 'host-gateway-ips': ['192.0.2.2'] }), /cannot both be in the configuration file/)
    assert.throws(() => load({ 'host-gateway-ips': ['192.0.2.1'] }, '--host-gateway-ip', '192.0.2.1'), /specified both as a flag and in the configuration file: host-gateway-ips/)
    assert.throws(() => load({}, '--host-gateway-ip', '192.0.2.1', '--host-gateway-ip', '192.0.2.2'), /only one IPv4 host-gateway-ip can be given/)
    assert.throws(() => load({}, '--host-gateway-ip', 'gateway'), /invalid host-gateway-ip "gateway": an IP address is expected/)
  })

  it('takes runtimes with what comes first on their command lines', () => {
    const config = load({ runtimes: { plain: { path: '/opt/plain' }, traced: { path: 'runc', runtimeArgs: ['--debug'] } } })
    assert.deepEqual(config['add-runtime'], ['plain=/opt/plain', 'traced={"path":"runc","runtimeArgs":["--debug"]}'])
    assert.throws(() => load({ runtimes: { kata: { runtimeType: 'io.containerd.kata.v2' } } }), /"runtimes" must be an object of {"name": {"path": /)
    assert.throws(() => load({ runtimes: { x: { path: '/x', runtimeArgs: 'y' } } }), /"runtimes" must be/)
  })

  it('refuses what is wrong in dockerd’s words', () => {
    assert.throws(() => load({ nothing: 1 }), /the following directives don't match any configuration option: nothing/)
    assert.throws(() => load({ hosts: ['unix:///a'] }, '-H', 'unix:///b'), /specified both as a flag and in the configuration file: hosts: \(from flag: /)
    assert.throws(() => load({ debug: 'yes' }), /"debug" must be true or false/)
    assert.throws(() => load('{'), /unable to configure the daemon with file/)
    assert.throws(() => load({}, '--log-level', 'loud'), /invalid logging level: loud/)
    assert.throws(() => load({}, '--label', 'x'), /bad attribute format: x/)
    assert.throws(() => load({}, '--storage-driver', 'aufs'), /unknown storage driver aufs/)
    const { values, given } = parseFlags(daemonFlags, ['--config-file', join(folder, 'missing.json')], true)
    assert.throws(() => loadConfig(values, given), /unable to read the configuration file/)
  })

  it('lets one daemon alone use a pidfile, and takes over one that a crash left', async () => {
    const path = join(folder, 'skepd.pid')
    writeFileSync(path, '999999999')
    const claim = await claimPidfile(path)
    // This test's own process is no skepd: the number may be anybody's.
    await (await claimPidfile(path))[Symbol.asyncDispose]()
    await claim[Symbol.asyncDispose]()
  })
})
