import type { ImageInspect, ImageSummary } from '../../model/engine-api/image.js'
import { configDefaults } from '../containers/encode.js'
import { atLeast, type ApiVersion } from '../versions.js'

/** `VirtualSize` was there until 1.43. */
export function encodeSummary(image: ImageSummary, version: ApiVersion): Record<string, unknown> {
  return { ...image, ...(!atLeast(version, '1.44') && { VirtualSize: image.Size ?? 0 }) }
}

/**
 * Until 1.49 an image's settings had the fields of a container's, which images never have.
 * `Container` was there until 1.44, and `ContainerConfig` too: that one is still sent, for Compose 1 asks for
 * the newest version and stops with an error when it is missing.
 */
export function encodeInspect(image: ImageInspect, version: ApiVersion): Record<string, unknown> {
  return {
    ...image,
    ...(!atLeast(version, '1.44') && { VirtualSize: image.Size ?? 0 }),
    ...(!atLeast(version, '1.45') && { Container: '' }),
    ...(!atLeast(version, '1.50') && { Config: { ...configDefaults, ...image.Config } }),
    ContainerConfig: image.Config ?? {},
  }
}
