/** All that a source gives; throws what `tooMuch` makes, and lets go of the source, when that is over `bytesMax`. */
export async function readAtMost(source: AsyncIterable<Uint8Array>, bytesMax: number, tooMuch: () => Error): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of source) {
    bytes += piece.length
    if (bytes > bytesMax) throw tooMuch()
    pieces.push(piece)
  }
  return Buffer.concat(pieces, bytes)
}
