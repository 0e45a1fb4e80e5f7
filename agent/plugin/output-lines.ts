import { StringDecoder } from 'node:string_decoder'

/** Longer lines of a plugin's output are cut into several. */
const lineLengthMax = 4096

type Stream = 'stdout' | 'stderr'

/** Cuts a plugin's output into lines, each stream for itself. */
export class OutputLines {
  private readonly rest: Record<Stream, string> = { stdout: '', stderr: '' }
  private readonly decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }

  constructor(private readonly write: (stream: Stream, line: string) => void) {}

  add(stream: Stream, data: Buffer): void {
    const lines = (this.rest[stream] + this.decoders[stream].write(data)).split('\n')
    this.rest[stream] = lines.pop() ?? ''
    for (const line of lines) this.tell(stream, line)
    while (this.rest[stream].length > lineLengthMax) {
      this.tell(stream, this.rest[stream].slice(0, lineLengthMax))
      this.rest[stream] = this.rest[stream].slice(lineLengthMax)
    }
  }

  /** What came without a line end counts as a line. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      this.tell(stream, this.rest[stream] + this.decoders[stream].end())
      this.rest[stream] = ''
    }
  }

  private tell(stream: Stream, line: string): void {
    for (let at = 0; at < line.length; at += lineLengthMax) this.write(stream, line.slice(at, at + lineLengthMax))
  }
}
