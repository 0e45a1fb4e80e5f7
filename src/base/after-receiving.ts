/**
 * Does something to an HTTP/2 stream or session once the event loop is past what is being received. Node.js 20 frees a stream
 * at once that is destroyed, or closed without an error, while the frames before its end are still read, be it from a promise
 * that was settled meanwhile: other memory is overwritten then, and the process ends sooner or later (nodejs/node#38964).
 */
export function afterReceiving(run: () => void): void {
  setImmediate(run)
}
