import { readFile, realpath } from 'node:fs/promises'
import { execOk } from '../../src/sys/exec.js'
import type { ImageRecipe } from './busybox-image.js'

/** A process of its own answers every path with its version, its host and who asks. */
const configuration = (version: string): string => `worker_processes 1;
error_log stderr warn;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  default_type text/plain;
  client_body_temp_path /tmp/client-body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 80 backlog=1024;
    location / { return 200 "version ${version} on $hostname asked by $remote_addr\\n"; }
    location /file/ { alias /usr/share/nginx/; }
  }
}
`

/**
 * The nginx of this machine's package as an image: the program, the libraries that it is linked with, a
 * configuration. Stop it with SIGQUIT, as its own image does: requests under way are finished then. It counts
 * as running once it listens.
 */
export async function nginxImage(name: string, version: string): Promise<ImageRecipe> {
  const program = (await execOk('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v nginx'])).trim()
  const linked = await execOk('ldd', [program])
  const libraries = [...linked.matchAll(/(\/\S+)\s+\(0x/g)].map((match) => match[1] as string)
  const copy = async (path: string): Promise<{ content: Buffer; mode: number }> => ({ content: await readFile(await realpath(path)), mode: 0o755 })
  return {
    name,
    command: ['nginx', '-e', 'stderr', '-c', '/etc/nginx/nginx.conf', '-g', 'daemon off;'],
    exposedPorts: ['80/tcp'],
    files: {
      '/usr/sbin/nginx': await copy(program),
      ...Object.fromEntries(await Promise.all(libraries.map(async (path) => [path, await copy(path)] as const))),
      '/etc/nginx/nginx.conf': { content: configuration(version) },
      '/usr/share/nginx/large': { content: Buffer.alloc(1_000_000, 'nginx ') },
    },
    healthcheck: { Test: ['CMD-SHELL', "grep -q ':0050 .* 0A ' /proc/net/tcp"], Interval: 200_000_000, Timeout: 2_000_000_000, Retries: 50 },
  }
}
