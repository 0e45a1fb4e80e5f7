/**
 * Where something is mounted in every container. The runtime makes what the image lacks of them, which is no change
 * that the container made.
 */
export const mountPoints: ReadonlySet<string> = new Set(['/dev', '/proc', '/sys', '/etc/hosts', '/etc/hostname', '/etc/resolv.conf'])
