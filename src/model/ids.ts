import type { Brand } from '../base/id.js'

/** 25 characters of base 36 each. */
export type NodeId = Brand<string, 'NodeId'>
export type ServiceId = Brand<string, 'ServiceId'>
export type TaskId = Brand<string, 'TaskId'>
export type NetworkId = Brand<string, 'NetworkId'>
export type SecretId = Brand<string, 'SecretId'>
export type ConfigId = Brand<string, 'ConfigId'>
export type VolumeId = Brand<string, 'VolumeId'>
export type ClusterId = Brand<string, 'ClusterId'>
