import { closeSync, openSync } from 'node:fs'
import { internal, StatusError } from '../../src/base/errors.js'
import { cFunction } from './ffi.js'
import type { CPointer } from './ffi.js'

/**
 * Rulesets through libnftables, a hundred times cheaper than a spawn of `nft`. One run of commands is
 * one transaction: all of it or nothing.
 */

const libraryFile = 'libnftables.so.1'
const newContext = cFunction<[number], CPointer | null>('void *nft_ctx_new(uint32_t flags)', libraryFile)
const freeContext = cFunction<[CPointer], void>('void nft_ctx_free(void *ctx)', libraryFile)
const bufferOutput = cFunction<[CPointer], number>('int nft_ctx_buffer_output(void *ctx)', libraryFile)
const bufferError = cFunction<[CPointer], number>('int nft_ctx_buffer_error(void *ctx)', libraryFile)
const outputOf = cFunction<[CPointer], string | null>('const char *nft_ctx_get_output_buffer(void *ctx)', libraryFile)
const errorOf = cFunction<[CPointer], string | null>('const char *nft_ctx_get_error_buffer(void *ctx)', libraryFile)
const setOutputFlags = cFunction<[CPointer, number], void>('void nft_ctx_output_set_flags(void *ctx, unsigned int flags)', libraryFile)
const runCommands = cFunction<[CPointer, string], number>('int nft_run_cmd_from_buffer(void *ctx, const char *buf)', libraryFile)

const outputJson = 1 << 4

/** libnftables waits with select(2), which ends the whole process for a descriptor from here on. */
const descriptorLimit = 1024
const reservedDescriptors = 8

/**
 * Low descriptors kept aside for the sockets of contexts: a daemon with many published ports has used up
 * the low numbers when it needs a context for a container. The first one is opened at start, when they are free.
 */
class LowDescriptors {
  private held: number[] = []

  refill(): void {
    while (this.held.length < reservedDescriptors) {
      const fd = openSync('/dev/null', 'r')
      if (fd >= descriptorLimit) {
        closeSync(fd)
        return
      }
      this.held.push(fd)
    }
  }

  /** Frees them for a moment: the next descriptor that is opened is low. Gives their numbers. */
  release(): number[] {
    const freed = this.held
    for (const fd of freed) closeSync(fd)
    this.held = []
    const probe = openSync('/dev/null', 'r')
    closeSync(probe)
    if (probe >= descriptorLimit) {
      throw new StatusError('exhausted', `nftables cannot be used: all descriptors below ${descriptorLimit} are in use`)
    }
    return [probe, ...freed]
  }
}

const lowDescriptors = new LowDescriptors()

function withLowDescriptors<T>(open: () => T): T {
  const free = lowDescriptors.release()
  try {
    const opened = open()
    keepFromPrograms(free)
    return opened
  } finally {
    lowDescriptors.refill()
  }
}

const fcntl = cFunction<[number, number, number], number>('int fcntl(int fd, int command, long argument)')
const getDescriptorFlags = 1
const setDescriptorFlags = 2
const closeOnExec = 1

/**
 * libnftables does not mark its socket: a program that is started would hold it, and with it every table that
 * belongs to its owner (the `owner` flag), for longer than this process lives. It has one of the numbers that
 * were free; whatever else took one meanwhile is marked already.
 */
function keepFromPrograms(numbers: readonly number[]): void {
  for (const fd of numbers) if (fcntl(fd, getDescriptorFlags, 0) === 0) fcntl(fd, setDescriptorFlags, closeOnExec)
}

/** The nftables of the namespace that the thread was in when this was opened; it stays with that namespace. */
export class Nft implements Disposable {
  private context: CPointer | null

  private constructor(context: CPointer) {
    this.context = context
  }

  static open(): Nft {
    const context = withLowDescriptors(() => newContext(0))
    if (context === null) throw internal('nftables cannot be used: libnftables gave no context (is CAP_NET_ADMIN missing?)')
    bufferOutput(context)
    bufferError(context)
    return new Nft(context)
  }

  /**
   * Runs nft commands, separated by newlines, as one transaction. Throws `internal` with nft's own
   * words and the line they are about; nothing is changed then.
   */
  run(commands: string): void {
    this.execute(commands, 0)
  }

  /** Runs a `list` command and gives nft's JSON: the array below `nftables`. */
  list(command: string): NftObject[] {
    const text = this.execute(command, outputJson)
    if (text === '') return []
    return (JSON.parse(text) as { nftables: NftObject[] }).nftables
  }

  /** Whether the table is there, by family and name: `hasTable('inet', 'skep')`. */
  hasTable(family: string, name: string): boolean {
    return this.list(`list tables ${family}`).some((object) => object.table?.name === name)
  }

  close(): void {
    if (this.context === null) return
    freeContext(this.context)
    this.context = null
    lowDescriptors.refill()
  }
  [Symbol.dispose](): void {
    this.close()
  }

  private execute(commands: string, outputFlags: number): string {
    const context = this.context
    if (context === null) throw internal('nftables: used after close')
    setOutputFlags(context, outputFlags)
    const failed = runCommands(context, commands) !== 0
    // Both buffers are emptied by being read.
    const output = outputOf(context) ?? ''
    const error = errorOf(context) ?? ''
    if (failed) throw internal(`nftables refused a change: ${sentenceOf(error)}`)
    return output
  }
}

/** One object of nft's JSON output; the kinds that are read back here, others are unknown. */
export interface NftObject {
  table?: { family: string; name: string }
  chain?: { family: string; table: string; name: string; hook?: string; prio?: number; policy?: string }
  rule?: { family: string; table: string; chain: string; handle: number; comment?: string; expr: unknown[] }
  set?: NftSet
  map?: NftSet
  [kind: string]: unknown
}

export interface NftSet {
  family: string
  table: string
  name: string
  /** Absent when empty. */
  elem?: unknown[]
}

/** nft's error without its position drawing: `Error: ...` and the source line it is about. */
function sentenceOf(error: string): string {
  const lines = error.split('\n').filter((line) => line.trim() !== '' && !/^\s*[\^~]/.test(line))
  return lines.map((line) => line.replace(/^<cmdline>|^\/dev\/stdin/, '').trim()).join('; ') || 'no reason given'
}
