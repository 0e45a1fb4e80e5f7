import type { EndpointSettings, IPAM, IPAMConfig } from '../../model/engine-api/network.js'
import { endpointSettings } from '../containers/shape.js'
import { flag, listOf, mapOf, orNull, shape, text } from '../json-check.js'
import type { NetworkCreateBody } from './backend.js'

const labels = mapOf(orNull(text, ''))

export const createBody = shape<NetworkCreateBody>({
  Name: text,
  CheckDuplicate: flag,
  Driver: text,
  Scope: text,
  Internal: flag,
  Attachable: flag,
  Ingress: flag,
  ConfigOnly: flag,
  ConfigFrom: shape<{ Network?: string }>({ Network: text }),
  IPAM: shape<IPAM>({
    Driver: text,
    Config: listOf(shape<IPAMConfig>({ Subnet: text, IPRange: text, Gateway: text, AuxiliaryAddresses: mapOf(text) })),
    Options: mapOf(text),
  }),
  EnableIPv4: flag,
  EnableIPv6: flag,
  Options: labels,
  Labels: labels,
})

export interface ConnectBody {
  Container?: string
  EndpointConfig?: EndpointSettings
}

export const connectBody = shape<ConnectBody>({ Container: text, EndpointConfig: endpointSettings })

export interface DisconnectBody {
  Container?: string
  Force?: boolean
}

export const disconnectBody = shape<DisconnectBody>({ Container: text, Force: flag })
