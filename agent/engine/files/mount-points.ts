/**
 * Where something is mounted in every container, and what every root is completed with. The runtime and the engine make
 * what the image lacks of them, which is no change that the container made.
 */
export const mountPoints: ReadonlySet<string> = new Set(['/.dockerenv', '/dev', '/proc', '/sys', '/etc/hosts', '/etc/hostname', '/etc/mtab', '/etc/resolv.conf'])
