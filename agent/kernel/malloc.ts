import { cFunction } from './ffi.js'

/** Of <malloc.h>. */
const M_MMAP_THRESHOLD = -3
const largeBytes = 128 * 1024

const mallopt = cFunction<[number, number], number>('int mallopt(int param, int value)')
const mallocTrim = cFunction<[number], number>('int malloc_trim(size_t pad)')

/**
 * Has glibc give every large buffer back to the kernel when it is freed (mallopt(3)). Left to itself, it keeps
 * larger and larger ones for later once some were freed, and a daemon that pulled an image stays large for good.
 * What is free already is given back at once (malloc_trim(3)): compiling the program took megabytes, and tables that
 * lmdb asks for and seldom fills would be carved from them. Other C libraries have no such switch and need none.
 */
export function returnLargeBuffers(): void {
  try {
    mallopt(M_MMAP_THRESHOLD, largeBytes)
    mallocTrim(0)
  } catch {
    // musl has neither.
  }
}
