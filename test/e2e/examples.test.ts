import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { programsFolder, repositoryRoot } from '../lab/belongings.js'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { eventually } from '../support/eventually.js'
import { converged, startSwarm } from './support.js'

const folder = join(repositoryRoot, 'examples/two-services')

/** The commands of the example's text, block by block: what it says is what is run. */
const blocks = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1] as string)

describe('the example of two services', function () {
  this.timeout(120_000)
  let lab: Lab
  let first: LabHost
  let second: LabHost

  before(async () => {
    lab = await startSwarm({ hosts: 2, managers: 1 })
    ;[first, second] = [lab.host(1), lab.host(2)]
  })
  after(() => lab?.close())

  /** Runs a block on a host as a person would, in the example's folder. */
  const run = async (host: LabHost, block: string | undefined): Promise<string> => {
    assert(block !== undefined)
    const script = `set -e; cd '${folder}'; skep() { '${process.execPath}' '${join(programsFolder, 'skep')}' -H 'unix://${host.socketPath}' "$@"; }\n${block}`
    return host.runOk('sh', ['-c', script])
  }
  const visit = async (host: LabHost): Promise<number> => Number(/^visit (\d+), served by \w+/.exec(await run(host, blocks[2]))?.[1])

  it('runs as its text says', async () => {
    const [build, create, , change, takeDown, deploy, remove] = blocks
    assert.equal(blocks.length, 7)
    for (const host of lab.hosts) await run(host, build)
    await run(first, create)
    await Promise.all([converged(first, 'counter', 1), converged(first, 'front', 2)])
    const visits: number[] = []
    // Hosts hear of tasks that run in their own time; a visit that finds none is not counted.
    const answered = (host: LabHost): Promise<number> => eventually(`${host.name} answers`, async () => (await visit(host)) || undefined)
    for (let i = 0; i < 3; i++) for (const host of lab.hosts) visits.push(await answered(host))
    assert.deepEqual(visits, [1, 2, 3, 4, 5, 6])

    const before = (await converged(first, 'counter', 1))[0]?.ID
    await run(first, change)
    await converged(first, 'front', 4)
    await eventually('the counter was replaced', async () => (await converged(first, 'counter', 1))[0]?.ID !== before)
    assert.equal(await eventually('it is found under its name', async () => (await visit(second)) || undefined), 1)

    await run(first, takeDown)
    const noneLeft = async (): Promise<void> => {
      for (const host of lab.hosts) await eventually('no container is left', async () => (await host.docker('ps', '-aq')) === '')
    }
    await noneLeft()

    await run(first, deploy)
    await Promise.all([converged(first, 'shop_counter', 1), converged(first, 'shop_front', 2)])
    assert.equal(await eventually('the stack answers', async () => (await visit(second)) || undefined), 1)
    const tasks = await first.skep('stack', 'ps', '-q', 'shop')
    await run(first, deploy)
    assert.equal(await first.skep('stack', 'ps', '-q', 'shop'), tasks, 'a file that did not change replaces no task')

    // Docker's own client deploys the same file: the same stack, that it may remove and make again too.
    const compose = join(folder, 'compose.yml')
    await first.docker('stack', 'deploy', '--detach=true', '--resolve-image=never', '-c', compose, 'shop')
    assert.equal(await first.skep('stack', 'ps', '-q', 'shop'), tasks, 'nor does the other client')
    for (const again of [() => first.docker('stack', 'deploy', '--detach=true', '-c', compose, 'shop'), () => run(first, deploy)]) {
      await first.docker('stack', 'rm', 'shop')
      await again()
      await Promise.all([converged(first, 'shop_counter', 1), converged(first, 'shop_front', 2)])
      await eventually('the stack answers again', async () => (await visit(second)) || undefined)
    }

    await run(first, remove)
    assert.equal(await first.skep('stack', 'ls', '--format', '{{.Name}}'), '')
    await noneLeft()
  })
})
