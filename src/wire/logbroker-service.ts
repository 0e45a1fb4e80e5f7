import type { LogMessage, LogOptions, LogSelector } from '../model/control.js'
import { codec } from './codec.js'
import { skep } from './gen/skep.js'
import { clientStream, emptyCodec, serverStream, service } from './service-table.js'

export interface SubscribeLogsRequest {
  selector: LogSelector
  options: LogOptions
}

export interface LogBatch {
  messages: LogMessage[]
}

/** What an agent is asked to publish. `close` ends it. */
export interface SubscriptionMessage {
  id: string
  selector: LogSelector
  options: LogOptions
  close: boolean
}

export interface PublishLogsMessage {
  subscriptionId: string
  messages: LogMessage[]
  close: boolean
}

/** For managers: logs of tasks wherever they run. */
export const logsService = service('Logs', {
  subscribeLogs: serverStream(codec<SubscribeLogsRequest>(skep.v1.SubscribeLogsRequest), codec<LogBatch>(skep.v1.LogBatch), [
    'manager',
  ]),
})

/** For agents: what to publish, and the way to do it. One stream of `publishLogs` serves one subscription. */
export const logBrokerService = service('LogBroker', {
  listenSubscriptions: serverStream(emptyCodec, codec<SubscriptionMessage>(skep.v1.SubscriptionMessage), ['worker', 'manager']),
  publishLogs: clientStream(codec<PublishLogsMessage>(skep.v1.PublishLogsMessage), emptyCodec, ['worker', 'manager']),
})

export type LogsMethods = typeof logsService.methods
export type LogBrokerMethods = typeof logBrokerService.methods
