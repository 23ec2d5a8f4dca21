import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ImapFlow } from 'imapflow'
import { missing, pythonProgram, run, runInTerminal, script, type Probe } from './programs.ts'

/** Where a client is to find which mailbox. */
export interface Reading {
  /** On localhost. */
  readonly port: number
  /** `default`: what the client does with host and port alone; the others: as its manual says. */
  readonly security: 'default' | 'plain' | 'tls'
  readonly user: string
  readonly password: string
  /** File with the certificate that the server has to show. */
  readonly anchor: string
  /** A folder for what it needs. */
  readonly folder: string
}

/** A program that reads mail. */
export interface Reader {
  readonly name: string
  readonly protocol: 'imap' | 'pop3'
  /** Given where it wants TLS unless told otherwise: how it says no to a server that has none. */
  readonly refusal?: RegExp
  /** It asks its user what to do about a certificate that it does not know. */
  readonly asks?: true
  /** @returns why it cannot be tried here. */
  missing(): Promise<string | undefined>
  /** @returns the first message of INBOX. */
  read(reading: Reading): Promise<string>
}

async function imapflow({ port, security, user, password, anchor }: Reading): Promise<string> {
  const tls = security === 'tls' ? { secure: true, tls: { ca: readFileSync(anchor) } } : {}
  const client = new ImapFlow({ host: 'localhost', port, auth: { user, pass: password }, logger: false, ...tls })
  await client.connect()
  try {
    await client.mailboxOpen('INBOX')
    const message = await client.fetchOne('1', { source: true })
    return message === false ? '' : String(message.source)
  } finally {
    await client.logout()
  }
}

function python(module: 'imaplib' | 'poplib', protocol: Reader['protocol']): Reader {
  return {
    name: `${module} of Python`,
    protocol,
    missing: async () => missing([await pythonProgram(), '-c', `import ${module}`])(),
    read: async ({ port, security, anchor, user, password }) =>
      script(await pythonProgram(), `python-${module}.py`, [port, security, anchor, user, password]),
  }
}

function curl(protocol: Reader['protocol'], path: string): Reader {
  return {
    name: 'curl',
    protocol,
    missing: missing(['curl', '--version']),
    read({ port, security, anchor, user, password }) {
      const [scheme, ...tls] = security === 'tls' ? [`${protocol}s`, '--cacert', anchor] : [protocol]
      return run('curl', ['-sS', `${scheme}://localhost:${port}/${path}`, '--user', `${user}:${password}`, ...tls])
    },
  }
}

/** What mutt and neomutt are told: who we are, and to write the message that they open and to go. */
export function muttSettings({ user, password, anchor }: Omit<Reading, 'port' | 'folder'>, out: string): string {
  return [
    ...['imap', 'pop'].map((protocol) => `set ${protocol}_user=${user} ${protocol}_pass=${password}`),
    `set certificate_file=${anchor} wait_key=no`,
    `push "<pipe-message>cat>${out}<enter><exit>"\n`,
  ].join('\n')
}

function mutt(program: 'mutt' | 'neomutt', protocol: Reader['protocol']): Reader {
  return {
    name: program,
    protocol,
    refusal: /Encrypted connection unavailable/,
    asks: true,
    missing: missing([program, '-v'], ['script', '--version']),
    async read(reading) {
      const { port, security } = reading
      const home = mkdtempSync(join(reading.folder, program))
      // It would ask whether to make it.
      mkdirSync(join(home, 'Mail'))
      const out = join(home, 'message.eml')
      const tls = security === 'plain' ? 'unset ssl_force_tls\n' : ''
      writeFileSync(join(home, `.${program}rc`), tls + muttSettings(reading, out))
      const [scheme, path] = protocol === 'imap' ? ['imap', '/INBOX'] : ['pop', '']
      const shown = await runInTerminal(
        `${program} -f ${scheme}${security === 'tls' ? 's' : ''}://localhost:${port}${path}`,
        home,
      )
      if (!existsSync(out)) throw new Error(shown)
      return readFileSync(out, 'utf8').replace(/\n/g, '\r\n')
    },
  }
}

async function mbsync({ port, security, user, password, anchor, folder }: Reading): Promise<string> {
  const home = mkdtempSync(join(folder, 'mbsync'))
  mkdirSync(join(home, 'mail'))
  const ways = { default: '', plain: 'SSLType None', tls: `SSLType IMAPS\nCertificateFile ${anchor}` }
  writeFileSync(
    join(home, '.mbsyncrc'),
    `IMAPStore far
Host localhost
Port ${port}
User ${user}
Pass ${password}
${ways[security]}

MaildirStore near
Inbox ${home}/mail/INBOX

Channel inbox
Far :far:
Near :near:
Create Near
`,
  )
  await run('mbsync', ['inbox'], { env: { HOME: home }, cwd: home })
  // In `cur` once another has read it.
  const messages = ['new', 'cur'].map((state) => join(home, 'mail/INBOX', state))
  const [path = ''] = messages.flatMap((place) => readdirSync(place).map((name) => join(place, name)))
  // It marks what it copies with a field of its own.
  return readFileSync(path, 'utf8')
    .replace(/^X-TUID: .*\n/m, '')
    .replace(/\n/g, '\r\n')
}

const always: Probe = [process.execPath, '--version']

export const readers: readonly Reader[] = [
  { name: 'imapflow', protocol: 'imap', missing: missing(always), read: imapflow },
  python('imaplib', 'imap'),
  python('poplib', 'pop3'),
  curl('imap', 'INBOX;MAILINDEX=1'),
  curl('pop3', '1'),
  ...(['mutt', 'neomutt'] as const).flatMap((program) => [mutt(program, 'imap'), mutt(program, 'pop3')]),
  {
    name: 'mbsync',
    protocol: 'imap',
    refusal: /SSL support not available/,
    missing: missing(['mbsync', '--version']),
    read: mbsync,
  },
]
