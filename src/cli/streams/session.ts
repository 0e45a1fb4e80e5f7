import { DetachScanner, detachKeysDefault, parseDetachKeys } from '../../base/detach-keys.js'
import type { Attachment } from '../../client/streams.js'
import type { Context, OutputStream } from '../context.js'

export interface SessionOptions {
  /** The other side has a terminal: input goes there key by key. */
  tty: boolean
  /** Our standard input goes to the other side. */
  stdin: boolean
  stdout: boolean
  stderr: boolean
  /** `ctrl-p,ctrl-q` when not given. */
  detachKeys?: string | undefined
}

/**
 * Joins our streams to a container's until its output ends or the detach keys are typed. Our terminal
 * is raw meanwhile when the other side has one too.
 */
export async function runSession(context: Context, attachment: Attachment, options: SessionOptions): Promise<'ended' | 'detached'> {
  const { stdin, stdout, stderr } = context
  const raw = options.tty && options.stdin && stdin.isTTY === true
  if (raw) stdin.setRawMode?.(true)
  let stopInput = (): void => undefined
  try {
    const detached = new Promise<'detached'>((resolve) => {
      if (options.stdin) stopInput = pumpInput(context, attachment, options, () => resolve('detached'))
    })
    // Nobody writes to the container: say so, or a program that reads its input would wait for ever.
    if (!options.stdin) attachment.input.end()
    const ended = pumpOutput(attachment, options.stdout ? stdout : undefined, options.stderr ? stderr : undefined)
    return await Promise.race([ended, detached])
  } finally {
    stopInput()
    if (raw) stdin.setRawMode?.(false)
    attachment.close()
  }
}

async function pumpOutput(attachment: Attachment, stdout: OutputStream | undefined, stderr: OutputStream | undefined): Promise<'ended'> {
  for await (const { stream, data } of attachment.output) {
    const to = stream === 'stderr' ? stderr : stdout
    if (to && !to.write(data)) await new Promise((resolve) => to.once('drain', resolve))
  }
  return 'ended'
}

function pumpInput({ stdin }: Context, { input }: Attachment, { tty, detachKeys }: SessionOptions, onDetach: () => void): () => void {
  const filter = tty ? new DetachScanner(parseDetachKeys(detachKeys || detachKeysDefault)) : undefined
  const onData = (data: Buffer): void => {
    const { pass, detached } = filter ? filter.scan(data) : { pass: data, detached: false }
    if (pass.length > 0 && !input.write(pass)) {
      stdin.pause()
      input.once('drain', () => stdin.resume())
    }
    if (detached) onDetach()
  }
  const onEnd = (): void => {
    input.end()
  }
  // The container may be gone before its input is: the exit code tells, not the broken pipe.
  input.on('error', () => undefined)
  stdin.on('data', onData)
  stdin.once('end', onEnd)
  return () => {
    stdin.off('data', onData)
    stdin.off('end', onEnd)
    stdin.pause()
  }
}
