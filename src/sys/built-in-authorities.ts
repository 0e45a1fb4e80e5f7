import { Worker } from 'node:worker_threads'

let read: Promise<void> | undefined

/**
 * Node.js reads its own list of certificate authorities, some hundred and forty, as soon as a process first checks a certificate
 * against any list, in one go: some 50 ms in which nothing else happens. Here a thread does it, for the whole process; where that
 * fails, whoever checks a certificate does it as before. Call it before the first secure context, with authorities of its own or
 * none, of a client or a server; later calls cost nothing.
 */
export function builtInAuthorities(): Promise<void> {
  read ??= new Promise((resolve) => {
    const text = "require('node:tls').createSecureContext()"
    const worker = new Worker(text, { eval: true, name: 'skep: authorities', execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 } })
    worker.once('error', () => undefined)
    worker.once('exit', () => resolve())
  })
  return read
}
