import { readdirSync } from 'node:fs'
import { removeTree } from '../../src/sys/remove-tree.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { layerOf } from '../snapshot/diff.js'
import { osPath } from '../snapshot/paths.js'
import { TarReader } from '../snapshot/tar/reader.js'
import { opaqueMark, TreeWriter, WhiteoutMode, whiteoutPrefix } from '../snapshot/tree-writer.js'

/** Does in the file system at `root` what the archive of the layer in `layerFolder` says. */
export async function layOver(root: string, layerFolder: string, signal: AbortSignal): Promise<void> {
  const reader = new TarReader(layerOf(layerFolder))
  const writer = new TreeWriter(root, WhiteoutMode.plain)
  const slice = new TimeSlice()
  const read = async (): Promise<Buffer | undefined> => {
    signal.throwIfAborted()
    return reader.read()
  }
  for (let entry = await reader.next(); entry; entry = await reader.next()) {
    const slash = entry.name.lastIndexOf('/') + 1
    const name = entry.name.slice(slash)
    const folder = osPath(`${root}/${entry.name.slice(0, slash)}`)
    if (name === opaqueMark) {
      // It comes before what the layer has in the folder.
      for (const inside of readdirSync(folder, 'buffer')) await removeTree(Buffer.concat([Buffer.from(folder), inside]))
    } else if (name.startsWith(whiteoutPrefix)) {
      await removeTree(Buffer.concat([Buffer.from(folder), Buffer.from(name.slice(whiteoutPrefix.length), 'latin1')]))
    } else await writer.add(entry, read)
    const pause = slice.pause()
    if (pause) await pause
  }
  await writer.finish(slice)
}
