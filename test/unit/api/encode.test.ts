import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { encodeInspect as encodeContainer } from '../../../src/api/containers/encode.js'
import { encodeInspect as encodeImage, encodeSummary as encodeImageSummary } from '../../../src/api/images/encode.js'
import { decodeConfigSpec, encodeConfigSpec } from '../../../src/api/configs/encode.js'
import { decodeNodeSpec, encodeNodeSpec } from '../../../src/api/nodes/encode.js'
import { decodeSecretSpec, encodeSecret, encodeSecretSpec } from '../../../src/api/secrets/encode.js'
import { decodeServiceSpec } from '../../../src/api/services/decode.js'
import { encodeService, encodeServiceSpec, withDefaults } from '../../../src/api/services/encode.js'
import { serviceSpec as serviceShape } from '../../../src/api/services/shape.js'
import { decodeSwarmSpec, encodeSwarm, encodeSwarmSpec } from '../../../src/api/swarm/encode.js'
import { swarmSpec as swarmShape } from '../../../src/api/swarm/shape.js'
import { encodeBuildCache, encodeInfo } from '../../../src/api/system/encode.js'
import { encodeTask } from '../../../src/api/tasks/encode.js'
import type { ApiVersion } from '../../../src/api/versions.js'
import type { HostConfig } from '../../../src/model/engine-api/container.js'
import { defaultClusterSpec } from '../../../src/model/defaults.js'
import type { NetworkId } from '../../../src/model/ids.js'
import { TaskState } from '../../../src/model/task-state.js'
import { cluster, networkSpec, secret, service, serviceSpec, task, taskSpec, containerSpec } from '../../support/objects.js'
import * as arbitrary from './arbitrary.js'

/** What a client gets and sends back: JSON text, so that undefined and absent are the same. */
const overTheWire = <T>(value: T): unknown => JSON.parse(JSON.stringify(value))
const meta = { version: 7, createdAtMs: 1_700_000_000_000.5, updatedAtMs: 1_700_000_001_000 }

describe('encoding', () => {
  it('gives back every service spec', () => {
    fc.assert(
      fc.property(arbitrary.serviceSpec, (spec) => {
        assert.deepEqual(decodeServiceSpec(serviceShape(overTheWire(encodeServiceSpec(spec)), '')), spec)
      }),
      { numRuns: 500 },
    )
  })

  it('gives back every spec of a cluster, node, secret and config', () => {
    fc.assert(
      fc.property(arbitrary.clusterSpec, (spec) => {
        assert.deepEqual(decodeSwarmSpec(swarmShape(overTheWire(encodeSwarmSpec(spec)), ''), { ...defaultClusterSpec(), taskDefaults: spec.taskDefaults }), spec)
      }),
    )
    fc.assert(fc.property(arbitrary.nodeSpec, (spec) => assert.deepEqual(decodeNodeSpec(encodeNodeSpec(spec)), spec)))
    fc.assert(fc.property(arbitrary.secretSpec, (spec) => assert.deepEqual(decodeSecretSpec(encodeSecretSpec(spec)), spec)))
    fc.assert(fc.property(arbitrary.configSpec, (spec) => assert.deepEqual(decodeConfigSpec(encodeConfigSpec(spec)), spec)))
  })

  it('prints times with nanoseconds and the version as an index', () => {
    const json = encodeService({ ...service('web'), meta })
    assert.equal(json.CreatedAt, '2023-11-14T22:13:20.000500000Z')
    assert.deepEqual(json.Version, { Index: 7 })
    assert.deepEqual(json.Spec?.Labels, {})
    assert.ok(!('UpdateStatus' in json) && !('PreviousSpec' in json))
  })

  it('fills the defaults in, and only where the spec is silent', () => {
    const bare = encodeServiceSpec(withDefaults(serviceSpec('web')))
    assert.deepEqual(bare.TaskTemplate?.RestartPolicy, { Condition: 'any', Delay: 5e9, MaxAttempts: 0, Window: 0 })
    assert.equal(bare.TaskTemplate?.ContainerSpec?.StopGracePeriod, 10e9)
    assert.deepEqual(bare.UpdateConfig, { Parallelism: 1, FailureAction: 'pause', Monitor: 5e9, MaxFailureRatio: 0, Order: 'stop-first' })
    assert.deepEqual(bare.EndpointSpec, { Mode: 'vip' })
    const set = withDefaults(
      serviceSpec('web', {
        task: taskSpec({ container: containerSpec({ stopGracePeriodNs: 1 }), restart: { condition: 'none', maxAttempts: 3, windowNs: 0 } }),
      }),
    )
    assert.equal(set.task.container?.stopGracePeriodNs, 1)
    assert.deepEqual(set.task.restart, { condition: 'none', delayNs: 5e9, maxAttempts: 3, windowNs: 0 })
  })

  it('keeps secrets secret', () => {
    const shown = JSON.stringify(encodeSecret({ ...secret('key'), meta }))
    assert.ok(!shown.includes('Data'))
    const spec = { ...defaultClusterSpec(), ca: { ...defaultClusterSpec().ca, signingCaKeyPem: 'KEY' } }
    const swarm = JSON.stringify(encodeSwarm({ ...cluster('c', { spec, unlockKeys: [{ subsystem: 'm', key: Buffer.from('KEY') }] }), meta }))
    assert.ok(!swarm.includes('KEY'))
    assert.ok(swarm.includes('SWMTKN-1-m'))
  })

  it('counts the slots of jobs from 0, as clients that follow a job do', () => {
    const slot = (given: Parameters<typeof task>[1]): number | undefined => encodeTask({ ...task('t', given), meta }).Slot
    assert.deepEqual([1, 2].map((n) => slot({ slot: n, jobIteration: 0 })), [undefined, 1])
    assert.equal(slot({ slot: 1 }), 1)
    assert.equal(slot({ slot: 0, jobIteration: 0 }), undefined)
  })

  it('gives old clients the fields of images that were always empty', () => {
    const image = { Id: 'i', Config: { Cmd: ['sh'] } }
    const old = encodeImage(image, '1.49')['Config'] as Record<string, unknown>
    assert.deepEqual([old['Cmd'], old['Hostname'], old['Entrypoint'], old['Tty']], [['sh'], '', [], false])
    assert.deepEqual(encodeImage(image, '1.50')['Config'], { User: '', Env: [], Cmd: ['sh'], Volumes: {}, WorkingDir: '', Entrypoint: [], OnBuild: null, Labels: {} })
  })

  it('gives each version the fields that it has', () => {
    const names = (version: ApiVersion, tags: string[], digests: string[]) => {
      const { RepoTags, RepoDigests } = encodeImageSummary({ Id: 'i', RepoTags: tags, RepoDigests: digests }, version)
      return [RepoTags, RepoDigests]
    }
    assert.deepEqual(names('1.42', [], []), [['<none>:<none>'], ['<none>@<none>']])
    assert.deepEqual(names('1.42', [], ['a@sha256:1']), [['<none>:<none>'], ['a@sha256:1']])
    assert.deepEqual(names('1.42', ['a:1'], []), [['a:1'], []])
    assert.deepEqual(names('1.43', [], []), [[], []])

    const memory = (version: ApiVersion) => Object.keys(encodeContainer({ Id: 'c' }, version).HostConfig ?? {}).filter((key) => key.startsWith('Kernel'))
    assert.deepEqual([memory('1.41'), memory('1.42')], [['KernelMemory', 'KernelMemoryTCP'], []])

    assert.deepEqual(encodeBuildCache({ ID: 'b', Parents: ['a'] }, '1.41'), { ID: 'b', Parent: 'a' })
    assert.deepEqual(encodeBuildCache({ ID: 'b', Parents: ['a'] }, '1.42'), { ID: 'b', Parents: ['a'] })

    const info = { RuncCommit: { ID: 'r' }, RegistryConfig: { Mirrors: [] }, SecurityOptions: ['name=seccomp,profile=builtin'] }
    assert.deepEqual(encodeInfo(info, '1.50'), info)
    assert.deepEqual(encodeInfo(info, '1.49'), { ...info, BridgeNfIptables: false, BridgeNfIp6tables: false })
    const older = encodeInfo(info, '1.48')
    assert.deepEqual(older['RuncCommit'], { ID: 'r', Expected: 'r' })
    assert.deepEqual(older['RegistryConfig'], { AllowNondistributableArtifactsCIDRs: null, AllowNondistributableArtifactsHostnames: null, Mirrors: [] })
    assert.deepEqual(encodeInfo(info, '1.25')['SecurityOptions'], info.SecurityOptions)
    assert.deepEqual(encodeInfo(info, '1.24')['SecurityOptions'], ['seccomp'])
  })

  it('shows no limit that was sent as unset', () => {
    const host = (HostConfig: HostConfig): HostConfig => encodeContainer({ HostConfig }, '1.51').HostConfig ?? {}
    const unset = host({ MemorySwappiness: -1, PidsLimit: 0 })
    assert.deepEqual(['MemorySwappiness' in unset, unset.PidsLimit], [false, null])
    const set = host({ MemorySwappiness: 0, PidsLimit: 7 })
    assert.deepEqual([set.MemorySwappiness, set.PidsLimit], [0, 7])
  })

  it('fills a container\'s settings that the client left out', () => {
    const { Config, HostConfig } = encodeContainer({ Config: { Cmd: ['sh'], Tty: true }, HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '8080' }], '81/tcp': null } } }, '1.51')
    assert.deepEqual([Config?.Cmd, Config?.Tty, Config?.OpenStdin, Config?.Domainname], [['sh'], true, false, ''])
    assert.deepEqual(HostConfig?.PortBindings, { '80/tcp': [{ HostIp: '', HostPort: '8080' }], '81/tcp': null })
  })

  it('shows a task with its networks as Swarm mode does', () => {
    const json = encodeTask({
      ...task('t1', {
        slot: 2,
        status: {
          state: TaskState.failed,
          timestampMs: 0,
          message: 'started',
          err: 'task: non-zero exit (1)',
          container: { containerId: 'c', pid: 0, exitCode: 1 },
          ports: [],
          appliedBy: '',
        },
        desiredState: TaskState.shutdown,
        networks: [
          {
            network: { id: 'n1' as NetworkId, meta, spec: networkSpec('front'), pendingDelete: false },
            addresses: ['10.0.1.3/24'],
            aliases: [],
            driverOptions: {},
          },
        ],
      }),
      meta,
    })
    assert.equal(json.Status?.State, 'failed')
    assert.equal(json.DesiredState, 'shutdown')
    assert.equal(json.Status?.ContainerStatus?.ExitCode, 1)
    assert.equal(json.NetworksAttachments?.[0]?.Network?.Spec?.Name, 'front')
    assert.deepEqual(json.NetworksAttachments?.[0]?.Addresses, ['10.0.1.3/24'])
    assert.ok(!('NodeID' in json))
  })
})

describe('decoding', () => {
  it('refuses what types do not show', () => {
    const refused = (json: object) => () => decodeServiceSpec(serviceShape(json, ''))
    const ContainerSpec = { Image: 'app' }
    assert.throws(refused({ Name: 'web' }), /ContainerSpec is needed/)
    assert.throws(refused({ TaskTemplate: { ContainerSpec }, Mode: { Global: {}, Replicated: {} } }), /only one service mode/)
    assert.throws(refused({ TaskTemplate: { ContainerSpec: { Secrets: [{ SecretName: 'key' }] } } }), /secret key needs a file target/)
    assert.throws(refused({ TaskTemplate: { ContainerSpec }, Mode: { Replicated: { Replicas: -1 } } }), /Mode\.Replicated\.Replicas must be a whole number from 0/)
    assert.throws(refused({ TaskTemplate: { ContainerSpec, RestartPolicy: { Condition: 'maybe' } } }), /RestartPolicy\.Condition must be one of "none"/)
    assert.throws(refused({ TaskTemplate: { PluginSpec: {} } }), /plugins are not supported/)
    assert.throws(() => decodeSecretSpec({ Data: '***' }), /must be base 64/)
    assert.throws(() => decodeSecretSpec({ Data: Buffer.alloc(500 * 1024 + 1).toString('base64') }), /too large/)
    assert.throws(() => decodeNodeSpec({ Role: 'worker' }), /invalid Availability/)
    assert.throws(() => decodeSwarmSpec({ Name: 'other' }, defaultClusterSpec()), /must be named "default"/)
  })

  it('takes a part that says nothing for one that was left out, so that tasks are not replaced for it', () => {
    const decoded = (task: object, container: object = {}) =>
      decodeServiceSpec(serviceShape({ TaskTemplate: { ContainerSpec: { Image: 'app', Mounts: [{ Target: '/data' }], ...container }, ...task } }, ''))
    const bare = decoded({})
    const sent = decoded(
      { Resources: { Limits: {}, Reservations: { NanoCPUs: 0, GenericResources: [] } }, Placement: { Constraints: [] }, RestartPolicy: {}, LogDriver: {}, Networks: [] },
      {
        Command: [],
        Env: null,
        Labels: {},
        DNSConfig: { Search: [] },
        Healthcheck: {},
        Privileges: { CredentialSpec: null, SELinuxContext: {}, NoNewPrivileges: false },
        Mounts: [{ Target: '/data', BindOptions: {}, VolumeOptions: { DriverConfig: {} }, TmpfsOptions: {} }],
      },
    )
    assert.deepEqual(sent, bare)
    assert.deepEqual(decoded({ Resources: { MemorySwappiness: 0 } }).task.resources, { memorySwappiness: 0 }, 'zero may say something')
    assert.deepEqual(decoded({}, { Privileges: { NoNewPrivileges: true } }).task.container?.privileges, { noNewPrivileges: true })
  })

  it('shows the parts that clients look into, also where a spec has none', () => {
    const { ContainerSpec: container, Resources: resources, Placement: placement } = encodeServiceSpec(serviceSpec('web')).TaskTemplate ?? {}
    assert.deepEqual([resources, placement], [{ Limits: {}, Reservations: {} }, {}])
    assert.deepEqual([container?.Privileges, container?.DNSConfig], [{ NoNewPrivileges: false }, {}])
  })

  it('fills in what older clients leave out', () => {
    const spec = decodeServiceSpec(serviceShape({ TaskTemplate: { ContainerSpec: { Image: 'app' } }, EndpointSpec: { Ports: [{ TargetPort: 80 }] } }, ''))
    assert.deepEqual(spec.mode, { kind: 'replicated', replicas: 1 })
    assert.deepEqual(spec.endpoint?.ports, [{ name: '', protocol: 'tcp', targetPort: 80, publishedPort: 0, publishMode: 'ingress' }])
    assert.equal(spec.task.runtime, 'container')
    const partial = decodeSwarmSpec({ Orchestration: { TaskHistoryRetentionLimit: 0 }, Raft: { SnapshotInterval: 0 } }, defaultClusterSpec())
    assert.equal(partial.orchestration.taskHistoryRetentionLimit, 0)
    assert.equal(partial.raft.snapshotInterval, 10_000)
  })
})
