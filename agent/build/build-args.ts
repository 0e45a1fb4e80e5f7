import type { LookUp } from './words.js'

/** Known without an ARG: they say how to get out of a network, and change nothing of the result. */
const proxies = new Set(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'FTP_PROXY', 'ftp_proxy', 'NO_PROXY', 'no_proxy', 'ALL_PROXY', 'all_proxy'])

/** The ARGs of a build: what the client gives, what the Dockerfile declares before FROM, and what the stage declares. */
export class BuildArgs {
  private readonly globals = new Map<string, string | undefined>()
  private stage = new Map<string, string | undefined>()
  private readonly used = new Set<string>()

  /** A given `null` leaves the default. */
  constructor(private readonly given: Readonly<Record<string, string | null>>) {}

  declareGlobal(name: string, whenMissing: string | undefined): void {
    this.globals.set(name, this.givenValue(name) ?? whenMissing)
  }

  /** Declared in the current stage. */
  declare(name: string, whenMissing: string | undefined): void {
    this.stage.set(name, this.givenValue(name) ?? whenMissing ?? this.globals.get(name))
  }

  nextStage(): void {
    this.stage = new Map()
  }

  readonly global: LookUp = (name) => this.globals.get(name)

  get(name: string): string | undefined {
    return this.stage.get(name)
  }

  /** For the environment of commands, sorted: those declared that have a value, and the proxies. */
  environment(): { keyed: [string, string][]; all: [string, string][] } {
    const keyed = [...this.stage].filter((pair): pair is [string, string] => pair[1] !== undefined)
    keyed.sort(([a], [b]) => (a < b ? -1 : 1))
    const plain = Object.entries(this.given).filter((pair): pair is [string, string] => proxies.has(pair[0]) && pair[1] !== null && !this.stage.has(pair[0]))
    return { keyed, all: [...keyed, ...plain] }
  }

  /** Given, and asked for by nothing. */
  unused(): string[] {
    return Object.keys(this.given).filter((name) => !this.used.has(name) && !proxies.has(name)).sort()
  }

  private givenValue(name: string): string | undefined {
    if (!(name in this.given)) return undefined
    this.used.add(name)
    return this.given[name] ?? undefined
  }
}
