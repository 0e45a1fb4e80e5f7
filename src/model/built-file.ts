/** A file of what was built. */
export interface BuiltFile {
  /** Relative to the root, without `.` and `..`. */
  path: string
  kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'pipe' | 'character' | 'block'
  /** Permissions with setuid, setgid and sticky, as in `chmod`. */
  mode: number
  uid: number
  gid: number
  /** Bytes. */
  size: number
  modifiedMs: number
  /** Of a symbolic link what it says, of a hard link the path of a file before it. */
  target: string
  device: { major: number; minor: number }
  xattrs: ReadonlyMap<string, Buffer>
}
