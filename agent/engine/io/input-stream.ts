import { Duplex, type Writable } from 'node:stream'

/** A stream to write to, in the form that connections are piped into; nothing can be read from it. */
export function inputStream(sink: { write: (chunk: Buffer, done: (failure?: Error | null) => void) => void; end: (done: () => void) => void }): Duplex {
  return new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => sink.write(chunk, done),
    final: (done) => sink.end(done),
  })
}

/** The same for a pipe of a process. */
export function inputTo(pipe: Writable): Duplex {
  return inputStream({
    write: (chunk, done) => {
      // What a process does not read any more is dropped.
      if (pipe.destroyed) done()
      else pipe.write(chunk, () => done())
    },
    end: (done) => {
      pipe.end()
      done()
    },
  })
}
