import { join } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import { OciRuntime, type RuntimeChoice } from './oci-runtime.js'
import { removeFolder } from './remove-folder.js'

/** Docker's own names of its default runtime: they stand in Compose files and scripts. */
const dockersNames: ReadonlySet<string> = new Set(['runc', 'io.containerd.runc.v2'])

/** The OCI runtimes of this daemon by their names. All keep their state in one folder: containers have ids of their own. */
export class OciRuntimes implements Disposable {
  private readonly byName: ReadonlyMap<string, OciRuntime>

  private constructor(
    private readonly root: string,
    /** What containers get that ask for none. */
    readonly byDefault: OciRuntime,
    others: readonly OciRuntime[],
  ) {
    this.byName = new Map([byDefault, ...others].map((runtime) => [runtime.name, runtime]))
  }

  /** The first choice is the default, and has a read-only mount of its own (`OciRuntime.open`). Throws `invalid` without any. */
  static open(choices: readonly RuntimeChoice[], root: string, programsDir: string, log: Logger): OciRuntimes {
    const [first, ...others] = choices
    if (!first) throw invalid('no OCI runtime was found')
    return new OciRuntimes(root, OciRuntime.open(first, root, programsDir, log), others.map((choice) => new OciRuntime(choice, root)))
  }

  /**
   * Throws `invalid` for a name that none has; the default for none. Docker's names always mean one: runc where it is
   * installed, else the default.
   */
  of(name: string | null | undefined): OciRuntime {
    if (!name) return this.byDefault
    const found = this.byName.get(name) ?? (dockersNames.has(name) ? this.byName.get('runc') ?? this.byDefault : undefined)
    if (!found) throw invalid(`unknown or invalid runtime name: ${name}`)
    return found
  }

  /** Forgets an ended container. The cgroup is removed by its owner (`cgroup/`); nothing to remove is fine. */
  forget(id: string): void {
    removeFolder(join(this.root, id))
  }

  [Symbol.dispose](): void {
    this.byDefault[Symbol.dispose]()
  }
}
