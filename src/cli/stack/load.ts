import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { ScalarTag } from 'yaml'
import { invalid, messageOf } from '../../base/errors.js'
import { Field } from './field.js'
import { interpolateAll } from './interpolate.js'
import { mergeDocuments } from './merge.js'
import { normalForm } from './normal-form.js'

/** Compose files read and merged. */
export interface ComposeProject {
  root: Field
  /** What relative paths begin at: the folder of the first file, or where the command was called. */
  folder: string
  /** Variables that were used and are not set. */
  missing: readonly string[]
}

export interface LoadOptions {
  environment: Readonly<Record<string, string | undefined>>
  /** The text of standard input, for `-`. */
  stdin: () => Promise<string>
  /** False: `$A` stays as it is. */
  interpolate: boolean
}

const rootKeys = new Set(['version', 'name', 'services', 'networks', 'volumes', 'secrets', 'configs'])

/** Reads Compose files and lays each over those before it. Throws `invalid` naming the file or the place in it. */
export async function loadProject(files: readonly string[], options: LoadOptions): Promise<ComposeProject> {
  const missing = new Set<string>()
  let merged: unknown = {}
  for (const file of files) {
    const document = await parse(file, await textOf(file, options))
    const filled = options.interpolate ? interpolateAll(document, options.environment, (name) => missing.add(name)) : document
    const root = new Field(filled, '')
    if (!root.isMapping) throw invalid(`${file}: Top-level object must be a mapping`)
    root.allow(rootKeys)
    merged = mergeDocuments(merged, filled)
  }
  const [first = '-'] = files
  return { root: new Field(merged, ''), folder: first === '-' ? process.cwd() : dirname(resolve(first)), missing: [...missing].sort() }
}

async function textOf(file: string, { stdin }: LoadOptions): Promise<string> {
  if (file === '-') return stdin()
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    throw invalid(`open ${file}: ${/ENOENT/.test(messageOf(thrown)) ? 'no such file or directory' : messageOf(thrown)}`, thrown)
  }
}

/**
 * Whole numbers as Compose files have them since YAML 1.1: `0440` is octal. What a number of this language cannot hold
 * stays the text that it was.
 */
const wholeNumber: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?[0-9]+$/,
  resolve(text) {
    const number = /^[-+]?0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text)
    return Number.isSafeInteger(number) ? number : text
  },
}

async function parse(file: string, text: string): Promise<unknown> {
  // Only these commands need it.
  const yaml = await import('yaml')
  try {
    return yaml.parse(text, { merge: true, maxAliasCount: 1000, customTags: (tags) => [wholeNumber, ...tags] }) as unknown
  } catch (thrown) {
    throw invalid(`${file === '-' ? 'standard input' : file}: ${messageOf(thrown)}`, thrown)
  }
}

/**
 * The merged project as a Compose file in its normal form; dollar signs are kept from interpolation where it took place.
 * Throws `invalid` with the place.
 */
export async function projectText({ root, folder }: ComposeProject, { environment, interpolate }: Pick<LoadOptions, 'environment' | 'interpolate'>): Promise<string> {
  const yaml = await import('yaml')
  const form = normalForm(root, folder, environment, interpolate)
  return yaml.stringify(form, { aliasDuplicateObjects: false, lineWidth: 0, blockQuote: 'literal', compat: 'yaml-1.1' })
}
