import { readFileSync } from 'node:fs'
import { execOk } from '../../src/sys/exec.js'
import { busyboxArchive, type ImageRecipe } from '../support/busybox-image.js'

/** What Docker's `hello-world` image says first: the words that suites look for. */
const hello = '#!/bin/sh\ncat <<END\n\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n\nEND\n'

/** Images by the names that the suites pull, made from programs of this machine, as a `docker save` archive. */
export async function suiteImages(): Promise<{ names: string[]; archive: Buffer }> {
  const alpine: ImageRecipe['files'] = {
    '/etc/alpine-release': { content: '3.10.9\n' },
    '/etc/passwd': { content: 'root:x:0:0:root:/root:/bin/ash\npostgres:x:70:70::/var/lib/postgresql:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n' },
    '/var/opt/.keep': { content: '' },
  }
  const recipes: ImageRecipe[] = [
    { name: 'busybox:latest', command: ['sh'] },
    { name: 'alpine:latest', command: ['/bin/sh'], files: alpine },
    { name: 'alpine:3.10', command: ['/bin/sh'], files: alpine },
    { name: 'hello-world:latest', command: ['/hello'], files: { '/hello': { content: hello, mode: 0o755 } } },
    { name: 'ubuntu:latest', command: ['/bin/bash'], files: await bash() },
    { name: 'redis:latest', command: ['sleep', '1000000'] },
  ]
  return { names: recipes.map((recipe) => recipe.name), archive: await busyboxArchive(recipes) }
}

/** This machine's bash and the libraries it is linked with. */
async function bash(): Promise<NonNullable<ImageRecipe['files']>> {
  const linked = await execOk('ldd', ['/bin/bash'])
  const libraries = [...linked.matchAll(/(\/\S+)\s+\(0x/g)].map((match) => match[1] as string)
  return Object.fromEntries(['/bin/bash', ...libraries].map((path) => [path, { content: readFileSync(path), mode: 0o755 }]))
}
