import { closeSync, constants, openSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SeqpacketSocket } from 'node-unix-socket'

/** `sun_path` holds 108 bytes with its end. */
const socketPathBytesMax = 107

export interface SeqpacketHandlers {
  /** One packet. */
  packet: (data: Buffer) => void
  /** The other side is gone, or the connection failed; nothing comes after this. */
  closed: (cause?: Error) => void
}

/** A connected SOCK_SEQPACKET unix socket. */
export interface SeqpacketConnection {
  /** Sends one packet; resolves when the system has taken it, or when the connection is gone. */
  write(data: Buffer): Promise<void>
  /** Half-closes: the other side reads the end, and can go on sending. */
  end(): void
  /** Closes both ways. Calling it again does nothing. */
  destroy(): void
}

/** Connects to a listening socket. Rejects when nobody listens there. */
export function connectSeqpacket(path: string, handlers: SeqpacketHandlers): Promise<SeqpacketConnection> {
  return new Promise((resolve, reject) => {
    const socket = new SeqpacketSocket()
    let connected = false
    let gone = false
    let ended = false
    const waiting = new Set<() => void>()
    const finish = (cause?: Error): void => {
      if (gone) return
      gone = true
      for (const release of waiting) release()
      waiting.clear()
      if (connected) handlers.closed(cause)
      else reject(cause ?? new Error(`${path}: closed while connecting`))
    }
    const destroy = (): void => {
      if (gone) return
      // The callbacks of a destroyed socket never come.
      finish()
      socket.destroy()
    }
    socket.on('data', (data: Buffer) => !gone && handlers.packet(data))
    socket.on('error', (cause: Error) => finish(cause))
    socket.on('end', () => destroy())
    socket.on('close', () => finish())
    const folder = Buffer.byteLength(path) > socketPathBytesMax ? openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY) : undefined
    try {
      const reachable = folder === undefined ? path : join('/proc/self/fd', String(folder), basename(path))
      socket.connect(reachable, () => {
        connected = true
        resolve({
          write: (data) =>
            new Promise<void>((done) => {
              // Nobody reads what comes after the end: it is dropped as what is written to a closed pipe.
              if (gone || ended) {
                done()
                return
              }
              waiting.add(done)
              socket.write(data, 0, data.length, () => {
                waiting.delete(done)
                done()
              })
            }),
          end: () => {
            if (!gone && !ended) socket.end()
            ended = true
          },
          destroy,
        })
      })
    } catch (thrown) {
      finish(thrown instanceof Error ? thrown : new Error(String(thrown)))
    } finally {
      if (folder !== undefined) closeSync(folder)
    }
  })
}
