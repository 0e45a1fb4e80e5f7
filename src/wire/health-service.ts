import { codec } from './codec.js'
import { skep } from './gen/skep.js'
import { service, unary } from './service-table.js'

export interface HealthCheckRequest {
  service: string
}

export interface HealthCheckResponse {
  status: 'serving' | 'notServing' | 'unknown'
}

/** Whether a manager, or a part of it, serves. */
export const healthService = service('Health', {
  check: unary(codec<HealthCheckRequest>(skep.v1.HealthCheckRequest), codec<HealthCheckResponse>(skep.v1.HealthCheckResponse), [
    'worker',
    'manager',
  ]),
})

export type HealthMethods = typeof healthService.methods
