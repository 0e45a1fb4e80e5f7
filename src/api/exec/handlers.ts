import type { ExecConfig } from '../../model/engine-api/exec.js'
import { conflict, invalid } from '../../base/errors.js'
import { terminalSize } from '../containers/lifecycle-handlers.js'
import { serveStarting } from '../hijack.js'
import { count, flag, listOf, shape, text, textOrList } from '../json-check.js'
import type { Handler } from '../route.js'
import type { ExecBackend, ExecStartOptions } from './backend.js'

const consoleSize = listOf(count)

const execConfig = shape<ExecConfig>({
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  ConsoleSize: consoleSize,
  DetachKeys: text,
  Tty: flag,
  Env: listOf(text),
  Cmd: textOrList,
  Privileged: flag,
  User: text,
  WorkingDir: text,
})

interface ExecStartBody {
  Detach?: boolean
  Tty?: boolean
  ConsoleSize?: number[]
}

const startBody = shape<ExecStartBody>({ Detach: flag, Tty: flag, ConsoleSize: consoleSize })

export function execHandlers(exec: ExecBackend) {
  const create: Handler = async (exchange) => {
    const config = await exchange.readJson(execConfig)
    if ((config.Cmd?.length ?? 0) === 0) throw invalid('No exec command specified')
    exchange.json(201, { Id: await exec.create(exchange.param('id'), config) })
  }

  const start: Handler = async (exchange) => {
    const body = await exchange.readJson(startBody, {})
    const options = startOptions(body)
    if (body.Detach === true) {
      await exec.startDetached(exchange.param('id'), options)
      exchange.empty(200)
      return
    }
    const id = exchange.param('id')
    const found = await exec.inspect(id)
    if (found.Running) throw conflict(`Error: Exec command ${id} is already running`)
    // The terminal is as the exec was made; how its output is sent, as the start says: clients read by what they sent here.
    const raw = body.Tty ?? false
    await serveStarting(exchange, raw, async () => ({ ...(await exec.start(id, options)), tty: raw }))
  }

  const inspect: Handler = async (exchange) => {
    exchange.json(200, await exec.inspect(exchange.param('id')))
  }

  const resize: Handler = async (exchange) => {
    await exec.resize(exchange.param('id'), terminalSize(exchange.query))
    exchange.empty(200)
  }

  return { create, start, inspect, resize }
}

function startOptions({ ConsoleSize }: ExecStartBody): ExecStartOptions {
  const [rows, columns] = ConsoleSize ?? []
  if (ConsoleSize !== undefined && (rows === undefined || columns === undefined || ConsoleSize.length !== 2)) {
    throw invalid('invalid JSON: ConsoleSize must be a list of height and width')
  }
  return rows !== undefined && columns !== undefined && rows > 0 && columns > 0 ? { size: { rows, columns } } : {}
}
