import { formatPlatform, hostPlatform, type Platform } from '../image/descriptor.js'
import type { LookUp } from './words.js'

/** Known without an ARG: they say how to get out of a network, and change nothing of the result. */
const proxies = new Set(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'FTP_PROXY', 'ftp_proxy', 'NO_PROXY', 'no_proxy', 'ALL_PROXY', 'all_proxy'])

/** The ARGs of a build: what the client gives, and what the Dockerfile declares before FROM. */
export class BuildArgs {
  private readonly globals: Map<string, string | undefined>
  private readonly used = new Set<string>()

  /** A given `null` leaves the default. `target` is what is built for, told in TARGETPLATFORM and the like. */
  constructor(
    private readonly given: Readonly<Record<string, string | null>>,
    target: Platform = hostPlatform(),
  ) {
    this.globals = new Map([...platformArgs('BUILD', hostPlatform()), ...platformArgs('TARGET', target)])
  }

  declareGlobal(name: string, whenMissing: string | undefined): void {
    this.globals.set(name, this.givenValue(name) ?? whenMissing)
  }

  readonly global: LookUp = (name) => this.globals.get(name)

  /** Those of one stage; a stage made from another begins with that one's. */
  stage(parent?: StageArgs): StageArgs {
    return new StageArgs(this, parent)
  }

  /** Given, and asked for by nothing. */
  unused(): string[] {
    return Object.keys(this.given).filter((name) => !this.used.has(name) && !proxies.has(name) && !name.startsWith('BUILDKIT_')).sort()
  }

  /** For `StageArgs`: what the client gives. */
  givenValue(name: string): string | undefined {
    if (!(name in this.given)) return undefined
    this.used.add(name)
    return this.given[name] ?? undefined
  }

  /** For `StageArgs`: the proxies that were given. */
  proxies(): [string, string][] {
    return Object.entries(this.given).filter((pair): pair is [string, string] => proxies.has(pair[0]) && pair[1] !== null)
  }
}

/** The ARGs that one stage declares. */
export class StageArgs {
  private readonly declared: Map<string, string | undefined>

  constructor(
    private readonly build: BuildArgs,
    parent: StageArgs | undefined,
  ) {
    this.declared = new Map(parent?.declared)
  }

  declare(name: string, whenMissing: string | undefined): void {
    this.declared.set(name, this.build.givenValue(name) ?? whenMissing ?? this.build.global(name))
  }

  get(name: string): string | undefined {
    return this.declared.get(name)
  }

  /** For the environment of commands, sorted: those declared that have a value, and the proxies. */
  environment(): { keyed: [string, string][]; all: [string, string][] } {
    const keyed = [...this.declared].filter((pair): pair is [string, string] => pair[1] !== undefined)
    keyed.sort(([a], [b]) => (a < b ? -1 : 1))
    return { keyed, all: [...keyed, ...this.build.proxies().filter(([name]) => !this.declared.has(name))] }
  }
}

/** TARGETPLATFORM, TARGETOS, TARGETARCH and TARGETVARIANT, or those of BUILD. */
function platformArgs(prefix: string, { variant: given, ...platform }: Platform): [string, string][] {
  // The only 64-bit one is never named.
  const variant = platform.architecture === 'arm64' && given === 'v8' ? undefined : given
  return [
    [`${prefix}PLATFORM`, formatPlatform({ ...platform, ...(variant !== undefined && { variant }) })],
    [`${prefix}OS`, platform.os],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, variant ?? ''],
  ]
}
