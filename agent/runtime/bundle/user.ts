import { invalid } from '../../../src/base/errors.js'

/** Who the process runs as. */
export interface ResolvedUser {
  uid: number
  gid: number
  additionalGids: number[]
  home: string
}

interface PasswdEntry {
  name: string
  uid: number
  gid: number
  home: string
}

interface GroupEntry {
  name: string
  gid: number
  members: string[]
}

const idMax = 0xffff_fffe

/**
 * Resolves `user[:group]` (names or numbers) with the texts of the container's /etc/passwd and
 * /etc/group, as passwd(5) and group(5) have them. Numbers need no entry; names do. Throws `invalid`.
 */
export function resolveUser(spec: string, passwd: string, group: string, groupAdd: readonly string[] = []): ResolvedUser {
  const users = parsePasswd(passwd)
  const groups = parseGroup(group)
  const [userPart = '', groupPart] = spec.split(':')
  const found = users.find((entry) => entry.name === userPart) ?? users.find((entry) => entry.uid === toId(userPart === '' ? '0' : userPart))
  const uid = found?.uid ?? toId(userPart === '' ? '0' : userPart)
  if (uid === undefined) throw invalid(`unable to find user ${userPart}: no matching entries in passwd file`)
  const gidOf = (ref: string): number => {
    const gid = groups.find((entry) => entry.name === ref)?.gid ?? toId(ref)
    if (gid === undefined) throw invalid(`unable to find group ${ref}: no matching entries in group file`)
    return gid
  }
  // A group that is named replaces those that the user is listed in.
  const gid = groupPart ? gidOf(groupPart) : (found?.gid ?? 0)
  const listed = groupPart || !found ? [] : groups.filter((entry) => entry.members.includes(found.name)).map((entry) => entry.gid)
  // The main group is among them, as it is after a login: without it a file could be kept from its own group.
  const additional = [...new Set([gid, ...listed, ...groupAdd.map(gidOf)])]
  return { uid, gid, additionalGids: additional, home: found?.home || '/' }
}

function toId(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined
  const value = Number(text)
  if (value > idMax) throw invalid(`uids and gids must be in range 0-${idMax}: ${text}`)
  return value
}

function parsePasswd(text: string): PasswdEntry[] {
  return rows(text).flatMap(([name = '', , uid = '', gid = '', , home = '']) =>
    name !== '' && /^\d+$/.test(uid) && /^\d+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [],
  )
}

function parseGroup(text: string): GroupEntry[] {
  return rows(text).flatMap(([name = '', , gid = '', members = '']) =>
    name !== '' && /^\d+$/.test(gid) ? [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }] : [],
  )
}

function rows(text: string): string[][] {
  return text.split('\n').flatMap((line) => (line.trim() === '' || line.startsWith('#') ? [] : [line.trim().split(':')]))
}
