import type { OutgoingHttpHeaders } from 'node:http'
import { messageOf } from '../base/errors.js'
import { Queue } from '../base/queue.js'
import { httpStatusOf } from './error-status.js'
import type { Exchange } from './exchange.js'
import type { ProgressMessage } from './images/backend.js'

/** Lines of progress that a slow client has not read yet; what comes on top is left out. */
const messagesMax = 1_000

/**
 * Runs `work` and sends its progress as JSON lines. An error before the first line gets a status of its
 * own; a later one becomes the last line, as Docker's clients expect it.
 */
export async function withProgress(
  exchange: Exchange,
  work: (progress: (message: ProgressMessage) => void) => Promise<void>,
  { errorsInStream = false, headers = {} }: { errorsInStream?: boolean; headers?: OutgoingHttpHeaders } = {},
): Promise<void> {
  const messages = new Queue<ProgressMessage>(messagesMax)
  const write = (message: ProgressMessage) => exchange.write(`${JSON.stringify(message)}\r\n`)
  const pump = async () => {
    for await (const message of messages) await write(message)
  }
  let failure: Error | undefined
  const fail = (thrown: unknown) => void (failure ??= thrown instanceof Error ? thrown : new Error(messageOf(thrown)))
  const pumped = pump().catch(fail)
  try {
    await work((message) => {
      if (exchange.open) exchange.startStream('application/json', headers)
      messages.push(message)
    })
  } catch (thrown) {
    fail(thrown)
  }
  messages.close()
  await pumped
  if (failure !== undefined) {
    if ((exchange.open && !errorsInStream) || exchange.signal.aborted) throw failure
    if (exchange.open) exchange.startStream('application/json', headers)
    const message = messageOf(failure)
    await write({ error: message, errorDetail: { message, code: httpStatusOf(failure) } })
  }
  if (exchange.open) exchange.startStream('application/json', headers)
  exchange.end()
}
