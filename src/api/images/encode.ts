import type { ImageInspect, ImageSummary } from '../../model/engine-api/image.js'
import { configDefaults, imageConfigDefaults } from '../containers/encode.js'
import { atLeast, type ApiVersion } from '../versions.js'

/** `VirtualSize` was there until 1.43; an image without names was `<none>` until 1.42. */
export function encodeSummary(image: ImageSummary, version: ApiVersion): Record<string, unknown> {
  const { RepoTags: tags = [], RepoDigests: digests = [] } = image
  const unnamed = !atLeast(version, '1.43') && tags.length === 0
  return {
    ...image,
    ...(unnamed && { RepoTags: ['<none>:<none>'], ...(digests.length === 0 && { RepoDigests: ['<none>@<none>'] }) }),
    ...(!atLeast(version, '1.44') && { VirtualSize: image.Size ?? 0 }),
  }
}

/**
 * Its own settings are there also when they are empty; until 1.49 those of a container too, which images never have.
 * `Container` was there until 1.44, and `ContainerConfig` too: that one is still sent, for Compose 1 asks for
 * the newest version and stops with an error when it is missing.
 */
export function encodeInspect(image: ImageInspect, version: ApiVersion): Record<string, unknown> {
  return {
    ...image,
    ...(!atLeast(version, '1.44') && { VirtualSize: image.Size ?? 0 }),
    ...(!atLeast(version, '1.45') && { Container: '' }),
    Config: { ...(atLeast(version, '1.50') ? imageConfigDefaults : configDefaults), ...image.Config },
    ContainerConfig: image.Config ?? {},
  }
}
