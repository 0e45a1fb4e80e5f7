import { StdStream, stdcopyFrame } from '../../base/stdcopy.js'
import type { LogMessage, LogOptions, LogSelector } from '../../model/control.js'
import type { Exchange } from '../exchange.js'
import { readLogsOptions } from '../containers/stream-handlers.js'
import { streamType } from '../hijack.js'
import type { Handler } from '../route.js'
import type { SwarmBackend } from '../swarm/backend.js'

/** Logs of services and tasks, gathered from the nodes that run them. */
export function serviceLogHandlers(swarm: SwarmBackend) {
  const ofService: Handler = async (exchange) => {
    const service = await swarm.control().getService(exchange.param('id'))
    await send(exchange, { serviceIds: [service.id], taskIds: [], nodeIds: [] }, service.spec.task.container?.tty ?? false)
  }

  const ofTask: Handler = async (exchange) => {
    const task = await swarm.control().getTask(exchange.param('id'))
    await send(exchange, { serviceIds: [], taskIds: [task.id], nodeIds: [] }, task.spec.container?.tty ?? false)
  }

  const send = async (exchange: Exchange, selector: LogSelector, tty: boolean): Promise<void> => {
    const { stdout, stderr, follow, timestamps, tail, sinceMs } = readLogsOptions(exchange.query)
    const options: LogOptions = { stdout, stderr, follow, tail: tail ?? -1, ...(sinceMs !== undefined && { sinceMs }) }
    const details = exchange.query.flag('details')
    const batches = swarm.control().serviceLogs(selector, options, exchange.signal)
    exchange.startStream(streamType(tty, exchange.version))
    const framed = (message: LogMessage): Uint8Array => {
      const line = prefixed(message, timestamps, details)
      // Clients take each frame for one message.
      return tty ? line : stdcopyFrame(StdStream[message.stream], line)
    }
    for await (const messages of batches) await exchange.write(messages.length === 1 && messages[0] ? framed(messages[0]) : Buffer.concat(messages.map(framed)))
    exchange.end()
  }

  return { ofService, ofTask }
}

/** The line as clients take it apart: `[timestamp ][details ]text`. */
function prefixed(message: LogMessage, timestamps: boolean, details: boolean): Uint8Array {
  const where = [
    `com.docker.swarm.node.id=${message.nodeId}`,
    `com.docker.swarm.service.id=${message.serviceId}`,
    `com.docker.swarm.task.id=${message.taskId}`,
  ].join(',')
  const prefix = `${timestamps ? `${message.timestamp} ` : ''}${details ? `${where} ` : ''}`
  return prefix === '' ? message.data : Buffer.concat([Buffer.from(prefix), message.data])
}
