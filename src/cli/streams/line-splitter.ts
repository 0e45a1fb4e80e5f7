import { StringDecoder } from 'node:string_decoder'

/** Cuts a byte stream into lines, each with its newline; bytes of one character may come apart. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8')
  private open = ''

  push(data: Buffer): string[] {
    const lines = (this.open + this.decoder.write(data)).split(/(?<=\n)/)
    this.open = lines.at(-1)?.endsWith('\n') ? '' : (lines.pop() ?? '')
    return lines
  }

  /** The last line when it had no newline. */
  rest(): string {
    const rest = this.open + this.decoder.end()
    this.open = ''
    return rest
  }
}
