import { closeSync } from 'node:fs'
import { ControlType, decodeAttributes, decodeMessages, nativeU16, nativeU32, readString } from './netlink-message.js'
import type { NetlinkMessage } from './netlink-message.js'
import { syscall, SystemCallError } from './ffi.js'
import { setSocketOption, SocketOption, solSocket } from './socket-option.js'

const socket = syscall<[number, number, number]>('int socket(int domain, int type, int protocol)')
const bind = syscall<[number, Uint8Array, number]>('int bind(int fd, const void *address, unsigned int length)')
const recv = syscall<[number, Uint8Array, number, number]>('ssize_t recv(int fd, void *data, size_t length, int flags)')
const fcntl = syscall<[number, number, number]>('int fcntl(int fd, int command, long argument)')

const netlinkFamily = 16
const netfilterProtocol = 12
const rawCloexec = 3 | 0o2000000
const solNetlink = 270
const addMembership = 1
/** NFNLGRP_NFTABLES (linux/netfilter/nfnetlink.h). */
const nftablesGroup = 7
const dontWait = 0x40
const setOwner = 8
const setFlags = 4
/** O_ASYNC and O_NONBLOCK. */
const asynchronous = 0o20000 | 0o4000
const receiveBytes = 256 * 1024
/** Room for the messages of one large change of somebody else's. */
const bufferBytes = 4 * 1024 * 1024

const subsystem = 10 << 8
/** The messages that end something or change what is in it: tables, chains, rules, sets and elements. */
const deletions = new Set([2, 5, 8, 11, 14].map((type) => subsystem | type))
const newGeneration = subsystem | 15

/**
 * Tells when another program takes something out of tables of the nftables in the namespace that the thread was
 * in when this was opened. The kernel signals SIGIO when there is something to read, so nothing waits or polls.
 */
export class NftWatch implements Disposable {
  private fd: number
  private readonly buffer = new Uint8Array(receiveBytes)
  private readonly touched = new Set<string>()
  private readonly listener = (): void => this.read()

  private own = process.pid

  /**
   * `ours` says whether a table is this program's; `onChange` hears the names of those that another program took
   * something from, and an empty name when more happened than could be heard. `ownChange` makes any change from
   * this process: the kernel's number of it is learned from that, which is not `process.pid` in a PID namespace.
   */
  constructor(
    private readonly ours: (table: string) => boolean,
    private readonly onChange: (tables: ReadonlySet<string>) => void,
    ownChange: () => void,
  ) {
    this.fd = socket(netlinkFamily, rawCloexec, netfilterProtocol)
    try {
      setSocketOption(this.fd, solSocket, SocketOption.receiveBufferForce, nativeU32(bufferBytes))
      // struct sockaddr_nl: any port, no groups by mask.
      const anyPort = Uint8Array.from([...nativeU16(netlinkFamily), ...new Uint8Array(10)])
      bind(this.fd, anyPort, anyPort.length)
      setSocketOption(this.fd, solNetlink, addMembership, nativeU32(nftablesGroup))
      ownChange()
      this.read((pid) => (this.own = pid))
      catchSignals()
      process.on('SIGIO', this.listener)
      fcntl(this.fd, setOwner, process.pid)
      fcntl(this.fd, setFlags, asynchronous)
    } catch (thrown) {
      this.close()
      throw thrown
    }
  }

  close(): void {
    if (this.fd < 0) return
    closeSync(this.fd)
    this.fd = -1
    process.off('SIGIO', this.listener)
  }
  [Symbol.dispose](): void {
    this.close()
  }

  private read(learn?: (pid: number) => void): void {
    const found = new Set<string>()
    while (this.fd >= 0) {
      let length: number
      try {
        length = recv(this.fd, this.buffer, this.buffer.length, dontWait)
      } catch (thrown) {
        if (!(thrown instanceof SystemCallError) || thrown.code !== 'ENOBUFS') break
        // More happened than there was room for: nobody knows what.
        found.add('')
        continue
      }
      for (const message of decodeMessages(this.buffer.subarray(0, length))) this.take(message, found, learn)
    }
    if (found.size > 0 && !learn) this.onChange(found)
  }

  private take(message: NetlinkMessage, found: Set<string>, learn?: (pid: number) => void): void {
    if (message.type === ControlType.error) return
    if (deletions.has(message.type)) {
      const table = readString(decodeAttributes(message.payload, 4).get(1) ?? new Uint8Array())
      if (this.ours(table)) this.touched.add(table)
      return
    }
    if (message.type !== newGeneration) return
    // NFTA_GEN_PROC_PID: whose transaction the messages before this one belong to, in network order.
    const pid = decodeAttributes(message.payload, 4).get(2)
    const maker = pid && pid.length === 4 ? new DataView(pid.buffer, pid.byteOffset).getUint32(0) : 0
    learn?.(maker)
    if (maker !== this.own) for (const table of this.touched) found.add(table)
    this.touched.clear()
  }
}

let caught = false

/** A signal that comes when the last watch has just been closed would end the process. */
function catchSignals(): void {
  if (caught) return
  caught = true
  process.on('SIGIO', () => undefined)
}
