import type { StuntmailOptions } from '../config/stuntmail-options.ts'
import { readyText } from '../cli/print.ts'
import { startStuntmail, version, type Stuntmail } from '../server.ts'
import { PluginError } from './plugin-error.ts'

const plugin = 'stuntmail.serve'

/** Those of the command: apps send there already. */
const usualPorts = { smtp: 1025, submission: 1587, smtps: 1465, http: 8025 }

/** Servers of this process by their options: a task may run again. */
const servers = new Map<string, Promise<Stuntmail>>()
/** Those that run, the newest last. */
const running = new Set<Stuntmail>()

/**
 * A task that starts Stuntmail in this process, with which it ends. Options are those of `startStuntmail()`, but the ports
 * are the usual ones unless `listen` says otherwise: 1025, 1587, 1465 and 8025.
 *
 * The task resolves with the server when it is ready. A second one with the same options resolves with the same server.
 * @throws PluginError (as the task's) where it does not start.
 */
export function serve(options: StuntmailOptions = {}): () => Promise<Stuntmail> {
  return async function serve() {
    const key = JSON.stringify(options)
    const known = servers.get(key) ?? start(options, () => servers.delete(key))
    servers.set(key, known)
    return known
  }
}

/** Address of the UI that was started last in this process; undefined where none runs. */
export function servedUrl(): string | undefined {
  return [...running].findLast(({ url }) => url !== undefined)?.url
}

async function start(options: StuntmailOptions, ended: () => void): Promise<Stuntmail> {
  try {
    const server = await startStuntmail({ ...options, listen: { ...usualPorts, ...options.listen } })
    const stop = (): Promise<void> => {
      running.delete(served)
      ended()
      return server.stop()
    }
    const served: Stuntmail = { ...server, stop, [Symbol.asyncDispose]: stop }
    running.add(served)
    process.stdout.write(`${readyText(served, version)}\n`)
    return served
  } catch (error) {
    ended()
    throw new PluginError(plugin, whyNot(error), { cause: error })
  }
}

/** What the command says of its flags, in the words of the options. */
function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(cause instanceof Error && 'listener' in cause)) return error.message
  const others = [...running].map(({ url }) => url).filter((url) => url !== undefined)
  const own =
    others.length === 0 ? '' : ` serve() runs in this process already, with other options, at ${others.join(', ')}.`
  const name = String(cause.listener)
  return `${cause.message}.${own} Is Stuntmail running elsewhere? End it, or choose another port: serve({ listen: { ${name}: 0 } }), 0 for any that is free, false for none.`
}
