import { invalid } from '../../src/base/errors.js'
import * as wire from '../../src/wire/object-codecs.js'
import type { ChangeCodec, StoreAction } from './change.js'

/** Changes as the protobuf messages of `proto/objects.proto`: what the log and snapshots hold. */
export const wireChangeCodec: ChangeCodec = {
  encode: ({ actions }) =>
    wire.storeChangeCodec.encode({
      actions: actions.map((action) =>
        action.action === 'remove' ? action : { ...action, id: action.object.id, object: undefined, [action.table]: action.object },
      ),
      timeMs: Math.max(0, ...actions.map((action) => (action.action === 'remove' ? 0 : action.object.meta.updatedAtMs))),
    }),
  decode: (data) => ({ actions: wire.storeChangeCodec.decode(data).actions.map(toAction) }),
}

function toAction({ action, table, id, ...objects }: wire.StoreAction): StoreAction {
  if (!(table in wire.objectCodecs)) throw invalid(`a change names the unknown table ${JSON.stringify(table)}: it was written by a newer version`)
  if (action === 'remove') return { table, action, id }
  const object = objects[table]
  if (!object || (action !== 'create' && action !== 'update')) throw invalid(`a change of the ${table} ${id} has no object`)
  return { table, action, object } as StoreAction
}
