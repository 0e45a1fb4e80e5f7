import { strict as assert } from 'node:assert'
import { exec } from '../../../src/sys/exec.js'
import { runLine } from './support/run-line.js'

/** What bash offers for a command line whose last word is being written; `skep` itself answers with the words it was called with, and with a name that nobody should have. */
async function offered(script: string, ...words: string[]): Promise<string> {
  const ask = `skep() { echo "$*" | tr -d '{}' | tr ' ' _; echo '$(echo run)'; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _skep; echo "\${COMPREPLY[*]}"`
  const { code, stdout, stderr } = await exec('bash', ['-c', `${script}\n${ask}`, 'bash', 'skep', ...words])
  assert.equal(code, 0, stderr)
  return stdout.trimEnd()
}

describe('completion', () => {
  const script = async (shell: string): Promise<string> => (await runLine(`completion ${shell}`)).stdout

  it('offers commands, flags and names in bash', async () => {
    const bash = await script('bash')
    assert.equal(await offered(bash, 'serv'), 'service')
    assert.equal(await offered(bash, '-H', 'unix:///x', 'stack', 'd'), 'deploy')
    assert.equal(await offered(bash, 'run', '--nam'), '--name')
    // Named by the first word of the usage line, aliases and commands without their noun too.
    for (const words of [['service', 'ps'], ['service', 'rm', '-x']]) assert.equal(await offered(bash, ...words, ''), 'service_ls_--format_.Name')
    assert.equal(await offered(bash, 'rm', '-f', ''), 'ps_-a_--format_.Names')
    assert.equal(await offered(bash, 'run', ''), 'images_--format_.Repository:.Tag')
    assert.equal(await offered(bash, 'node', 'inspect', ''), 'node_ls_--format_.Hostname')
  })

  it('offers no names of what is to be made, and none where a path is wanted', async () => {
    const bash = await script('bash')
    for (const words of [['volume', 'create'], ['secret', 'create'], ['load'], ['build']]) assert.equal(await offered(bash, ...words, ''), '')
  })

  it('asks for the same names in zsh and fish', async () => {
    assert.match(await script('zsh'), /'skep service ps'\)\n +names=\(\)\n +options=\(.*\)\n +listing='service ls --format \{\{\.Name\}\}' ;;/)
    assert.match(await script('fish'), /__skep_at "skep service ps"' -f -a '\(skep service ls --format "\{\{\.Name\}\}" 2>\/dev\/null\)'/)
  })
})
