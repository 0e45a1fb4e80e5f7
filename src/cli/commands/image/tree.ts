import type { ImageManifestSummary, ImageSummary } from '../../../model/engine-api/image.js'
import type { Context } from '../../context.js'
import { renderTable } from '../../table.js'
import { humanSize, shortId } from '../../units.js'

const header = ['IMAGE', 'ID', 'DISK USAGE', 'CONTENT SIZE', 'EXTRA']

/** `images --tree`: each image with the platforms that it has, `U` beside what a container uses. */
export function printImageTree({ stdout }: Pick<Context, 'stdout'>, images: readonly ImageSummary[]): void {
  const rows = [...images]
    .sort((a, b) => (b.Created ?? 0) - (a.Created ?? 0))
    .flatMap((image) => rowsOf(image))
  stdout.write(renderTable([header, ...rows]))
}

function rowsOf(image: ImageSummary): string[][] {
  const manifests = (image.Manifests ?? []).filter(({ Kind: kind }) => kind === 'image')
  const sum = (of: (manifest: ImageManifestSummary) => number | undefined): number => manifests.reduce((total, manifest) => total + (of(manifest) ?? 0), 0)
  const total = manifests.length === 0 ? (image.Size ?? 0) : sum(({ Size: size }) => size?.Total)
  const content = sum(({ Size: size }) => size?.Content)
  const names = (image.RepoTags ?? []).length > 0 ? (image.RepoTags ?? []) : ['<untagged>']
  // Further names stand below the first one, as they are the same image.
  return [
    [names[0] ?? '', shortId(image.Id ?? ''), humanSize(total, 3), humanSize(content, 3), manifests.some(used) ? 'U' : ''],
    ...names.slice(1).map((name) => [name, '', '', '', '']),
    ...manifests.map((manifest, i) => [
      `${i + 1 < manifests.length ? '├─' : '└─'} ${platformText(manifest)}`,
      shortId(manifest.ID ?? ''),
      humanSize(manifest.Size?.Total ?? 0, 3),
      humanSize(manifest.Size?.Content ?? 0, 3),
      used(manifest) ? 'U' : '',
    ]),
  ]
}

function used({ ImageData: data }: ImageManifestSummary): boolean {
  return (data?.Containers ?? []).length > 0
}

function platformText({ ImageData: data }: ImageManifestSummary): string {
  const { os = '', architecture = '', variant = '' } = data?.Platform ?? {}
  return [os, architecture, variant].filter((part) => part !== '').join('/')
}
