import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type * as Nodemailer from 'nodemailer'
import { clientFile, missing, pythonProgram, run, script, type Probe } from './programs.ts'

/**
 * How a client is to connect: `plain` is what it does by itself with host and port alone. The others are as its manual says:
 * `login` in plain text too, but as `user` with `password`; `starttls` and `tls` as this user, and with a certificate to trust.
 */
export type Security = 'plain' | 'login' | 'starttls' | 'tls'

/** Where and what a client is to send, from a@example.com to b@example.com. */
export interface Sending {
  /** On localhost. */
  readonly port: number
  readonly security: Security
  /** A message, CRLF line ends. */
  readonly content: Buffer
  /** The same in a file. */
  readonly file: string
  /** File with the certificate that the server has to show. */
  readonly anchor: string
  /** A folder for what it needs. */
  readonly folder: string
}

export function isOverTls(security: Security): boolean {
  return security === 'starttls' || security === 'tls'
}

/** A program that sends mail. */
export interface SmtpClient {
  readonly name: string
  /** @returns why it cannot be tried here. */
  missing(security: Security): Promise<string | undefined>
  /** @returns what it has sent: `content`, or what it says itself. @throws unless the message was taken. */
  send(sending: Sending): Promise<Buffer>
}

/** A client that sends `content` as it is. */
function sendsContent(
  name: string,
  lacks: SmtpClient['missing'],
  send: (sending: Sending) => Promise<unknown>,
): SmtpClient {
  return {
    name,
    missing: lacks,
    async send(sending) {
      await send(sending)
      return sending.content
    },
  }
}

/** A client that makes a message of its own, and writes it. */
function composes(name: string, probe: Probe, send: (sending: Sending) => Promise<string>): SmtpClient {
  return {
    name,
    missing: missing(probe),
    async send(sending) {
      return Buffer.from((await send(sending)).replace(/\r?\n/g, '\r\n'))
    },
  }
}

const auth = { user: 'user', pass: 'password' }

/** Versions whose defaults differ; the older ones are there by an alias of npm, or not at all. */
function nodemailer(name: string): SmtpClient {
  const require = createRequire(import.meta.url)
  const lacks = async (): Promise<string | undefined> => {
    try {
      require.resolve(name)
      return undefined
    } catch {
      return `${name} is not installed`
    }
  }
  return sendsContent(name, lacks, async ({ port, security, content, anchor }) => {
    const { createTransport } = require(name) as typeof Nodemailer
    const ways = {
      plain: {},
      login: { auth },
      starttls: { auth, requireTLS: true, tls: { ca: readFileSync(anchor) } },
      tls: { auth, secure: true, tls: { ca: readFileSync(anchor) } },
    }
    const transport = createTransport({ host: 'localhost', port, ...ways[security] })
    await transport.sendMail({ envelope: { from: 'a@example.com', to: ['b@example.com'] }, raw: content })
    transport.close()
  })
}

/** What a command line needs to log in, and for TLS. */
type Options = Readonly<Record<'login' | 'starttls' | 'tls', readonly string[]>>

function optionsFor(security: Security, { login, starttls, tls }: Options): readonly string[] {
  return { plain: [], login, starttls: [...login, ...starttls], tls: [...login, ...tls] }[security]
}

function curl({ port, security, anchor, file }: Sending): Promise<string> {
  return run('curl', [
    ...['-sS', `${security === 'tls' ? 'smtps' : 'smtp'}://localhost:${port}`],
    ...['--mail-from', 'a@example.com', '--mail-rcpt', 'b@example.com', '--upload-file', file],
    ...optionsFor(security, {
      login: ['--user', 'user:password'],
      starttls: ['--ssl-reqd', '--cacert', anchor],
      tls: ['--cacert', anchor],
    }),
  ])
}

/** It sends one more line end after every message. */
async function swaks({ port, security, anchor, file, content }: Sending): Promise<Buffer> {
  const trust = ['--tls-verify', '--tls-ca-path', anchor]
  await run('swaks', [
    ...['--server', `localhost:${port}`, '--from', 'a@example.com', '--to', 'b@example.com', '--data', `@${file}`],
    ...optionsFor(security, {
      login: ['--auth', 'PLAIN', '--auth-user', 'user', '--auth-password', 'password'],
      starttls: ['--tls', ...trust],
      tls: ['--tls-on-connect', ...trust],
    }),
  ])
  return Buffer.concat([content, Buffer.from('\r\n')])
}

function msmtpOptions({ port, security, anchor }: Sending): readonly string[] {
  const options = optionsFor(security, {
    login: ['--auth=plain', '--user=user', "--passwordeval='echo password'"],
    starttls: ['--tls=on', `--tls-trust-file=${anchor}`],
    tls: ['--tls=on', '--tls-starttls=off', `--tls-trust-file=${anchor}`],
  })
  return ['--host=localhost', `--port=${port}`, ...options]
}

/** As in a php.ini: mail() hands its message to a command line. What it hands over is kept on the way. */
async function phpMail(sending: Sending): Promise<string> {
  const kept = join(sending.folder, 'mail.php.eml')
  const command = `tee ${kept} | msmtp --read-recipients --from=a@example.com ${msmtpOptions(sending).join(' ')}`
  await run('php', ['-d', `sendmail_path="${command}"`, clientFile('mail.php')])
  return readFileSync(kept, 'utf8')
}

/** Built anew for each, which the build cache of Go makes quick. */
async function goSends({ port, security, anchor, file, folder }: Sending): Promise<void> {
  const env = { SSL_CERT_FILE: anchor, GOTOOLCHAIN: 'local', GOPROXY: 'off' }
  const program = join(folder, 'net-smtp')
  await run('go', ['build', '-o', program, clientFile('net-smtp.go')], { env })
  await run(program, [String(port), security, file], { env })
}

const php =
  (name: string) =>
  async ({ port, security, anchor }: Sending): Promise<string> =>
    run('php', ['-d', `openssl.cafile=${anchor}`, clientFile(name), String(port), security])

const perlLogin = missing(['perl', '-MAuthen::SASL', '-e', '1'])
const perlTls = missing(['perl', '-MIO::Socket::SSL', '-e', '1'])
const swaksTls = missing(['perl', '-MNet::SSLeay', '-e', '1'])
const phpLibrary = (file: string): Probe => ['php', '-r', `require '/usr/share/php/${file}/autoload.php';`]

export const smtpClients: readonly SmtpClient[] = [
  nodemailer('nodemailer'),
  nodemailer('nodemailer7'),
  nodemailer('nodemailer6'),
  sendsContent('curl', missing(['curl', '--version']), curl),
  {
    name: 'swaks',
    missing: async (security) =>
      (await missing(['swaks', '--version'])()) ?? (isOverTls(security) ? swaksTls() : undefined),
    send: swaks,
  },
  sendsContent('msmtp', missing(['msmtp', '--version']), (sending) =>
    run('sh', ['-c', `msmtp --from=a@example.com ${msmtpOptions(sending).join(' ')} b@example.com`], {
      input: sending.content,
    }),
  ),
  sendsContent(
    'smtplib of Python',
    async () => missing([await pythonProgram(), '-c', 'import smtplib'])(),
    async ({ port, security, anchor, file }) =>
      script(await pythonProgram(), 'python-smtplib.py', [port, security, anchor, file]),
  ),
  sendsContent(
    'aiosmtplib of Python',
    async () => missing([await pythonProgram(), '-c', 'import aiosmtplib'])(),
    async ({ port, security, anchor, file }) =>
      script(await pythonProgram(), 'python-aiosmtplib.py', [port, security, anchor, file]),
  ),
  sendsContent('net-smtp of Ruby', missing(['ruby', '-e', 'require "net/smtp"']), ({ port, security, anchor, file }) =>
    script('ruby', 'net-smtp.rb', [port, security, file], { env: { SSL_CERT_FILE: anchor } }),
  ),
  composes('mail of Ruby', ['ruby', '-e', 'require "mail"'], ({ port, security, anchor }) =>
    script('ruby', 'mail-gem.rb', [port, security, anchor]),
  ),
  sendsContent('net/smtp of Go', missing(['go', 'version']), goSends),
  sendsContent(
    'Net::SMTP of Perl',
    async (security) =>
      (await missing(['perl', '-MNet::SMTP', '-e', '1'])()) ??
      (security === 'plain' ? undefined : await perlLogin()) ??
      (isOverTls(security) ? perlTls() : undefined),
    ({ port, security, anchor, file }) => script('perl', 'net-smtp.pl', [port, security, anchor, file]),
  ),
  composes('PHPMailer', phpLibrary('libphp-phpmailer'), php('phpmailer.php')),
  composes('Symfony Mailer', phpLibrary('Symfony/Component/Mailer'), php('symfony-mailer.php')),
  {
    ...composes('mail() of PHP through msmtp', ['php', '--version'], phpMail),
    missing: missing(['php', '--version'], ['msmtp', '--version']),
  },
]

/** Those that by their own defaults begin STARTTLS where it is offered, and do not go on where they do not trust it. */
export const startTlsByDefault: ReadonlySet<string> = new Set([
  ...['nodemailer', 'nodemailer7', 'nodemailer6'],
  'aiosmtplib of Python',
  ...['net-smtp of Ruby', 'mail of Ruby'],
  'net/smtp of Go',
  ...['PHPMailer', 'Symfony Mailer'],
])
