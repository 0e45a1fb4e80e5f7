import { invalid } from '../../base/errors.js'
import type { Plugin, PluginPrivilege } from '../../model/engine-api/plugin.js'
import type { Exchange } from '../exchange.js'
import type { Filters } from '../filters.js'
import { listOf, orNull, shape, text } from '../json-check.js'
import { withProgress } from '../progress-stream.js'
import { registryAuth } from '../registry-auth.js'
import type { Handler } from '../route.js'
import type { PluginPullRequest, PluginsBackend } from './backend.js'

const listFilters = ['capability', 'enabled'] as const
const timeoutSecondsMax = 24 * 3600

const privileges = orNull(listOf(shape<PluginPrivilege>({ Name: text, Description: text, Value: listOf(text) })), [])

export function pluginHandlers(plugins: PluginsBackend) {
  const list: Handler = (exchange) => {
    const accepts = filterOf(exchange.query.filters(listFilters))
    exchange.json(200, plugins.list().filter(accepts))
  }

  const inspect: Handler = (exchange) => exchange.json(200, plugins.inspect(exchange.param('name')))

  const needed: Handler = async (exchange) => {
    exchange.json(200, await plugins.privileges(remoteOf(exchange), registryAuth(exchange.headers), exchange.signal))
  }

  const pull: Handler = async (exchange) => {
    const request = await pullRequest(exchange)
    const name = plugins.localName(request.remote, exchange.query.text('name'))
    await withProgress(exchange, (progress) => plugins.pull(name, request, progress, exchange.signal), { headers: { 'Docker-Plugin-Name': name } })
  }

  const upgrade: Handler = async (exchange) => {
    const ref = exchange.param('name')
    const request = await pullRequest(exchange)
    await withProgress(exchange, (progress) => plugins.upgrade(ref, request, progress, exchange.signal), { headers: { 'Docker-Plugin-Name': ref } })
  }

  const create: Handler = async (exchange) => {
    const name = exchange.query.text('name')
    if (name === undefined || name === '') throw invalid('the query parameter name is needed: the name of the plugin')
    await plugins.create(name, exchange.body, exchange.signal)
    exchange.empty(204)
  }

  const push: Handler = async (exchange) => {
    const auth = registryAuth(exchange.headers)
    await withProgress(exchange, (progress) => plugins.push(exchange.param('name'), auth, progress, exchange.signal))
  }

  const enable: Handler = async (exchange) => {
    const timeout = exchange.query.text('timeout') ?? ''
    if (!/^\d+$/.test(timeout) || Number(timeout) > timeoutSecondsMax) throw invalid(`the query parameter timeout must be a number of seconds from 0 to ${timeoutSecondsMax}, not ${JSON.stringify(timeout)}`)
    await plugins.enable(exchange.param('name'), Number(timeout))
    exchange.empty(200)
  }

  const disable: Handler = async (exchange) => {
    await plugins.disable(exchange.param('name'), exchange.query.flag('force'))
    exchange.empty(200)
  }

  const remove: Handler = async (exchange) => {
    await plugins.remove(exchange.param('name'), exchange.query.flag('force'))
    exchange.empty(200)
  }

  const set: Handler = async (exchange) => {
    await plugins.set(exchange.param('name'), await exchange.readJson(orNull(listOf(text), []), []))
    exchange.empty(204)
  }

  return { list, inspect, needed, pull, upgrade, create, push, enable, disable, remove, set }
}

async function pullRequest(exchange: Exchange): Promise<PluginPullRequest> {
  const granted = await exchange.readJson(privileges, [])
  return { remote: remoteOf(exchange), auth: registryAuth(exchange.headers), privileges: granted }
}

function remoteOf({ query }: Exchange): string {
  const remote = query.text('remote')
  if (remote === undefined || remote === '') throw invalid('invalid reference format: the query parameter remote is needed: where the plugin is')
  return remote
}

/** As Docker has it: a plugin passes when every capability it has is one of those asked for. */
function filterOf(filters: Filters): (plugin: Plugin) => boolean {
  const enabled = filters.flag('enabled')
  return ({ Enabled, Config }) =>
    (enabled === undefined || Enabled === enabled) && Config.Interface.Types.every((type) => filters.match('capability', type.replace(/^[^.]*\./, '').replace(/\/.*$/, '')))
}
