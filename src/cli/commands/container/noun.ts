import { noun } from '../../command.js'
import { attach } from './attach.js'
import { commit } from './commit.js'
import { cp } from './cp.js'
import { create } from './create.js'
import { exec } from './exec.js'
import { exportVerb } from './export.js'
import { inspect } from './inspect.js'
import { kill, pause, rename, restart, rm, stop, unpause, wait } from './lifecycle.js'
import { logs } from './logs.js'
import { ls } from './ls.js'
import { diff, port, top } from './observe.js'
import { prune } from './prune.js'
import { run } from './run.js'
import { start } from './start.js'
import { stats } from './stats.js'
import { update } from './update.js'

export const container = noun('container', 'Manage containers', [
  attach,
  commit,
  cp,
  create,
  diff,
  exec,
  exportVerb,
  inspect,
  kill,
  logs,
  ls,
  pause,
  port,
  prune,
  rename,
  restart,
  rm,
  run,
  start,
  stats,
  stop,
  top,
  unpause,
  update,
  wait,
])
