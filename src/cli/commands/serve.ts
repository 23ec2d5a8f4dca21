import { Command } from 'commander'
import type { Settings } from '../../config/options.ts'
import { settingsObject, settingsTable } from '../../config/options-table.ts'
import type { Log } from '../../log.ts'
import type { Stuntmail } from '../../server.ts'
import { watchDefects } from '../defects.ts'
import { exitCodes } from '../exit-code.ts'
import { openBrowser } from '../open-browser.ts'
import { addOptionFlags } from '../option-flags.ts'
import { readyJson, readyText } from '../print.ts'
import { commandSettings } from '../settings.ts'
import { dieByHangup, onHangup, onSignals } from '../signals.ts'

/** `stuntmail serve`: the server, until a signal ends it. */
export function serveCommand(): Command {
  const command = new Command('serve').description('Catch mail and show it; what stuntmail does without a command')
  addOptionFlags(command)
  return command.action(async () => {
    const resolved = await commandSettings(command)
    const { settings } = resolved
    if (!settings.printConfig) return serve(settings)
    print(settings.json ? JSON.stringify(settingsObject(resolved)) : settingsTable(resolved))
  })
}

async function serve(settings: Settings): Promise<void> {
  const [{ createLogger }, { start, version }] = await Promise.all([import('../logger.ts'), import('../../server.ts')])
  const human = process.stderr.isTTY && !settings.json
  const log = createLogger({ level: settings.logLevel, human })
  const defects = watchDefects(log)
  const starting = start(settings, { log })
  // A signal that comes before all is ready ends what there will be.
  // Where the start fails, that is said once, and it ends anyhow.
  const started = (act: (server: Stuntmail) => Promise<void>): void => void starting.then(act, () => undefined)
  const stop = (signal: string): void => started((server) => end(server, log, signal))
  onSignals(stop)
  onHangup({ stop, reload: () => started((server) => reload(server, log)) })
  const server = await starting
  defects.outlive()
  print(settings.json ? readyJson(server, version) : readyText(server, version))
  if (settings.open && server.url !== undefined) {
    openBrowser(server.url, (error) => log.warn({ err: error }, 'the browser could not be opened'))
  }
}

async function reload(server: Stuntmail, log: Log): Promise<void> {
  try {
    await server.reload()
    log.info({}, 'certificate and key were read again')
  } catch (error) {
    log.error({ err: error }, 'certificate and key cannot be used; those from before go on')
  }
}

async function end(server: Stuntmail, log: Log, signal: string): Promise<void> {
  log.info({ signal }, 'ending; messages on their way get their answer')
  try {
    await server.stop()
    if (signal === 'SIGHUP') return dieByHangup()
    process.exit(exitCodes.done)
  } catch (error) {
    log.error({ err: error }, 'it did not end well')
    process.exit(exitCodes.internal)
  }
}

function print(text: string): void {
  // Whoever read it may have gone away: `stuntmail --json | head -1`.
  process.stdout.on('error', () => undefined)
  process.stdout.write(`${text}\n`)
}
