import { invalid } from '../../base/errors.js'
import { csvFields } from './csv.js'

/** A secret or config asked for by name, before its id is known. */
export interface FileRequest {
  source: string
  file: { Name: string; UID: string; GID: string; Mode: number }
}

/** `name` or `source=name,target=file,uid=0,gid=0,mode=0440`. `what` is `secret` or `config`. */
export function parseFileReference(text: string, what: 'secret' | 'config'): FileRequest {
  if (!text.includes('=')) {
    return { source: text, file: { Name: what === 'config' ? `/${text}` : text, UID: '0', GID: '0', Mode: 0o444 } }
  }
  let source = ''
  let target = ''
  const file = { UID: '0', GID: '0', Mode: 0o444 }
  for (const { key, value, field } of csvFields(text)) {
    if (value === undefined) throw invalid(`invalid field '${field}' must be a key=value pair`)
    if (key === 'source' || key === 'src') source = value
    else if (key === 'target') target = value
    else if (key === 'uid') file.UID = value
    else if (key === 'gid') file.GID = value
    else if (key === 'mode') {
      if (!/^0?[0-7]{1,4}$/.test(value)) throw invalid(`invalid mode specified: ${value}: an octal number such as 0440 expected`)
      file.Mode = Number.parseInt(value, 8)
    } else throw invalid(`invalid field key ${key}`)
  }
  if (source === '') throw invalid('source is required')
  return { source, file: { Name: target === '' ? (what === 'config' ? `/${source}` : source) : target, ...file } }
}
