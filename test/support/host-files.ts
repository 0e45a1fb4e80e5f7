import { execFileSync } from 'node:child_process'
import { closeSync, cpSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Copies files and folders of this machine, as its packages installed them, to the same places below `folder`, and with
 * them the libraries that the programs among them are linked with.
 */
export function copyWithLibraries(folder: string, paths: readonly string[]): void {
  const programs: string[] = []
  for (const path of paths) {
    copy(path, folder)
    programs.push(...elfFiles(path))
  }
  const linked = programs.length === 0 ? '' : execFileSync('ldd', programs, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  for (const library of new Set([...linked.matchAll(/(\/\S+)\s+\(0x/g)].map((match) => match[1] as string))) {
    if (!existsSync(join(folder, library))) copy(library, folder)
  }
}

function copy(path: string, folder: string): void {
  const target = join(folder, path)
  mkdirSync(dirname(target), { recursive: true })
  cpSync(lstatSync(path).isSymbolicLink() ? realpathSync(path) : path, target, { recursive: true, dereference: true })
}

/** The programs and libraries at or below a path. */
function elfFiles(path: string): string[] {
  const stat = lstatSync(realpathSync(path))
  if (stat.isDirectory()) return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() || entry.isFile() ? elfFiles(join(path, entry.name)) : []))
  if (!stat.isFile() || stat.size < 4) return []
  const head = Buffer.alloc(4)
  const fd = openSync(path, 'r')
  try {
    readSync(fd, head, 0, 4, 0)
  } finally {
    closeSync(fd)
  }
  return head.toString('latin1') === '\x7fELF' ? [path] : []
}
