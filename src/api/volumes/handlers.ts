import { ErrorKind, StatusError, invalid, kindOf } from '../../base/errors.js'
import type { Volume, VolumeCreateOptions } from '../../model/engine-api/volume.js'
import type { Filters } from '../filters.js'
import { anyObject, mapOf, orNull, shape, text } from '../json-check.js'
import type { Handler } from '../route.js'
import { atLeast } from '../versions.js'
import type { VolumesBackend } from './backend.js'

const listFilters = ['dangling', 'driver', 'label', 'name'] as const
const pruneFilters = ['all', 'label', 'label!'] as const
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/

const createBody = shape<VolumeCreateOptions>({
  Name: text,
  Driver: text,
  DriverOpts: mapOf(orNull(text, '')),
  Labels: mapOf(orNull(text, '')),
  ClusterVolumeSpec: anyObject,
})

export function volumeHandlers(volumes: VolumesBackend) {
  const list: Handler = async (exchange) => {
    const filters = exchange.query.filters(listFilters)
    const dangling = filters.flag('dangling')
    const [found, users] = await Promise.all([
      volumes.list({ usage: false }),
      dangling === undefined ? new Map<string, readonly string[]>() : volumes.users(),
    ])
    const kept = found.filter((volume) => {
      const used = (users.get(volume.Name ?? '')?.length ?? 0) > 0
      return (
        (dangling === undefined || used !== dangling) &&
        filters.exact('driver', volume.Driver ?? '') &&
        filters.match('name', volume.Name ?? '') &&
        filters.labels('label', volume.Labels)
      )
    })
    exchange.json(200, { Volumes: kept, Warnings: [] })
  }

  const inspect: Handler = async (exchange) => {
    exchange.json(200, await volumes.inspect(exchange.param('name')))
  }

  const create: Handler = async (exchange) => {
    const { Name = '', Driver = 'local', DriverOpts = {}, Labels = {}, ClusterVolumeSpec } = await exchange.readJson(createBody, {})
    if (ClusterVolumeSpec) throw new StatusError(ErrorKind.unsupported, 'cluster volumes are not supported by this daemon')
    if (Name !== '' && !namePattern.test(Name)) {
      throw invalid(`"${Name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed`)
    }
    exchange.json(201, await volumes.create({ Name, Driver: Driver === '' ? 'local' : Driver, DriverOpts, Labels }))
  }

  const remove: Handler = async (exchange) => {
    await volumes.remove(exchange.param('name'), exchange.query.flag('force'))
    exchange.empty(204)
  }

  const prune: Handler = async (exchange) => {
    const filters = exchange.query.filters(pruneFilters)
    // Since 1.42 only volumes without a name of their own go unless all are asked for.
    const all = filters.flag('all') ?? !atLeast(exchange.version, '1.42')
    const users = await volumes.users()
    const deleted: string[] = []
    let reclaimed = 0
    for (const volume of await volumes.list({ usage: true })) {
      if (!mayPrune(volume, filters) || (!all && !volumes.isAnonymous(volume)) || (users.get(volume.Name ?? '')?.length ?? 0) > 0) continue
      try {
        await volumes.remove(volume.Name ?? '', false)
      } catch (thrown) {
        // A container took it meanwhile, or somebody else removed it.
        if (kindOf(thrown) === 'conflict' || kindOf(thrown) === 'notFound') continue
        throw thrown
      }
      deleted.push(volume.Name ?? '')
      reclaimed += Math.max(0, volume.UsageData?.Size ?? 0)
    }
    volumes.pruned(reclaimed)
    exchange.json(200, { VolumesDeleted: deleted, SpaceReclaimed: reclaimed })
  }

  return { list, inspect, create, remove, prune }
}

function mayPrune({ Labels }: Volume, filters: Filters): boolean {
  return filters.labels('label', Labels) && (!filters.has('label!') || !filters.labels('label!', Labels))
}
