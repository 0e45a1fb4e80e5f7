import { invalid } from '../../base/errors.js'
import type { ImagesBackend } from '../../api/images/backend.js'
import type { AuthConfig, ImageSearchResponseItem } from '../../model/engine-api/image.js'
import { isDigest } from '../../../agent/image/descriptor.js'
import type { Images } from '../../../agent/image/images.js'
import { parseReference, referenceOf, type Reference } from '../../../agent/image/reference.js'
import type { Credentials } from '../../../agent/image/registry/credentials.js'
import type { Registries } from '../../../agent/image/registry/registries.js'
import type { Filters } from '../../api/filters.js'

/** Images of this host and of registries, as the API asks for them. */
export function imagesBackend(images: Images, registries: Registries): ImagesBackend {
  return {
    list: (options) => images.list(options),
    inspect: (ref, options) => images.inspect(ref, options),
    history: (ref, platform) => images.history(ref, platform),
    tag: (ref, repo, tag) => images.tag(ref, repo, tag),
    remove: (ref, options) => images.remove(ref, options),
    prune: (filters) => images.prune(filters),
    load: (archive, options, progress, signal) => images.load(archive, options, progress, signal),
    import: (rootfs, options, progress, signal) => images.import(rootfs, options, progress, signal),
    save: (refs, signal, platforms) => images.save(refs, signal, platforms),
    pull: async (name, { tag, platform, auth }, progress, signal) => {
      const options = { credentials: credentialsOf(auth), ...(platform !== undefined && { platform }) }
      await registries.pull(pulledReference(name, tag), options, progress, signal)
    },
    push: async (name, { tag, platform, auth }, progress, signal) => {
      if (platform !== undefined) images.ofPlatform(tag === undefined ? name : `${name}:${tag}`, platform)
      // A tag within the name is left out, as Docker does: the parameter names the tag.
      const { domain, path } = parseReference(name)
      const reference: Reference = tag === undefined ? { domain, path } : referenceOf(`${domain}/${path}`, tag)
      await registries.push(reference, credentialsOf(auth), progress, signal)
    },
    distribution: async (name, auth, signal) => registries.inspect(parseReference(name), credentialsOf(auth), signal),
    search: async (term, { limit, filters, auth }, signal) => {
      const wanted = searchFilter(filters)
      return (await registries.search(term, limit, credentialsOf(auth), signal)).filter(wanted)
    },
  }
}

/** From what Docker's clients hand over. */
export function credentialsOf({ username, password, identitytoken, registrytoken }: AuthConfig): Credentials {
  return {
    ...(username && { username }),
    ...(password && { password }),
    ...(identitytoken && { identityToken: identitytoken }),
    ...(registrytoken && { registryToken: registrytoken }),
  }
}

/** A tag or digest beside the name wins over one within it. Throws `invalid`. */
function pulledReference(name: string, tag: string | undefined): Reference {
  const parsed = parseReference(name)
  if (tag === undefined) return parsed
  const { domain, path } = parsed
  if (isDigest(tag)) return { domain, path, digest: tag }
  // A digest within the name says exactly what is meant.
  if (parsed.digest !== undefined) return parsed
  return referenceOf(`${domain}/${path}`, tag)
}

function searchFilter(filters: Filters): (item: ImageSearchResponseItem) => boolean {
  const official = filters.flag('is-official')
  const automated = filters.flag('is-automated')
  const stars = filters.get('stars').map((text) => {
    if (!/^\d+$/.test(text)) throw invalid(`invalid filter 'stars=${text}'`)
    return Number(text)
  })
  return (item) =>
    (official === undefined || item.is_official === official) &&
    (automated === undefined || item.is_automated === automated) &&
    stars.every((least) => (item.star_count ?? 0) >= least)
}
