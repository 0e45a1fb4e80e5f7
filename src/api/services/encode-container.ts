import type { ContainerSpec, FileReference, HealthCheck, MountSpec, Privileges } from '../../model/container-spec.js'
import type { HealthConfig, Mount } from '../../model/engine-api/container.js'
import type { ContainerSpecExtension, SwarmContainerSpec } from '../../model/engine-api/extensions.js'
import { encodeBytes, omitEmpty } from '../encode.js'

/** The container part of a task's spec as the Engine API has it. */
export function encodeContainerSpec(spec: ContainerSpec): SwarmContainerSpec {
  return {
    Image: spec.image,
    ...omitEmpty({
      Labels: spec.labels,
      Command: spec.command,
      Args: spec.args,
      Hostname: spec.hostname,
      Env: spec.env,
      Dir: spec.dir,
      User: spec.user,
      Groups: spec.groups,
      TTY: spec.tty,
      OpenStdin: spec.openStdin,
      ReadOnly: spec.readOnly,
      StopSignal: spec.stopSignal,
      Hosts: spec.hosts,
      Mounts: spec.mounts.map(encodeMount),
      Secrets: spec.secrets.map((secret) => ({ ...encodeFile(secret), SecretID: secret.id, SecretName: secret.name })),
      Configs: spec.configs.map((config) => ({
        ...(config.file ? encodeFile(config) : { Runtime: {} }),
        ConfigID: config.id,
        ConfigName: config.name,
      })),
      Sysctls: spec.sysctls,
      CapabilityAdd: spec.capabilityAdd,
      CapabilityDrop: spec.capabilityDrop,
      Ulimits: spec.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
      OomScoreAdj: spec.oomScoreAdj,
      Skep: encodeExtension(spec),
    }),
    ...(spec.isolation !== '' && { Isolation: spec.isolation as 'default' | 'process' | 'hyperv' }),
    ...(spec.init !== undefined && { Init: spec.init }),
    ...(spec.stopGracePeriodNs !== undefined && { StopGracePeriod: spec.stopGracePeriodNs }),
    ...(spec.healthCheck && { Healthcheck: encodeHealthCheck(spec.healthCheck) }),
    // Docker's clients always send these two, so templates look into them.
    DNSConfig: omitEmpty({ Nameservers: spec.dns?.nameservers, Search: spec.dns?.search, Options: spec.dns?.options }),
    Privileges: encodePrivileges(spec.privileges ?? { noNewPrivileges: false }),
  }
}

function encodeExtension(spec: ContainerSpec): ContainerSpecExtension {
  return {
    ...omitEmpty({
      Devices: spec.devices.map((device) => ({
        PathOnHost: device.pathOnHost,
        PathInContainer: device.pathInContainer,
        CgroupPermissions: device.permissions,
      })),
    }),
    ...(spec.privileged !== undefined && { Privileged: spec.privileged }),
    ...(spec.shmBytes !== undefined && { ShmSize: spec.shmBytes }),
    ...(spec.pidMode !== undefined && { PidMode: spec.pidMode }),
    ...(spec.ipcMode !== undefined && { IpcMode: spec.ipcMode }),
  }
}

function encodeFile({ file }: FileReference) {
  return file ? { File: { Name: file.name, UID: file.uid, GID: file.gid, Mode: file.mode } } : {}
}

function encodeHealthCheck(check: HealthCheck): HealthConfig {
  return omitEmpty({
    Test: check.test,
    Interval: check.intervalNs,
    Timeout: check.timeoutNs,
    StartPeriod: check.startPeriodNs,
    StartInterval: check.startIntervalNs,
    Retries: check.retries,
  })
}

function encodePrivileges(privileges: Privileges): NonNullable<SwarmContainerSpec['Privileges']> {
  const { credentialSpec: credential, seLinux, seccomp, appArmor } = privileges
  return {
    ...(credential && { CredentialSpec: omitEmpty({ Config: credential.config, File: credential.file, Registry: credential.registry }) }),
    ...(seLinux && {
      SELinuxContext: {
        Disable: seLinux.disable,
        ...omitEmpty({ User: seLinux.user, Role: seLinux.role, Type: seLinux.type, Level: seLinux.level }),
      },
    }),
    ...(seccomp && {
      Seccomp: {
        Mode: seccomp.mode as 'default' | 'unconfined' | 'custom',
        ...(seccomp.profile.length > 0 && { Profile: encodeBytes(seccomp.profile) }),
      },
    }),
    ...(appArmor && { AppArmor: { Mode: appArmor.mode as 'default' | 'disabled' } }),
    NoNewPrivileges: privileges.noNewPrivileges,
  }
}

function encodeMount(mount: MountSpec): Mount {
  const { bind, volume, tmpfs, image } = mount
  return {
    Type: mount.type as NonNullable<Mount['Type']>,
    ...omitEmpty({ Source: mount.source, Target: mount.target, ReadOnly: mount.readOnly, Consistency: mount.consistency }),
    ...(bind && {
      BindOptions: omitEmpty({
        Propagation: bind.propagation as 'rprivate',
        NonRecursive: bind.nonRecursive,
        CreateMountpoint: bind.createMountpoint,
        ReadOnlyNonRecursive: bind.readOnlyNonRecursive,
        ReadOnlyForceRecursive: bind.readOnlyForceRecursive,
      }),
    }),
    ...(volume && {
      VolumeOptions: {
        ...omitEmpty({ NoCopy: volume.noCopy, Labels: volume.labels, Subpath: volume.subpath }),
        ...(volume.driver && { DriverConfig: omitEmpty({ Name: volume.driver.name, Options: volume.driver.options }) }),
      },
    }),
    ...(tmpfs && {
      TmpfsOptions: omitEmpty({ SizeBytes: tmpfs.sizeBytes, Mode: tmpfs.mode, Options: tmpfs.options.map(splitOption) }),
    }),
    ...(image && { ImageOptions: omitEmpty({ Subpath: image.subpath }) }),
  }
}

/** `uid=1000` is a pair, `noexec` stands alone. */
function splitOption(option: string): string[] {
  const at = option.indexOf('=')
  return at < 0 ? [option] : [option.slice(0, at), option.slice(at + 1)]
}
