import type { OciLinux } from './spec.js'

/** Where one kind of namespace comes from: a new one, the host's, or that of another process (a file). */
export type NamespaceChoice = 'own' | 'host' | { path: string }

export interface NamespaceInput {
  network: NamespaceChoice
  pid: NamespaceChoice
  ipc: NamespaceChoice
  uts: NamespaceChoice
  cgroup: NamespaceChoice
}

/** The namespaces of a container; the mount namespace is always its own. */
export function namespaces(input: NamespaceInput): OciLinux['namespaces'] {
  const list: OciLinux['namespaces'] = [{ type: 'mount' }]
  for (const type of ['network', 'pid', 'ipc', 'uts', 'cgroup'] as const) {
    const choice = input[type]
    if (choice === 'host') continue
    list.push(choice === 'own' ? { type } : { type, path: choice.path })
  }
  return list
}
