/** `gulp watch`: builds the UI and the server for work on them, starts Stuntmail on it, and follows every save. */
import { sep } from 'node:path'
import { systemClock } from '../src/clock.ts'
import { hostPort, listenAddress } from '../src/config/kinds.ts'
import { isLoopbackHost } from '../src/http/host.ts'
import { readClientScript } from '../src/livereload/client-script.ts'
import { startEndpoint } from '../src/livereload/endpoint.ts'
import { liveReloadHub, type Hub } from '../src/livereload/hub.ts'
import { bind, loopbackHosts, PortInUse } from '../src/net/listener.ts'
import { root } from './files.ts'
import { onSaves } from './watch-files.ts'
import { Output } from './watch-output.ts'
import { buildClientScript, buildImages, buildPage, buildWatchedIcons } from './watch-page.ts'
import { Problems } from './watch-problems.ts'
import { Scripts } from './watch-scripts.ts'
import { WatchedServer } from './watch-server.ts'
import { Style } from './watch-style.ts'

/** Where LiveReload's extension looks. */
const defaultLiveReloadPort = 35_729

/** The tasks of the watch. The first one has to have ended before others begin. */
export interface WatchTasks {
  prepare(): Promise<void>
  style(): Promise<void>
  scripts(): Promise<void>
  icons(): Promise<void>
  images(): Promise<void>
  server(): Promise<void>
  /** After all that builds. */
  start(): Promise<void>
  /** Last. Ends at once, and goes on until the process is ended. */
  follow(): Promise<void>
}

/** Nothing is done before the first task runs. */
export function watchTasks(): WatchTasks {
  const hub = liveReloadHub({ clock: systemClock })
  let following = false
  const problems: Problems = new Problems((all) => server.showProblems(all))
  const output: Output = new Output(async (change) => {
    await server.changed(change)
    hub.changed(change.paths)
    if (following) console.log(`changed ${spoken(change.paths)}`)
  })
  const server: WatchedServer = new WatchedServer(problems, () => output.build)
  const style = new Style(output, problems)
  const scripts = new Scripts(output, problems)
  const page = (): Promise<void> => guarded(problems, 'page', () => buildPage(output, style.files))
  const images = (changed?: ReadonlySet<string>): Promise<void> =>
    guarded(problems, 'images', () => buildImages(output, changed))
  const icons = (): Promise<void> => guarded(problems, 'icons', () => buildWatchedIcons(output))
  return {
    prepare: () => output.open(),
    style: async () => {
      await style.build()
      await page()
    },
    scripts: () => scripts.build(),
    icons: () => icons(),
    images: () => images(),
    server: async () => void (await server.build()),
    async start() {
      await buildClientScript(output)
      await output.settled()
      await server.restart()
      await listen(hub)
    },
    async follow() {
      const sheets = async (changed: ReadonlySet<string>): Promise<void> => {
        if (await style.rebuild(changed)) await page()
      }
      await Promise.all([
        onSaves('style', ['ui/style/**/*.less'], sheets),
        onSaves('scripts', ['ui/**/*.{ts,tsx}', 'src/http/*.ts'], async (changed) => {
          if (scripts.reads(changed)) await scripts.build()
        }),
        onSaves('page', ['ui/index.html'], page),
        onSaves('icons', ['ui/icons.json'], icons),
        onSaves('images', ['ui/**/*.{avif,gif,ico,jpeg,jpg,png,svg,webp}'], images),
        onSaves('server', ['src/**/*.ts', 'ui/watch/paths.ts', 'package.json'], async (changed) => {
          if (server.reads(changed) && (await server.build())) await server.restart()
        }),
      ])
      following = true
      console.log('Watching. Every save goes to the open pages.')
    },
  }
}

/** Not the whole of a long list. */
function spoken(paths: readonly string[]): string {
  const names = paths.map((path) => path.slice(1))
  const more = names.length - 4
  return more > 1 ? `${names.slice(0, 4).join(', ')} and ${more} more` : names.join(', ')
}

/** LiveReload where its extension looks, on loopback. Where that port is taken, the UI's own port does without it. */
async function listen(hub: Hub): Promise<void> {
  const asked = process.env['STUNTMAIL_LIVERELOAD']
  const address =
    asked === undefined
      ? { hosts: loopbackHosts, port: defaultLiveReloadPort }
      : listenAddress(defaultLiveReloadPort).read(asked, root)
  if (address === undefined) return
  if (!address.hosts.every((host) => host === 'localhost' || isLoopbackHost(host))) {
    throw new Error('STUNTMAIL_LIVERELOAD: LiveReload listens on this machine only')
  }
  try {
    const sockets = await bind({ name: 'livereload', ...address })
    startEndpoint({ sockets, hub, script: await readClientScript() })
    const [{ host, port }] = sockets.addresses
    console.log(`LiveReload for other pages: ${hostPort(host, port)}`)
  } catch (error) {
    if (!(error instanceof PortInUse)) throw error
    console.log(`${error.message}: no LiveReload for other pages. The UI's own page has it all the same.`)
  }
}

/** What goes wrong is a problem, and the watch goes on. */
async function guarded(problems: Problems, owner: string, build: () => Promise<void>): Promise<void> {
  try {
    await build()
    problems.set(owner, [])
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    problems.set(owner, [{ what: owner, text: text.replaceAll(`${root}${sep}`, '').replaceAll(root, '') }])
  }
}
