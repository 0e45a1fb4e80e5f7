import { invalid } from '../../base/errors.js'

const known = ['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc', 'rss', 'rtprio', 'rttime', 'sigpending', 'stack']

/** `nofile=1024:2048`; -1 is no limit. */
export function parseUlimit(text: string): { Name: string; Soft: number; Hard: number } {
  const match = /^([^=]+)=(-?\d+)(?::(-?\d+))?$/.exec(text)
  if (!match) throw invalid(`invalid ulimit argument: ${text}`)
  const [, name = '', softText, hardText] = match
  if (!known.includes(name)) throw invalid(`invalid ulimit type: ${name}`)
  const soft = Number(softText)
  const hard = hardText === undefined ? soft : Number(hardText)
  if (hard !== -1 && (soft === -1 || soft > hard)) throw invalid(`ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`)
  return { Name: name, Soft: soft, Hard: hard }
}
