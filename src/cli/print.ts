/** What the command says on standard output. */
import type { ListenerAddress, Stuntmail } from '../server.ts'

/** The one line of `--json`; scripts read it. */
export function readyJson(server: Pick<Stuntmail, 'listeners' | 'data' | 'templates'>, version: string): string {
  const { listeners, data = null, templates = null } = server
  return JSON.stringify({ ready: true, version, pid: process.pid, data, templates, listeners })
}

const ways = { none: 'plain', starttls: 'STARTTLS', implicit: 'TLS' } as const

/** What a listener is for, in a few words. */
function purpose(name: string, { tls }: ListenerAddress): string {
  if (name === 'http') return 'inbox and REST'
  const way = name === 'pop3' && tls === 'starttls' ? 'STLS' : ways[tls]
  return name === 'imap' || name === 'pop3' ? `${way}; any address, any password` : way
}

/** One line for each listener, then how to use it. */
export function readyText(
  server: Pick<Stuntmail, 'listeners' | 'url' | 'data' | 'templates'>,
  version: string,
): string {
  const rows = Object.entries(server.listeners).map(([name, address]) => {
    const { host, port } = address
    const where = name === 'http' && server.url !== undefined ? server.url : `${shownHost(host)}:${port}`
    return [name, where, purpose(name, address)]
  })
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd(),
  )
  const kept = server.data === undefined ? 'in memory, until this ends' : `in ${server.data}`
  return [
    `Stuntmail ${version} catches every message and delivers none. Kept ${kept}.`,
    '',
    ...lines,
    '',
    ...(server.templates === undefined ? [] : [`Templates in ${server.templates} are rendered on every save.`, '']),
    ...advice(server),
  ].join('\n')
}

function advice({ listeners, url }: Pick<Stuntmail, 'listeners' | 'url'>): string[] {
  const { smtp } = listeners
  const send = smtp && `point your app at SMTP host ${shownHost(smtp.host)}, port ${smtp.port}`
  const look = url && `open ${url}`
  const both = [send, look].filter((part) => part !== undefined && part !== '').join(', and ')
  return both === '' ? [] : [`To begin, ${both}.`]
}

function shownHost(host: string): string {
  if (host === '127.0.0.1' || host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
