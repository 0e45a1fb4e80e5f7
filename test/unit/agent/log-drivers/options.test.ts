import { strict as assert } from 'node:assert'
import { existsSync } from 'node:fs'
import { isReadable, journaldSocket, logLimits, mergeLogConfig, validateLogConfig, type LogOptions } from '../../../../agent/log-drivers/options.js'

/** Docker's own sentences for what it refuses; those it takes at create and fails on at start are refused here too. */
const refusals: [string, LogOptions, RegExp][] = [
  ['json-file', { x: '1' }, /^unknown log opt 'x' for json-file log driver$/],
  ['json-file', { 'max-size': 'abc' }, /^failed to initialize logging driver: invalid size: 'abc'$/],
  ['json-file', { 'max-size': '-1' }, /^failed to initialize logging driver: invalid size: '-1'$/],
  ['json-file', { 'max-size': '0' }, /^failed to initialize logging driver: max-size must be a positive number$/],
  ['json-file', { 'max-file': '0' }, /^failed to initialize logging driver: max-file cannot be less than 1$/],
  ['json-file', { 'max-file': '-1' }, /^failed to initialize logging driver: max-file cannot be less than 1$/],
  ['json-file', { 'max-file': 'x' }, /^failed to initialize logging driver: strconv.Atoi: parsing "x": invalid syntax$/],
  ['json-file', { 'max-file': '100000' }, /^failed to initialize logging driver: max-file cannot be more than 1000$/],
  ['json-file', { compress: 'maybe' }, /^failed to initialize logging driver: strconv.ParseBool: parsing "maybe": invalid syntax$/],
  ['json-file', { compress: 'true' }, /^failed to initialize logging driver: compress cannot be true when max-file is less than 2 or max-size is not set$/],
  ['json-file', { compress: 'true', 'max-file': '2' }, /compress cannot be true when/],
  ['local', { 'max-size': '-1' }, /^failed to initialize logging driver: invalid value for max-size: -1: invalid size: '-1'$/],
  ['local', { 'max-size': '0' }, /^failed to initialize logging driver: invalid value for max-size: 0: it must be a positive number$/],
  ['local', { 'max-file': 'x' }, /^failed to initialize logging driver: invalid value for max-file: x: strconv.Atoi: parsing "x": invalid syntax$/],
  ['local', { 'max-file': '-1' }, /^failed to initialize logging driver: max file count cannot be less than 1$/],
  ['local', { 'max-file': '1', compress: 'true' }, /^failed to initialize logging driver: compression cannot be enabled when max file count is 1$/],
  ['local', { compress: 'maybe' }, /^failed to initialize logging driver: error reading compress log option: strconv.ParseBool: parsing "maybe": invalid syntax$/],
  ['json-file', { 'env-regex': '(' }, /^invalid value for env-regex/],
  ['json-file', { tag: '{{.Foo}}' }, /there is no field Foo/],
  ['json-file', { mode: 'fast' }, /^logger: logging mode not supported: fast$/],
  ['json-file', { 'max-buffer-size': '1m' }, /^logger: max-buffer-size option is only supported with 'mode=non-blocking'$/],
  ['json-file', { mode: 'non-blocking', 'max-buffer-size': 'zz' }, /^error parsing option max-buffer-size: invalid size: 'zz'$/],
  ['json-file', { 'cache-disabled': 'maybe' }, /^invalid value for option cache-disabled: maybe$/],
  ['json-file', { 'cache-foo': '1' }, /^unknown log opt 'cache-foo' for json-file log driver$/],
  ['local', { labels: 'a' }, /^unknown log opt 'labels' for log driver local$/],
  ['syslog', { 'syslog-address': 'foo' }, /^syslog-address should be in form proto:\/\/address, got foo$/],
  ['syslog', { 'syslog-address': 'unix:///nowhere' }, /^stat \/nowhere: no such file or directory$/],
  ['syslog', { 'syslog-facility': '99' }, /^invalid syslog facility$/],
  ['syslog', { 'syslog-format': 'foo' }, /^Invalid syslog format$/],
  ['gelf', {}, /^gelf-address is a required parameter$/],
  ['gelf', { 'gelf-address': 'udp://127.0.0.1' }, /^gelf: please provide gelf-address as proto:\/\/host:port$/],
  ['gelf', { 'gelf-address': 'foo://127.0.0.1:1' }, /^gelf-address should be in form proto:\/\/address, got foo:\/\/127.0.0.1:1$/],
  ['gelf', { 'gelf-address': 'udp://127.0.0.1:1', 'gelf-compression-type': 'foo' }, /^unknown value "foo" for log opt "gelf-compression-type" for gelf log driver$/],
  ['gelf', { 'gelf-address': 'tcp://127.0.0.1:1', 'gelf-compression-level': '1' }, /^compression is only supported on UDP$/],
  ['gelf', { 'gelf-address': 'udp://127.0.0.1:1', 'gelf-tcp-max-reconnect': '1' }, /^"gelf-tcp-max-reconnect" is only valid for TCP$/],
  ['fluentd', { 'fluentd-address': 'foo://x' }, /^invalid fluentd-address foo:\/\/x/],
  ['fluentd', { 'fluentd-async': 'true', 'fluentd-async-connect': 'true' }, /^conflicting options: cannot specify both 'fluentd-async' and 'fluentd-async-connect'$/],
  ['fluentd', { 'fluentd-retry-wait': 'a' }, /^time: invalid duration "a"$/],
  ['awslogs', {}, /^error looking up logging plugin awslogs: plugin "awslogs" not found/],
]

const accepted: [string, LogOptions][] = [
  ['json-file', { 'max-size': '10m', 'max-file': '3', compress: 'true', labels: 'a', tag: '{{.Name}}', 'cache-disabled': 'true' }],
  ['local', { 'max-size': '10m', compress: 'false' }],
  ['none', { x: '1' }],
  ['syslog', { 'syslog-address': 'tcp+tls://logs.test:6514', 'syslog-facility': 'local7', 'syslog-format': 'rfc5424micro', mode: 'non-blocking', 'max-buffer-size': '4m' }],
  ['gelf', { 'gelf-address': 'udp://127.0.0.1:12201', 'gelf-compression-level': '-1' }],
  ['fluentd', { 'fluentd-address': 'unix:///run/fluent.sock', 'fluentd-retry-wait': '1s500ms', 'fluentd-buffer-limit': '8m' }],
]

describe('log-drivers/options', () => {
  for (const [driver, options, sentence] of refusals) {
    it(`${driver} refuses ${JSON.stringify(options)}`, () => assert.throws(() => validateLogConfig(driver, options), { kind: 'invalid', message: sentence }))
  }
  it('takes what Docker takes', () => {
    for (const [driver, options] of accepted) validateLogConfig(driver, options)
    if (!existsSync(journaldSocket)) assert.throws(() => validateLogConfig('journald', {}), /journald is not enabled on this host/)
  })

  it('fills in the daemon’s options for its own driver, and those of the cache for every driver', () => {
    const standard = { driver: 'json-file', options: { 'max-size': '1m', 'cache-disabled': 'true' } }
    assert.deepEqual(mergeLogConfig(undefined, standard), { driver: 'json-file', options: standard.options })
    assert.deepEqual(mergeLogConfig({ Type: '', Config: { 'max-size': '5m' } }, standard).options, { 'max-size': '5m', 'cache-disabled': 'true' })
    assert.deepEqual(mergeLogConfig({ Type: 'syslog', Config: { tag: 'x' } }, standard), { driver: 'syslog', options: { 'cache-disabled': 'true', tag: 'x' } })
    assert.deepEqual(mergeLogConfig({ Type: 'none' }, standard), { driver: 'none', options: {} })
  })

  it('knows how much is kept, and what can be read', () => {
    assert.deepEqual(logLimits('json-file', {}), { files: 1, compress: false })
    assert.deepEqual(logLimits('json-file', { 'max-size': '1k', 'max-file': '3', compress: 'true' }), { fileBytesMax: 1024, files: 3, compress: true })
    assert.deepEqual(logLimits('local', {}), { fileBytesMax: 20 * 1024 * 1024, files: 5, compress: true })
    assert.deepEqual(logLimits('syslog', { 'cache-max-size': '2m', 'cache-max-file': '1' }), { fileBytesMax: 2 * 1024 * 1024, files: 1, compress: false })
    assert.deepEqual(['none', 'local', 'syslog'].map((driver) => isReadable(driver, {})), [false, true, true])
    assert.equal(isReadable('syslog', { 'cache-disabled': 'true' }), false)
  })
})
