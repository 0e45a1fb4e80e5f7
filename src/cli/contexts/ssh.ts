import type { Duplex } from 'node:stream'
import type { SshHost } from '../../client/host.js'
import { programConnection } from '../../sys/exec.js'

/** Words for `ssh`, after which it leads to a daemon: the command line there hands its standard streams on to it. */
export function sshWords({ user, hostname, port, path }: SshHost): string[] {
  return [
    ...['-o', 'ConnectTimeout=30', '-T'],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', hostname, 'skep'],
    // A shell takes the words apart on the other side.
    ...(path === undefined ? [] : ['--host', `'unix://${path.replaceAll("'", "'\\''")}'`]),
    ...['system', 'dial-stdio'],
  ]
}

/** A connection to a daemon on another host, with the keys and settings of the user's `ssh`. */
export function dialSsh(host: SshHost): Duplex {
  return programConnection('ssh', sshWords(host))
}
