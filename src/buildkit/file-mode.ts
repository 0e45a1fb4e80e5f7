import type { BuiltFile } from '../model/built-file.js'

/** The kinds of fsutil's packets (github.com/tonistiigi/fsutil, types/wire.proto). */
export const PacketType = { stat: 0, request: 1, data: 2, finish: 3, error: 4 } as const

/** What an entry is, by the bits of Go's `io/fs.FileMode`. */
export const ModeBit = { directory: 2 ** 31, symlink: 2 ** 27, device: 2 ** 26, pipe: 2 ** 25, socket: 2 ** 24, setuid: 2 ** 23, setgid: 2 ** 22, character: 2 ** 21, sticky: 2 ** 20, irregular: 2 ** 19 }

export const hasBit = (mode: number, bit: number): boolean => Math.floor(mode / bit) % 2 === 1

const kindBits: Readonly<Record<BuiltFile['kind'], number>> = {
  file: 0,
  hardlink: 0,
  directory: ModeBit.directory,
  symlink: ModeBit.symlink,
  pipe: ModeBit.pipe,
  character: ModeBit.device + ModeBit.character,
  block: ModeBit.device,
}

/** What a file is and its permissions, as Go has them. */
export function modeOf({ kind, mode }: Pick<BuiltFile, 'kind' | 'mode'>): number {
  const special = (hasBit(mode, 0o4000) ? ModeBit.setuid : 0) + (hasBit(mode, 0o2000) ? ModeBit.setgid : 0) + (hasBit(mode, 0o1000) ? ModeBit.sticky : 0)
  return (mode % 0o1000) + special + kindBits[kind]
}
