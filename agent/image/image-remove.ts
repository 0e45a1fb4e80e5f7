import { conflict } from '../../src/base/errors.js'
import { untilFilterMs } from '../../src/base/moment.js'
import type { ImageDeleteResponseItem } from '../../src/model/engine-api/image.js'
import { shortId, type Digest } from './descriptor.js'
import type { ImageRecord, ImageUser, ImageUsers } from './image-record.js'
import type { ImageStore } from './image-store.js'
import type { ImageFilters } from './image-view.js'
import { canonicalName, familiarName, parseReference, repositoryOf, withDefaultTag, type Reference } from './reference.js'

/**
 * `docker rmi`, by Docker's rules: a name is untagged, and the image goes with its last name; an id removes
 * the image with its names when they are all of one repository. Containers, children and several names
 * stand in the way, some of them only without `force`. With `prune`, untagged ancestors go too. Throws
 * `conflict` with Docker's words, and as `ImageStore.find`.
 */
export async function removeImage(
  store: ImageStore,
  users: ImageUsers,
  ref: string,
  options: { force: boolean; prune: boolean },
): Promise<ImageDeleteResponseItem[]> {
  const record = store.find(ref)
  const { id } = record
  const removed: ImageDeleteResponseItem[] = []
  if (!store.isIdReference(ref)) {
    const name = nameIn(store, id, ref)
    if (!options.force && isSingle(store.namesOf(id))) {
      const user = users.usersOf(id)[0]
      if (user) {
        throw conflict(
          `conflict: unable to remove repository reference ${JSON.stringify(ref)} (must force) - container ${shortId(user.containerId)} is using its referenced image ${shortId(id)}`,
        )
      }
    }
    await untag(store, id, name, removed)
    await untagLeftDigests(store, id, name, removed)
    if (store.namesOf(id).length > 0) return removed
    // The name is gone, which is what was asked for; what still needs the image is no failure then.
    if (conflictOf(store, users.usersOf(id), record, !options.force, false)) return removed
  } else if (isSingle(store.namesOf(id))) {
    checkConflict(store, users, record, options.force, true)
    for (const name of store.namesOf(id)) await untag(store, id, name, removed)
  }
  await removeWithAncestors(store, users, record, options, removed)
  const { layers } = await store.collect()
  removed.push(...layers.map((layer) => ({ Deleted: layer })))
  return removed
}

/** `docker image prune`: untagged images, or with `dangling=false` all that no container uses. */
export async function pruneImages(
  store: ImageStore,
  users: ImageUsers,
  filters: ImageFilters,
): Promise<{ ImagesDeleted: ImageDeleteResponseItem[]; SpaceReclaimed: number }> {
  const danglingOnly = filters.flag('dangling') ?? true
  const untilMs = untilFilterMs(filters.get('until'), store.clock.nowMs()) ?? Infinity
  const removed: ImageDeleteResponseItem[] = []
  for (const record of store.list()) {
    // Gone with one that stood on it.
    if (!store.byId(record.id)) continue
    const labels = record.config.config?.Labels
    const createdMs = Date.parse(record.config.created ?? '')
    if (createdMs > untilMs || !filters.labels('label', labels)) continue
    if (filters.has('label!') && filters.labels('label!', labels)) continue
    if (users.usersOf(record.id).length > 0 || store.childrenOf(record.id).length > 0) continue
    const names = store.namesOf(record.id)
    if (danglingOnly && names.length > 0) continue
    for (const name of names) await untag(store, record.id, name, removed)
    await deleteRecord(store, record, removed)
    // The images of a build's steps were parts of it.
    await deleteAncestors(store, users, record, removed)
  }
  const { layers, freedBytes } = await store.collect()
  removed.push(...layers.map((layer) => ({ Deleted: layer })))
  store.emit('prune', '', { reclaimed: String(freedBytes) })
  return { ImagesDeleted: removed, SpaceReclaimed: freedBytes }
}

async function removeWithAncestors(
  store: ImageStore,
  users: ImageUsers,
  record: ImageRecord,
  options: { force: boolean; prune: boolean },
  removed: ImageDeleteResponseItem[],
): Promise<void> {
  checkConflict(store, users, record, options.force, false)
  for (const name of store.namesOf(record.id)) await untag(store, record.id, name, removed)
  await deleteRecord(store, record, removed)
  if (options.prune) await deleteAncestors(store, users, record, removed)
}

/** The images without names that a removed one stood on, as far as nothing else needs them. */
async function deleteAncestors(store: ImageStore, users: ImageUsers, record: ImageRecord, removed: ImageDeleteResponseItem[]): Promise<void> {
  for (let parent = parentOf(store, record); parent; parent = parentOf(store, parent)) {
    const inTheWay = conflictOf(store, users.usersOf(parent.id), parent, true, false)
    if (inTheWay !== undefined || store.namesOf(parent.id).length > 0) return
    await deleteRecord(store, parent, removed)
  }
}

function parentOf(store: ImageStore, record: ImageRecord): ImageRecord | undefined {
  return record.parent === undefined ? undefined : store.byId(record.parent)
}

async function deleteRecord(store: ImageStore, record: ImageRecord, removed: ImageDeleteResponseItem[]): Promise<void> {
  await store.removeRecord(record.id)
  removed.push({ Deleted: record.id })
  store.emit('delete', record.id, { name: record.id })
}

async function untag(store: ImageStore, id: Digest, name: Reference, removed: ImageDeleteResponseItem[]): Promise<void> {
  await store.removeName(name)
  removed.push({ Untagged: familiarName(name) })
  store.emit('untag', id, { name: id })
}

/** With the last tag of a repository its digests go too. */
async function untagLeftDigests(store: ImageStore, id: Digest, name: Reference, removed: ImageDeleteResponseItem[]): Promise<void> {
  if (name.digest !== undefined) return
  const same = store.namesOf(id).filter((other) => repositoryOf(other) === repositoryOf(name))
  if (same.some((other) => other.digest === undefined)) return
  for (const other of same) await untag(store, id, other, removed)
}

/** One tag at most, everything within one repository. */
function isSingle(names: Reference[]): boolean {
  if (names.length <= 1) return true
  const tags = names.filter((name) => name.digest === undefined)
  return tags.length <= 1 && new Set(names.map(repositoryOf)).size === 1
}

function checkConflict(store: ImageStore, users: ImageUsers, record: ImageRecord, force: boolean, ownNamesGo: boolean): void {
  const found = conflictOf(store, users.usersOf(record.id), record, !force, ownNamesGo)
  if (!found) return
  const how = found.hard ? 'cannot be forced' : 'must be forced'
  throw conflict(`conflict: unable to delete ${shortId(record.id)} (${how}) - ${found.why}`)
}

function conflictOf(store: ImageStore, using: ImageUser[], record: ImageRecord, soft: boolean, ownNamesGo: boolean): { hard: boolean; why: string } | undefined {
  if (store.childrenOf(record.id).length > 0) return { hard: true, why: 'image has dependent child images' }
  const running = using.find((user) => user.running)
  if (running) return { hard: true, why: `image is being used by running container ${shortId(running.containerId)}` }
  if (!soft) return undefined
  if (!ownNamesGo && store.namesOf(record.id).length > 1) return { hard: false, why: 'image is referenced in multiple repositories' }
  const stopped = using[0]
  return stopped && { hard: false, why: `image is being used by stopped container ${shortId(stopped.containerId)}` }
}

/** The name of the image that `ref` is. */
function nameIn(store: ImageStore, id: Digest, ref: string): Reference {
  const asked = withDefaultTag(parseReference(ref))
  const wanted = asked.digest === undefined ? canonicalName(asked) : `${repositoryOf(asked)}@${asked.digest}`
  return store.namesOf(id).find((name) => canonicalName(name) === wanted) ?? asked
}

