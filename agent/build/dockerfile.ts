import { DockerfileParser, type Flag, type Instruction as Parsed } from 'dockerfile-ast'
import { invalid } from '../../src/base/errors.js'
import { logicalLines, type Heredoc, type LogicalLine } from './logical-lines.js'
import { mountSource } from './mount-options.js'

/** One instruction, with its lines joined. */
export interface Instruction {
  /** In capitals. */
  keyword: string
  /** `--name=value`; a flag without a value has an empty one. Those that may be repeated are not among them. */
  flags: ReadonlyMap<string, string>
  /** The values of `--mount`. */
  mounts: readonly string[]
  /** The values of `--exclude`. */
  excludes: readonly string[]
  /** Everything behind the flags. */
  text: string
  heredocs: readonly Heredoc[]
  /** The first one is 1. */
  line: number
  /** As it is shown. */
  original: string
}

export interface Stage {
  index: number
  name?: string
  /** What stands behind FROM, variables and all. */
  base: string
  platform?: string
  from: Instruction
  instructions: Instruction[]
}

export interface Dockerfile {
  /** ARGs before the first FROM. */
  globals: Instruction[]
  stages: Stage[]
  /** The character that takes a special meaning away. */
  escape: string
}

const flagsAllowed: Record<string, readonly string[]> = {
  ADD: ['chown', 'chmod', 'link', 'checksum', 'keep-git-dir', 'exclude', 'unpack'],
  ARG: [],
  CMD: [],
  COPY: ['from', 'chown', 'chmod', 'link', 'parents', 'exclude'],
  ENTRYPOINT: [],
  ENV: [],
  EXPOSE: [],
  FROM: ['platform'],
  HEALTHCHECK: ['interval', 'timeout', 'start-period', 'start-interval', 'retries'],
  LABEL: [],
  MAINTAINER: [],
  ONBUILD: [],
  RUN: ['network', 'mount', 'security'],
  SHELL: [],
  STOPSIGNAL: [],
  USER: [],
  VOLUME: [],
  WORKDIR: [],
}
const repeatable = new Set(['mount', 'exclude'])
const booleans = new Set(['link', 'parents', 'keep-git-dir', 'unpack'])

const instructionsMax = 10_000
const dockerfileCharactersMax = 8 * 1024 * 1024

/** Reads a Dockerfile. Throws `invalid` with the line of what is wrong. */
export function parseDockerfile(text: string): Dockerfile {
  if (text.length > dockerfileCharactersMax) throw invalid(`the Dockerfile is longer than ${dockerfileCharactersMax} characters`)
  const globals: Instruction[] = []
  const stages: Stage[] = []
  const escape = escapeOf(text)
  const lines = logicalLines(text, escape)
  if (lines.length > instructionsMax) throw invalid(`the Dockerfile has more than ${instructionsMax} instructions`)
  if (lines.length === 0) throw invalid('the Dockerfile (Dockerfile) cannot be empty')
  for (const one of lines) {
    const instruction = convert(one, escape)
    const { keyword, line } = instruction
    if (keyword === 'FROM') {
      stages.push(stageOf(instruction, stages))
      continue
    }
    const stage = stages.at(-1)
    if (stage) stage.instructions.push(instruction)
    else if (keyword === 'ARG') globals.push(instruction)
    else throw parseError(line, `no build stage in current context: ${keyword} stands before the first FROM`)
  }
  if (stages.length === 0) throw invalid('dockerfile parse error: no build stage: a FROM instruction is needed')
  return { globals, stages, escape }
}

/** Reads one instruction of an image's ONBUILD. */
export function parseTrigger(text: string): Instruction {
  const trigger = parseDockerfile(`FROM scratch\n${text}`).stages[0]?.instructions[0]
  if (!trigger) throw invalid(`the image's ONBUILD trigger ${JSON.stringify(text)} cannot be read`)
  return trigger
}

/** An error at a line of the Dockerfile. */
function parseError(line: number, message: string): Error {
  return invalid(`dockerfile parse error line ${line}: ${message}`)
}

/** The directive `# escape=`; `# syntax=` and `# check=` choose other programs, and are taken for comments. */
function escapeOf(text: string): string {
  const head = text.slice(0, 64 * 1024)
  const directive = DockerfileParser.parse(head).getDirectives().find((one) => one.getName().toLowerCase() === 'escape')
  const value = directive?.getValue()
  if (value === undefined || value === '' || value === '\\') return '\\'
  if (value === '`') return value
  throw parseError(1, `invalid ESCAPE '${value}'. Must be \` or \\`)
}

function convert({ text: whole, line, heredocs }: LogicalLine, escape: string): Instruction {
  const parsed = DockerfileParser.parse(escape === '\\' ? whole : `# escape=${escape}\n${whole}`).getInstructions()[0]
  const keyword = parsed?.getKeyword() ?? ''
  const allowed = flagsAllowed[keyword]
  if (!parsed || !allowed) throw parseError(line, `unknown instruction: ${keyword}`)
  const text = (parsed.getArgumentsContent() ?? '').trim()
  if (text === '') throw parseError(line, `${keyword} requires at least one argument`)
  const flags = new Map<string, string>()
  const lists = { mount: [] as string[], exclude: [] as string[] }
  const shown: string[] = []
  for (const flag of flagsOf(parsed)) {
    const name = flag.getName()
    const value = flag.getValue() ?? ''
    if (!allowed.includes(name)) throw parseError(line, `unknown flag: --${name}`)
    shown.push(value === '' ? `--${name}` : `--${name}=${value}`)
    if (repeatable.has(name)) {
      lists[name as keyof typeof lists].push(value)
      continue
    }
    if (flags.has(name)) throw parseError(line, `duplicate flag specified: --${name}`)
    if (booleans.has(name) && !['', 'true', 'false'].includes(value)) throw parseError(line, `expecting boolean value for flag ${name}, not: ${value}`)
    if (!(booleans.has(name) && value === 'false')) flags.set(name, value)
  }
  // ONBUILD keeps its trigger as text, here-documents and all.
  const kept = keyword === 'ONBUILD' && heredocs.length > 0 ? `${text}\n${heredocs.map(({ name, content }) => `${content}${name}`).join('\n')}` : text
  return { keyword, flags, mounts: lists.mount, excludes: lists.exclude, text: kept, heredocs, line, original: [keyword, ...shown, text].join(' ') }
}

function flagsOf(parsed: Parsed): Flag[] {
  return 'getFlags' in parsed ? (parsed as Parsed & { getFlags(): Flag[] }).getFlags() : []
}

function stageOf(from: Instruction, earlier: Stage[]): Stage {
  const words = from.text.split(/\s+/)
  const [base = '', as, name] = words
  if (words.length !== 1 && (words.length !== 3 || as?.toLowerCase() !== 'as')) {
    throw parseError(from.line, 'FROM requires either one argument, or three: FROM <source> [AS <name>]')
  }
  const stageName = name?.toLowerCase()
  if (stageName !== undefined && !/^[a-z][a-z0-9-_.]*$/.test(stageName)) {
    throw parseError(from.line, `invalid name for build stage: "${name ?? ''}", name can't start with a number or contain symbols`)
  }
  if (stageName !== undefined && earlier.some((stage) => stage.name === stageName)) throw parseError(from.line, `duplicate name for build stage: ${stageName}`)
  const platform = from.flags.get('platform')
  return { index: earlier.length, base, from, instructions: [], ...(stageName !== undefined && { name: stageName }), ...(platform && { platform }) }
}

/** The stage that a name or a number means, of those before `before`. */
export function findStage(stages: readonly Stage[], ref: string, before: number): Stage | undefined {
  const name = ref.toLowerCase()
  return stages.find((stage) => stage.index < before && (stage.name === name || String(stage.index) === ref))
}

/** The stages that a stage takes something from: its base, and those of `--from` and of mounts. */
function stagesBelow(stages: readonly Stage[], stage: Stage, base: string): Stage[] {
  const refs = [base, ...stage.instructions.flatMap(({ keyword, flags, mounts }) => [
    ...(keyword === 'COPY' ? [flags.get('from') ?? ''] : []),
    ...mounts.map((mount) => mountSource(mount) ?? ''),
  ])]
  return [...new Set(refs.flatMap((ref) => (ref === '' ? [] : findStage(stages, ref, stage.index) ?? [])))]
}

/** The stages that the target needs, in their order. Throws `invalid` for a target that is not there. */
export function neededStages(stages: readonly Stage[], target: string | undefined, baseOf: (stage: Stage) => string): Stage[] {
  const last = target === undefined ? stages.at(-1) : findStage(stages, target, Infinity)
  if (!last) throw invalid(`failed to reach build target ${target ?? ''} in Dockerfile`)
  const needed = new Set<Stage>()
  const todo = [last]
  for (let stage = todo.pop(); stage; stage = todo.pop()) {
    if (needed.has(stage)) continue
    needed.add(stage)
    todo.push(...stagesBelow(stages, stage, baseOf(stage)))
  }
  return stages.filter((stage) => needed.has(stage))
}
