import { invalid } from '../../src/base/errors.js'
import { documentBytesMax } from '../image/manifest.js'
import { TarType, type TarEntry } from '../snapshot/tar/header.js'
import { TarReader } from '../snapshot/tar/reader.js'
import { encodeHeader, endOfArchive, paddingFor } from '../snapshot/tar/writer.js'

const configName = 'config.json'
const rootfsName = 'rootfs'

/** The archive of `docker plugin create`: a file `config.json` and a folder `rootfs` side by side, in any order. */
export interface PluginArchive {
  /** What is below `rootfs`, as the archive of a layer. Throws `invalid` at its end when there was no such folder. */
  layer: AsyncIterable<Uint8Array>
  /** The content of `config.json`, once the layer was read to its end. Throws `invalid` when there was none. */
  config(): Buffer
}

/** Parts the archive while it is read. Its limits are those of layers; throws `TarError` for a damaged one. */
export function splitPluginArchive(archive: AsyncIterable<Uint8Array>): PluginArchive {
  let config: Buffer | undefined
  async function* layer(): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = new TarReader(archive)
    let hasRootfs = false
    try {
      for (let entry = await reader.next(); entry; entry = await reader.next()) {
        const parts = entry.name.split('/').filter((part) => part !== '' && part !== '.')
        if (parts.length === 1 && parts[0] === configName) config = await reader.readAll(documentBytesMax, configName)
        if (parts[0] !== rootfsName) continue
        hasRootfs = true
        yield* moved(reader, entry, parts.slice(1).join('/'))
      }
    } finally {
      await reader.close()
    }
    if (!hasRootfs) throw invalid('no rootfs found')
    yield endOfArchive()
  }
  return {
    layer: layer(),
    config: () => {
      if (!config) throw invalid('config not found')
      return config
    },
  }
}

/** The entry under its name within the folder, its content with it. */
async function* moved(reader: TarReader, entry: TarEntry, name: string): AsyncGenerator<Uint8Array, void, undefined> {
  // Hard links name their target as the archive does; what leads elsewhere is refused when it is unpacked.
  const linkName = entry.type === TarType.link ? entry.linkName.replace(/^(\.?\/)*rootfs\//, '') : entry.linkName
  yield encodeHeader({ ...entry, name: name === '' ? './' : name, linkName, type: entry.type })
  for (let piece = await reader.read(); piece; piece = await reader.read()) yield Buffer.from(piece)
  yield paddingFor(entry.size)
}
