/** The server of `gulp watch`: Stuntmail from source, with the UI that is being worked on and LiveReload on its port. */
import { Command } from 'commander'
import { createLogger } from '../src/cli/logger.ts'
import { readyJson, readyText } from '../src/cli/print.ts'
import { commandSettings } from '../src/cli/settings.ts'
import { onSignals } from '../src/cli/signals.ts'
import { systemClock } from '../src/clock.ts'
import { listenerNames, type Settings } from '../src/config/options.ts'
import { loadChangingFiles } from '../src/http/static.ts'
import { socketPath } from '../src/livereload/endpoint.ts'
import { liveReloadHub } from '../src/livereload/hub.ts'
import { start, version } from '../src/server.ts'
import { appliedPrefix, pluginIdentifier, problemsPrefix, servedPrefix, type Problem } from '../ui/watch/paths.ts'
import type { FromServer, ServerStart, ToServer } from './watch-server.ts'

const given = JSON.parse(process.env['STUNTMAIL_WATCH'] ?? '') as ServerStart
delete process.env['STUNTMAIL_WATCH']
let { build, problems } = given
const files = await loadChangingFiles(given.uiFolder)
const hub = liveReloadHub({
  clock: systemClock,
  plugin: pluginIdentifier,
  standing: () => [servedPrefix + build, problemsPath(problems)],
})
const settings = samePorts((await commandSettings(new Command())).settings)
const log = createLogger({ level: settings.logLevel, human: process.stderr.isTTY && !settings.json })
const watchedUi = { files, socketPath, upgrade: hub.upgrade }
const starting = start(settings, { log, watchedUi })
const end = (): void => {
  hub.close()
  void starting.then((server) => server.stop()).finally(() => process.exit())
}
onSignals(end)
// The watch is gone, however it ended.
process.on('disconnect', end)
process.on('message', (message: ToServer) => {
  if (message.kind === 'problems') {
    problems = message.problems
    hub.tell(problemsPath(problems))
    return
  }
  const { id, change } = message
  build = change.build
  void files.refresh(change.files).then(() => {
    hub.changed(change.paths)
    hub.tell(appliedPrefix + change.build)
    tellWatch({ kind: 'told', id })
  })
})

const server = await starting
const ports = Object.entries(server.listeners).map(([name, { port }]) => [name, port] as const)
process.stdout.write(`${settings.json ? readyJson(server, version) : readyText(server, version)}\n`)
tellWatch({ kind: 'ready', ports: Object.fromEntries(ports) })

function problemsPath(all: readonly Problem[]): string {
  return problemsPrefix + encodeURIComponent(JSON.stringify(all))
}

function tellWatch(message: FromServer): void {
  if (process.connected) process.send?.(message)
}

/** A port that was any free one stays what it was before. */
function samePorts(resolved: Settings): Settings {
  const moved = listenerNames.flatMap((name) => {
    const key = `listen.${name}` as const
    const address = resolved[key]
    const port = given.ports[name]
    return address?.port === 0 && port !== undefined ? [[key, { ...address, port }] as const] : []
  })
  return { ...resolved, ...Object.fromEntries(moved) }
}
