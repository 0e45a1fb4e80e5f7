import { invalid } from '../../base/errors.js'
import type { ContainerSpec, FileReference, HealthCheck, MountSpec, Privileges } from '../../model/container-spec.js'
import type { HealthConfig, Mount } from '../../model/engine-api/container.js'
import type { SwarmContainerSpec } from '../../model/engine-api/extensions.js'
import { unlessEmpty } from '../encode.js'

/** The model of a checked container spec. Throws `invalid` for what types do not show. */
export function decodeContainerSpec(json: SwarmContainerSpec): ContainerSpec {
  const extension = json.Skep ?? {}
  const dns = unlessEmpty({ nameservers: json.DNSConfig?.Nameservers ?? [], search: json.DNSConfig?.Search ?? [], options: json.DNSConfig?.Options ?? [] })
  const healthCheck = unlessEmpty(decodeHealthCheck(json.Healthcheck ?? json.HealthCheck ?? {}))
  const privileges = unlessEmpty(decodePrivileges(json.Privileges ?? {}))
  return {
    image: json.Image ?? '',
    labels: json.Labels ?? {},
    command: json.Command ?? [],
    args: json.Args ?? [],
    hostname: json.Hostname ?? '',
    env: json.Env ?? [],
    dir: json.Dir ?? '',
    user: json.User ?? '',
    groups: json.Groups ?? [],
    tty: json.TTY ?? false,
    openStdin: json.OpenStdin ?? false,
    readOnly: json.ReadOnly ?? false,
    stopSignal: json.StopSignal ?? '',
    ...(json.StopGracePeriod !== undefined && { stopGracePeriodNs: json.StopGracePeriod }),
    ...(healthCheck && { healthCheck }),
    hosts: json.Hosts ?? [],
    ...(dns && { dns }),
    secrets: (json.Secrets ?? []).map((secret): FileReference => {
      const id = secret.SecretID ?? ''
      if (!secret.File) throw invalid(`the reference to secret ${secret.SecretName ?? id} needs a file target`)
      return { id, name: secret.SecretName ?? '', file: decodeFile(secret.File) }
    }),
    configs: (json.Configs ?? []).map((config): FileReference => {
      const name = config.ConfigName ?? ''
      if (config.File && config.Runtime) throw invalid(`the reference to config ${name} has both a file and a runtime target`)
      if (!config.File && !config.Runtime) throw invalid(`the reference to config ${name} needs a file or a runtime target`)
      return { id: config.ConfigID ?? '', name, ...(config.File && { file: decodeFile(config.File) }) }
    }),
    ...(json.Init !== undefined && json.Init !== null && { init: json.Init }),
    sysctls: json.Sysctls ?? {},
    capabilityAdd: json.CapabilityAdd ?? [],
    capabilityDrop: json.CapabilityDrop ?? [],
    ulimits: (json.Ulimits ?? []).map(({ Name = '', Soft = 0, Hard = 0 }) => ({ name: Name, soft: Soft, hard: Hard })),
    oomScoreAdj: json.OomScoreAdj ?? 0,
    ...(privileges && { privileges }),
    mounts: (json.Mounts ?? []).map(decodeMount),
    isolation: json.Isolation ?? '',
    ...(extension.Privileged !== undefined && { privileged: extension.Privileged }),
    ...(extension.ShmSize !== undefined && { shmBytes: extension.ShmSize }),
    ...(extension.PidMode !== undefined && { pidMode: extension.PidMode }),
    ...(extension.IpcMode !== undefined && { ipcMode: extension.IpcMode }),
    devices: (extension.Devices ?? []).map((device) => ({
      pathOnHost: device.PathOnHost ?? '',
      pathInContainer: device.PathInContainer ?? '',
      permissions: device.CgroupPermissions ?? '',
    })),
  }
}

function decodeFile({ Name = '', UID = '', GID = '', Mode = 0 }: { Name?: string; UID?: string; GID?: string; Mode?: number }) {
  return { name: Name, uid: UID, gid: GID, mode: Mode }
}

function decodeHealthCheck(json: HealthConfig): HealthCheck {
  return {
    test: json.Test ?? [],
    intervalNs: json.Interval ?? 0,
    timeoutNs: json.Timeout ?? 0,
    startPeriodNs: json.StartPeriod ?? 0,
    startIntervalNs: json.StartInterval ?? 0,
    retries: json.Retries ?? 0,
  }
}

function decodePrivileges(json: NonNullable<SwarmContainerSpec['Privileges']>): Privileges {
  const { CredentialSpec: credential = {}, SELinuxContext: context = {}, Seccomp: seccomp, AppArmor: appArmor } = json
  const credentialSpec = unlessEmpty({ config: credential.Config ?? '', file: credential.File ?? '', registry: credential.Registry ?? '' })
  const seLinux = unlessEmpty({
    disable: context.Disable ?? false,
    user: context.User ?? '',
    role: context.Role ?? '',
    type: context.Type ?? '',
    level: context.Level ?? '',
  })
  return {
    ...(credentialSpec && { credentialSpec }),
    ...(seLinux && { seLinux }),
    ...(seccomp && { seccomp: { mode: seccomp.Mode ?? 'default', profile: Buffer.from(seccomp.Profile ?? '', 'base64') } }),
    ...(appArmor && { appArmor: { mode: appArmor.Mode ?? 'default' } }),
    noNewPrivileges: json.NoNewPrivileges ?? false,
  }
}

function decodeMount(json: Mount): MountSpec {
  const { BindOptions = {}, VolumeOptions = {}, TmpfsOptions = {}, ImageOptions = {} } = json
  const bind = unlessEmpty({
    propagation: BindOptions.Propagation ?? '',
    nonRecursive: BindOptions.NonRecursive ?? false,
    createMountpoint: BindOptions.CreateMountpoint ?? false,
    readOnlyNonRecursive: BindOptions.ReadOnlyNonRecursive ?? false,
    readOnlyForceRecursive: BindOptions.ReadOnlyForceRecursive ?? false,
  })
  const driver = unlessEmpty({ name: VolumeOptions.DriverConfig?.Name ?? '', options: VolumeOptions.DriverConfig?.Options ?? {} })
  const volume = unlessEmpty({
    noCopy: VolumeOptions.NoCopy ?? false,
    labels: VolumeOptions.Labels ?? {},
    ...(driver && { driver }),
    subpath: VolumeOptions.Subpath ?? '',
  })
  const tmpfs = unlessEmpty({
    sizeBytes: TmpfsOptions.SizeBytes ?? 0,
    mode: TmpfsOptions.Mode ?? 0,
    options: (TmpfsOptions.Options ?? []).map((option) => option.join('=')),
  })
  const image = unlessEmpty({ subpath: ImageOptions.Subpath ?? '' })
  return {
    type: json.Type ?? 'volume',
    source: json.Source ?? '',
    target: json.Target ?? '',
    readOnly: json.ReadOnly ?? false,
    consistency: json.Consistency ?? '',
    ...(bind && { bind }),
    ...(volume && { volume }),
    ...(tmpfs && { tmpfs }),
    ...(image && { image }),
  }
}
