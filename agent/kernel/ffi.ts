import koffi from 'koffi'
import { getSystemErrorMap } from 'node:util'

/**
 * The bridge to C. Everything in `agent/kernel` that calls the kernel goes through here; no other
 * folder uses koffi. Calls are synchronous on the calling thread, which is what makes namespace
 * switches safe: no other JavaScript runs in between.
 */

/**
 * What can be handed to a C function. A `Uint8Array` is passed by address; `null` is the null pointer; a
 * list of strings (`const char **`) ends with a null of its own.
 */
export type CArgument = number | bigint | string | Uint8Array | CPointer | readonly (string | null)[] | null

/** An opaque address that a C function returned. */
export type CPointer = { readonly __brand: 'CPointer' }

/** What a C function gives back, by its declared type. 64-bit results are numbers while they are exact. */
export type CResult = number | bigint | string | CPointer | null | void

const errnoNames = new Map<number, { code: string; text: string }>()

/** The name (`ENOENT`) and the sentence of an error number; `errno 1234` when it has no name. */
export function describeErrno(errno: number): { code: string; text: string } {
  if (errnoNames.size === 0) {
    // koffi knows more names than libuv's map, which has the sentences.
    for (const [code, value] of Object.entries(koffi.os.errno)) {
      if (!errnoNames.has(value)) errnoNames.set(value, { code, text: code })
    }
    for (const [negative, [code, text]] of getSystemErrorMap()) errnoNames.set(-negative, { code, text })
  }
  return errnoNames.get(errno) ?? { code: `E${errno}`, text: `errno ${errno}` }
}

/** A system call that failed. `code` is the name that Node.js uses too (`ENOENT`), so `errnoOf` reads it. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  readonly code: string
  constructor(
    /** The call's name: `setns`, `mount`, ... */
    readonly syscall: string,
    /** The positive error number. */
    readonly errno: number,
    /** What was attempted, for the message: a path, a device, a flag. */
    detail?: string,
  ) {
    const { code, text } = describeErrno(errno)
    super(`${syscall}${detail === undefined ? '' : ` ${detail}`}: ${text} (${code})`)
    this.code = code
  }
}

type Library = ReturnType<typeof koffi.load>
const libraries = new Map<string, Library>()

/** POSIX names that prototypes may use beside C's own; the widths are those of 64-bit Linux. */
const posixTypes: Record<string, string> = {
  ssize_t: 'int64_t', off_t: 'int64_t', dev_t: 'uint64_t', mode_t: 'uint32_t', pid_t: 'int32_t', uid_t: 'uint32_t', gid_t: 'uint32_t',
}

/** The C library is the one that Node.js itself is linked to, whatever its file is called here. */
function library(file: string | null): Library {
  if (libraries.size === 0) for (const [name, type] of Object.entries(posixTypes)) koffi.alias(name, type)
  const key = file ?? ''
  let loaded = libraries.get(key)
  if (!loaded) libraries.set(key, (loaded = koffi.load(file)))
  return loaded
}

/**
 * A C function, looked up at its first call. `prototype` is C source (`int close(int fd)`); `file` is a
 * shared library, the C library when left out. Throws what koffi throws when the library or the symbol
 * is missing, at the first call.
 */
export function cFunction<Args extends readonly CArgument[], Result extends CResult>(
  prototype: string,
  file: string | null = null,
): (...args: Args) => Result {
  let bound: ((...args: Args) => Result) | undefined
  return (...args) => {
    bound ??= library(file).func(prototype) as unknown as (...args: Args) => Result
    return bound(...args)
  }
}

/**
 * Like `cFunction`, run on a thread of Node's pool: for calls that wait in the kernel. That thread is in
 * the namespaces of the process, and `errno` is lost: the result must tell success from failure. The
 * caller keeps buffers alive until the promise settles.
 */
export function cFunctionAsync<Args extends readonly CArgument[], Result extends CResult>(
  prototype: string,
  file: string | null = null,
): (...args: Args) => Promise<Result> {
  type Callback = (failure: unknown, result: Result) => void
  let bound: ((...args: [...Args, Callback]) => void) | undefined
  return (...args) => {
    bound ??= library(file).func(prototype).async as (...args: [...Args, Callback]) => void
    const call = bound
    return new Promise((resolve, reject) => {
      call(...args, (failure, result) => {
        if (failure) reject(failure instanceof Error ? failure : new Error(String(failure)))
        else resolve(result)
      })
    })
  }
}

/**
 * A system call wrapper of the C library that reports failure by a negative result and `errno`
 * (`syscall<[number, number]>('int setns(int fd, int nstype)')`). The function returned gives the
 * result, or throws `SystemCallError` with the call's name and the error's code.
 */
export function syscall<Args extends readonly CArgument[]>(prototype: string): (...args: Args) => number {
  const name = nameOf(prototype)
  const call = cFunction<Args, number>(prototype)
  return (...args) => {
    const result = call(...args)
    if (result < 0) {
      // Read before anything else can run: V8 itself makes system calls (madvise, mprotect).
      const errno = koffi.errno()
      throw new SystemCallError(name, errno)
    }
    return result
  }
}

/**
 * The same as `syscall`, run on a thread of the pool: for calls that wait for a disk. The error number is
 * of another thread and lost, so a failure is always reported as `EIO`.
 */
export function asyncSyscall<Args extends readonly CArgument[]>(prototype: string): (...args: Args) => Promise<number> {
  type Asynchronous = { async(...given: [...Args, (failure: Error | null, result: number) => void]): void }
  const name = nameOf(prototype)
  let bound: Asynchronous | undefined
  return (...args) => {
    bound ??= library(null).func(prototype) as unknown as Asynchronous
    const callable = bound
    return new Promise((resolve, reject) => {
      callable.async(...args, (failure, result) => {
        if (failure) reject(failure)
        else if (result < 0) reject(new SystemCallError(name, koffi.os.errno.EIO as number))
        else resolve(result)
      })
    })
  }
}

/** Runs `act` and puts `detail` (a path, a device) into the message of a `SystemCallError` it throws. */
export function withDetail<T>(detail: string, act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    if (thrown instanceof SystemCallError) throw new SystemCallError(thrown.syscall, thrown.errno, detail)
    throw thrown
  }
}

function nameOf(prototype: string): string {
  const match = /(\w+)\s*\(/.exec(prototype)
  if (!match?.[1]) throw new Error(`not a C prototype: ${prototype}`)
  return match[1]
}
