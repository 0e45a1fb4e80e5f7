import { cpus, release, totalmem } from 'node:os'
import { readFileSync } from 'node:fs'
import Table from 'cli-table3'
import { rounded } from './statistics.js'

/** One measured quantity, of skep and of the peer in the same run where there is one. */
export interface Figure {
  /** The bench's name: `run`, `service`, `memory`, `network`, `encrypted`, `raft`. */
  bench: string
  /** What was done: `run --rm busybox true, --network none`. */
  subject: string
  /** `median`, `p95`, `resident` */
  figure: string
  unit: 'ms' | 'MB' | 'MB/s' | '1/s' | 'Mbit/s' | '%'
  skep: number
  peer?: number
}

export interface Machine {
  cpu: string
  cores: number
  memoryMb: number
  kernel: string
  system: string
  node: string
  /** Load average of the last minute when the bench began: other work on the machine. */
  loadBefore: number
}

export interface Report {
  at: string
  machine: Machine
  skep: string
  /** Name and version, when there is a peer. */
  peer?: string
  figures: (Figure & { peerToSkep?: number })[]
}

export function machineFacts(): Machine {
  const processors = cpus()
  const systemName = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux'
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryMb: Math.round(totalmem() / 1e6),
    kernel: release(),
    system: systemName,
    node: process.version,
    loadBefore: Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]),
  }
}

/** How many times the peer's figure is of skep's; over 1 skep is faster or smaller. Rates the other way round. */
export function ratio({ unit, skep, peer }: Figure): number | undefined {
  if (peer === undefined || skep <= 0 || peer <= 0) return undefined
  return rounded(unit.endsWith('/s') ? skep / peer : peer / skep)
}

/** The figures as a table for people. */
export function formatTable(figures: readonly Figure[], peerName: string | undefined): string {
  const table = new Table({
    head: ['bench', 'what', 'figure', 'unit', 'skep', ...(peerName === undefined ? [] : [peerName, 'ratio'])],
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const one of figures) {
    const { bench, subject, figure, unit, skep, peer } = one
    const times = ratio(one)
    table.push([bench, subject, figure, unit, skep, ...(peerName === undefined ? [] : [peer ?? '', times === undefined ? '' : `${times}x`])])
  }
  return table.toString()
}
