import type { Exchange } from './exchange.js'

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'

/** Answers one request. What it throws becomes the answer when none was started. */
export type Handler = (exchange: Exchange) => Promise<void> | void

/** One line of a route table. `path` has no version and names its parts `:id`. */
export interface Route {
  method: Method
  path: string
  handle: Handler
}
