import type { SwarmServiceSpec } from '../../../model/engine-api/extensions.js'
import type { Context } from '../../context.js'
import { registryAuthOf } from '../../credentials/store.js'
import { familiarName, splitReference } from '../../image-name.js'

const digestPattern = /^sha256:[0-9a-f]{64}$/

/**
 * Asks the image's registry which digest its tag has now, so that all nodes run the same image, and for which
 * platforms there is one; writes both into the spec. Where that fails the name stays, and it gives a warning,
 * which is docker's, for when the service is there: beside a refusal it would hide what is wrong.
 */
export async function pinImage(context: Context, spec: SwarmServiceSpec): Promise<string[]> {
  const container = spec.TaskTemplate?.ContainerSpec
  const image = container?.Image ?? ''
  const { name, digest } = splitReference(image)
  // An id, and what names its content already, needs no look-up.
  if (!container || digest !== '' || digestPattern.test(image) || /^[0-9a-f]{64}$/.test(image)) return []
  try {
    const { Descriptor: descriptor, Platforms: platforms } = await context.api.images.distribution(familiarName(image), await registryAuthOf(context, name))
    if (!descriptor?.digest || !digestPattern.test(descriptor.digest)) return []
    container.Image = `${familiarName(image)}@${descriptor.digest}`
    if (platforms && platforms.length > 0) {
      const offered = platforms.map(({ architecture = '', os = '' }) => ({ Architecture: architecture, OS: os }))
      spec.TaskTemplate = { ...spec.TaskTemplate, Placement: { ...spec.TaskTemplate?.Placement, Platforms: offered } }
    }
    return []
  } catch {
    // With the tag that is meant, as docker sends it: for the cluster the service is the same with either client.
    container.Image = familiarName(image)
    return [
      `image ${image} could not be accessed on a registry to record\nits digest. Each node will access ${image} independently,\npossibly leading to different nodes running different\nversions of the image.\n`,
    ]
  }
}

/** What `--with-registry-auth` sends along: the value of `X-Registry-Auth`. */
export async function sentAuth(context: Context, spec: SwarmServiceSpec, wanted: boolean): Promise<{ auth?: string }> {
  if (!wanted) return {}
  const auth = await registryAuthOf(context, splitReference(spec.TaskTemplate?.ContainerSpec?.Image ?? '').name)
  return auth === undefined ? {} : { auth }
}
