import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { invalid } from '../base/errors.js'
import type { Context } from './context.js'

const secretBytesMax = 64 * 1024

/** One line from the terminal, shown while it is typed or not. Throws `invalid` when Ctrl-C is typed. */
export async function prompt({ stdin, stdout }: Context, question: string, shown: boolean): Promise<string> {
  stdout.write(question)
  // Readline echoes to its output: nothing is shown when that goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: shown ? stdout : nowhere, terminal: true })
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('SIGINT', () => reject(invalid('interrupted')))
      lines.once('close', () => resolve(''))
    })
  } finally {
    lines.close()
  }
}

/** All of standard input, without the end of its line. `what` names it in the error for too much of it. */
export async function secretFrom({ stdin }: Context, what: string): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of stdin as AsyncIterable<Buffer | string>) {
    const data = Buffer.from(piece as string)
    size += data.length
    if (size > secretBytesMax) throw invalid(`the ${what} on standard input has more than ${secretBytesMax} bytes`)
    pieces.push(data)
  }
  return Buffer.concat(pieces).toString('utf8').replace(/\r?\n$/, '')
}
