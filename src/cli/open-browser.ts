import { spawn } from 'node:child_process'

/**
 * Opens a page in the user's browser, by the command that the platform has for it and without a shell.
 * @param url our own: made of a host and a port.
 * @param failed told when there is no such command.
 */
export function openBrowser(url: string, failed: (error: Error) => void): void {
  const [command, ...args] = commandFor(url)
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.once('error', failed)
  child.unref()
}

function commandFor(url: string): [command: string, ...args: string[]] {
  if (process.platform === 'darwin') return ['open', url]
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url]
  return ['xdg-open', url]
}
