import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shownPlugin } from '../../support/fake-plugins.js'
import { FakeDaemon } from './support/fake-daemon.js'
import { runLine } from './support/run-line.js'
import { describeTranscript } from './support/transcript.js'

/** What `plugin` prints, and asks of the daemon. */
describe('plugins on the command line', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-plugin-cli-'))
    mkdirSync(join(folder, 'good/rootfs'), { recursive: true })
    writeFileSync(join(folder, 'good/config.json'), '{}')
    mkdirSync(join(folder, 'bad'))
    writeFileSync(join(folder, 'bad/config.json'), '{')
    mkdirSync(join(folder, 'empty'))
  })
  after(() => rmSync(folder, { recursive: true }))

  const privileges = [
    { Name: 'network', Description: 'permissions to access a network', Value: ['host'] },
    { Name: 'capabilities', Description: '', Value: ['CAP_A', 'CAP_B'] },
  ]
  const plugin = shownPlugin('me/folders:latest', { Enabled: true })
  const off = shownPlugin('registry:5000/team/other:2', { Id: '8'.repeat(64), PluginReference: 'registry:5000/team/other:2', Config: { ...plugin.Config, Description: `line one\nand ${'more '.repeat(12)}` } })
  const answers = {
    'GET /plugins': [off, plugin],
    'GET /plugins/me/folders/json': plugin,
    'GET /plugins/other/json': off,
    'GET /plugins/privileges': privileges,
    'POST /plugins/pull': { status: 'Digest: sha256:abc' },
    'POST /plugins/registry:5000/team/other:2/upgrade': { status: 'Digest: sha256:def' },
    'POST /plugins/me/folders/enable': null,
    'POST /plugins/me/folders:1/enable': null,
    'POST /plugins/mine:latest/enable': null,
    'POST /plugins/mine:latest/set': null,
    'POST /plugins/me/folders/disable': null,
    'POST /plugins/me/folders/set': null,
    'POST /plugins/me/folders:latest/push': { status: 'latest: digest: sha256:abc size: 5' },
    'DELETE /plugins/me/folders': null,
  }

  describeTranscript('plugins.txt', async (line) => {
    await using daemon = await FakeDaemon.start(answers)
    const [, piped, words = ''] = /^(?:"(.*)" \| )?(.*)$/.exec(line) ?? []
    const { code, stdout, stderr } = await runLine(words.replaceAll('DIR', folder), { host: daemon.host, stdin: piped === undefined ? '' : `${piped}\n`, environment: { SKEP_CONFIG: '/nonexistent' } })
    const asked = daemon.calls
      .filter(({ method, path }) => method !== 'GET' || path === '/plugins')
      .map(({ method, path, query, body }) => `[asked] ${method} ${path} ${JSON.stringify(query)}${body === undefined || body === '' ? '' : ` ${JSON.stringify(body)}`}`)
    const shown = stdout.replace(/ $/gm, '·').replace(/\n$/, '')
    const failed = [...(stderr === '' ? [] : [`[stderr] ${stderr.trimEnd()}`]), ...(code === 0 ? [] : [`[exit ${code}]`])]
    return [shown, ...asked, ...failed].join('\n').replaceAll(folder, 'DIR')
  })
})
