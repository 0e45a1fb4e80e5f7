import { DockerfileParser, type Flag, type Instruction as Parsed } from 'dockerfile-ast'
import { invalid } from '../../src/base/errors.js'

/** One instruction, with its lines joined. */
export interface Instruction {
  /** In capitals. */
  keyword: string
  /** `--name=value`; a flag without a value has an empty one. */
  flags: ReadonlyMap<string, string>
  /** Everything behind the flags. */
  text: string
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
  ADD: ['chown', 'chmod'],
  ARG: [],
  CMD: [],
  COPY: ['from', 'chown', 'chmod', 'link'],
  ENTRYPOINT: [],
  ENV: [],
  EXPOSE: [],
  FROM: ['platform'],
  HEALTHCHECK: ['interval', 'timeout', 'start-period', 'start-interval', 'retries'],
  LABEL: [],
  MAINTAINER: [],
  ONBUILD: [],
  RUN: ['network'],
  SHELL: [],
  STOPSIGNAL: [],
  USER: [],
  VOLUME: [],
  WORKDIR: [],
}

const instructionsMax = 10_000

/** Reads a Dockerfile. Throws `invalid` with the line of what is wrong. */
export function parseDockerfile(text: string): Dockerfile {
  const ast = DockerfileParser.parse(text.replace(/^\uFEFF/, ''))
  const globals: Instruction[] = []
  const stages: Stage[] = []
  const parsed = ast.getInstructions()
  if (parsed.length > instructionsMax) throw invalid(`the Dockerfile has more than ${instructionsMax} instructions`)
  if (parsed.length === 0) throw invalid('the Dockerfile (Dockerfile) cannot be empty')
  for (const one of parsed) {
    const instruction = convert(one)
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
  return { globals, stages, escape: ast.getEscapeCharacter() }
}

/** Reads one instruction of an image's ONBUILD. */
export function parseTrigger(text: string): Instruction {
  const trigger = parseDockerfile(`FROM scratch\n${text}`).stages[0]?.instructions[0]
  if (!trigger) throw invalid(`the image's ONBUILD trigger ${JSON.stringify(text)} cannot be read`)
  return trigger
}

/** An error at a line of the Dockerfile. */
export function parseError(line: number, message: string): Error {
  return invalid(`dockerfile parse error line ${line}: ${message}`)
}

function convert(parsed: Parsed): Instruction {
  const keyword = parsed.getKeyword()
  const line = parsed.getRange().start.line + 1
  const allowed = flagsAllowed[keyword]
  if (!allowed) throw parseError(line, `unknown instruction: ${keyword}`)
  const text = (parsed.getArgumentsContent() ?? '').trim()
  if (text === '') throw parseError(line, `${keyword} requires at least one argument`)
  if (hasHeredoc(parsed)) throw parseError(line, `here-documents are not supported by this builder: write the lines of ${keyword} with a backslash at their ends`)
  const flags = new Map<string, string>()
  for (const flag of flagsOf(parsed)) {
    const name = flag.getName()
    if (keyword === 'RUN' && name === 'mount') throw parseError(line, 'RUN --mount is not supported by this builder: COPY what the command needs, or run it without the mount')
    if (!allowed.includes(name)) throw parseError(line, `unknown flag: --${name}`)
    if (flags.has(name)) throw parseError(line, `duplicate flag specified: --${name}`)
    flags.set(name, flag.getValue() ?? '')
  }
  const shown = [...flags].map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`))
  return { keyword, flags, text, line, original: [keyword, ...shown, text].join(' ') }
}

function flagsOf(parsed: Parsed): Flag[] {
  return 'getFlags' in parsed ? (parsed as Parsed & { getFlags(): Flag[] }).getFlags() : []
}

function hasHeredoc(parsed: Parsed): boolean {
  return 'getHeredocs' in parsed && (parsed as unknown as { getHeredocs(): unknown[] }).getHeredocs().length > 0
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

/** The stages that the target needs, in their order. Throws `invalid` for a target that is not there. */
export function neededStages(stages: readonly Stage[], target: string | undefined, baseOf: (stage: Stage) => string): Stage[] {
  const last = target === undefined ? stages.at(-1) : findStage(stages, target, Infinity)
  if (!last) throw invalid(`failed to reach build target ${target ?? ''} in Dockerfile`)
  const needed = new Set<Stage>()
  const todo = [last]
  for (let stage = todo.pop(); stage; stage = todo.pop()) {
    if (needed.has(stage)) continue
    needed.add(stage)
    const refs = [baseOf(stage), ...stage.instructions.flatMap(({ keyword, flags }) => (keyword === 'COPY' && flags.get('from')) || [])]
    for (const ref of refs) {
      const other = findStage(stages, ref, stage.index)
      if (other) todo.push(other)
    }
  }
  return stages.filter((stage) => needed.has(stage))
}
