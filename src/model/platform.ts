import { invalid } from '../base/errors.js'

/** A platform as users write it; what they left out is the host's. */
export interface WrittenPlatform {
  os?: string
  /** As images name it: `amd64`, `arm64`. */
  architecture?: string
  variant?: string
}

const systems = new Set('aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(' '))

const architectures = new Set(
  '386 amd64 amd64p32 arm arm64 arm64be armbe loong64 mips mips64 mips64le mips64p32 mips64p32le mipsle ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm'.split(' '),
)

/** Other names of architectures, some of which say a variant too. */
const otherNames: Readonly<Record<string, { architecture: string; variant?: string }>> = {
  x86_64: { architecture: 'amd64' },
  'x86-64': { architecture: 'amd64' },
  aarch64: { architecture: 'arm64' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
  i386: { architecture: '386' },
}

/**
 * Reads `os`, `arch` or `os/arch[/variant]` as Docker does: a single word must be a known one, for it could be either;
 * a pair is taken as it is. Throws `invalid`, for an unknown word in Docker's sentence.
 */
export function readPlatform(text: string): WrittenPlatform {
  const [first, second, third, ...rest] = text.toLowerCase().split('/')
  if (!first || rest.length > 0 || second === '' || third === '' || !/^[a-z0-9_./-]+$/.test(text.toLowerCase())) {
    throw invalid(`invalid platform ${JSON.stringify(text)}: os[/arch[/variant]] is expected, as linux/amd64`)
  }
  const os = first === 'macos' ? 'darwin' : first
  if (second !== undefined) return { os, ...named(second, third) }
  if (systems.has(os)) return { os }
  const alone = named(first)
  if (architectures.has(alone.architecture)) return alone
  throw invalid(`${JSON.stringify(text)}: unknown operating system or architecture: invalid argument`)
}

function named(name: string, given?: string): { architecture: string; variant?: string } {
  const known = Object.hasOwn(otherNames, name) ? otherNames[name] : undefined
  const architecture = known?.architecture ?? name
  const written = known?.variant ?? given
  // "arm/7" is "arm/v7", and the first variant of amd64 is what images without one are.
  const variant = architecture.startsWith('arm') && /^\d$/.test(written ?? '') ? `v${written}` : written
  return { architecture, ...(variant !== undefined && !(architecture === 'amd64' && variant === 'v1') && { variant }) }
}
