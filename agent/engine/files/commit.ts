import type { CommitOptions } from '../../../src/model/engine-api/commit.js'
import type { ContainerConfig } from '../../../src/model/engine-api/container.js'
import type { ImageConfig } from '../../../src/model/engine-api/image.js'
import { layerOf } from '../../snapshot/diff.js'
import { mergeConfig } from '../config-merge.js'
import type { Container } from '../container.js'
import type { EngineContext } from '../context.js'
import { whileFrozen } from '../life/freeze.js'
import { mountPoints } from './mount-points.js'
import { shortId } from '../../image/descriptor.js'

/** Makes an image of what a container changed; gives its id. The container is neither started nor removed meanwhile. */
export async function commitContainer(context: EngineContext, container: Container, options: CommitOptions, signal: AbortSignal): Promise<string> {
  const { repo, tag, comment, author, changes } = options
  const commit = (): Promise<string> =>
    context.images.commit(
      {
        parentId: container.record.imageId,
        layer: layerOf(context.rootfs.view(container.id).upper, mountPoints),
        config: imageConfigOf(mergeConfig(options.config, imageConfigOf(container.record.config))),
        changes,
        ...(repo !== undefined && { repo }),
        ...(tag !== undefined && { tag }),
        ...(comment !== undefined && { comment }),
        ...(author !== undefined && { author }),
      },
      signal,
    )
  const id = await (options.pause ? whileFrozen(context, container, commit) : container.exclusive(commit))
  context.events.publish('container', 'commit', container.id, container.eventAttributes({ comment: comment ?? '', imageID: id, imageRef: repo ?? shortId(id) }))
  return id
}

/** The settings of a container that an image keeps. */
function imageConfigOf(config: ContainerConfig): ImageConfig {
  const { User, ExposedPorts, Env, Cmd, Healthcheck, Volumes, WorkingDir, Entrypoint, OnBuild, Labels, StopSignal, Shell } = config
  return {
    ...(User && { User }),
    ...(ExposedPorts && Object.keys(ExposedPorts).length > 0 && { ExposedPorts }),
    ...(Env && { Env }),
    ...(Cmd && { Cmd }),
    ...(Healthcheck && { Healthcheck }),
    ...(Volumes && Object.keys(Volumes).length > 0 && { Volumes }),
    ...(WorkingDir && { WorkingDir }),
    ...(Entrypoint && Entrypoint.length > 0 && { Entrypoint }),
    ...(OnBuild && OnBuild.length > 0 && { OnBuild }),
    ...(Labels && Object.keys(Labels).length > 0 && { Labels }),
    ...(StopSignal && { StopSignal }),
    ...(Shell && Shell.length > 0 && { Shell }),
  }
}
