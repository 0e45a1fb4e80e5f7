import type { ImageRecipe } from './busybox-image.js'

/**
 * A small web server: answers every path with its version and host name. On SIGTERM it goes on serving
 * for `DRAIN_SECONDS`, as a well-behaved service does while clients learn that it is leaving.
 */
export function webImage(name: string, version: string, options: Partial<ImageRecipe> = {}): ImageRecipe {
  return {
    name,
    command: ['/bin/web'],
    env: [`VERSION=${version}`, 'PORT=80'],
    exposedPorts: ['80/tcp'],
    files: {
      '/bin/web': {
        mode: 0o755,
        content: `#!/bin/sh
mkdir -p /www
echo "version $VERSION on $(hostname)" > /www/index.html
httpd -f -p "$PORT" -h /www -c /etc/httpd.conf &
server=$!
trap 'sleep "\${DRAIN_SECONDS:-0}"; kill $server; exit 0' TERM INT
echo "serving version $VERSION on port $PORT"
wait $server
`,
      },
      '/etc/httpd.conf': { content: 'E404:/www/index.html\n' },
    },
    ...options,
  }
}
