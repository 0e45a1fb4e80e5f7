import { createServer } from 'node:net'
import { invalid, messageOf } from '../../src/base/errors.js'
import { HeldFolder } from '../snapshot/held-folder.js'
import type { BuildSession } from './session.js'

/** Serves the client's ssh agent as `agent.sock` in a folder of the host's, until disposed. Throws `invalid` when that cannot be. */
export async function serveAgent(session: BuildSession, id: string, folder: string): Promise<AsyncDisposable> {
  // Through the folder's descriptor: a socket's path has room for 107 bytes only.
  const held = HeldFolder.open(folder)
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    try {
      session.forwardAgent(id, socket)
    } catch {
      socket.destroy()
    }
  })
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(invalid(`cannot make a socket for the ssh agent: ${messageOf(cause)}`, cause)))
      server.listen(held.child('agent.sock'), resolve)
    })
  } catch (thrown) {
    held[Symbol.dispose]()
    throw thrown
  }
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      held[Symbol.dispose]()
    },
  }
}
