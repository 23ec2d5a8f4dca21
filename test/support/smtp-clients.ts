import { execFile } from 'node:child_process'
import { createTransport } from 'nodemailer'

/** How a client is to connect. */
export type Security = 'plain' | 'starttls' | 'tls'

/** Where and what a client is to send, from a@example.com to b@example.com, as `user` with `password`. */
export interface Sending {
  readonly port: number
  readonly security: Security
  /** A message of ASCII, CRLF line ends. */
  readonly content: string
  /** The same in a file. */
  readonly file: string
  /** File with the certificate that the server has to show. */
  readonly anchor: string
  /** What is in it. */
  readonly certificate: string
}

/** A program that sends mail. */
export interface SmtpClient {
  readonly name: string
  /** @returns why it cannot be tried here. */
  missing(security: Security): Promise<string | undefined>
  /** @throws unless the message was taken. */
  send(sending: Sending): Promise<unknown>
}

/** Rejects with code ENOENT when there is no such program. */
function run(command: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error) reject(Object.assign(new Error(`${error.message}\n${stdout}${stderr}`), { code: error.code }))
      else resolve(stdout + stderr)
    })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

interface Probe {
  readonly command: readonly [program: string, ...args: string[]]
  /** It can send, going by what the command says. */
  readonly able?: (said: string, security: Security) => boolean
}

const missingBy =
  ({ command: [program, ...args], able }: Probe): SmtpClient['missing'] =>
  async (security) => {
    try {
      const said = await run(program, args)
      return able?.(said, security) === false ? `${program} cannot do it here` : undefined
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return `${program} is not installed`
      throw error
    }
  }

const python = `
import smtplib, ssl, sys
port, security, anchor, path = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
context = ssl.create_default_context(cafile=anchor)
if security == 'tls':
    client = smtplib.SMTP_SSL('localhost', port, context=context)
else:
    client = smtplib.SMTP('localhost', port)
    if security == 'starttls':
        client.starttls(context=context)
client.login('user', 'password')
client.sendmail('a@example.com', ['b@example.com'], open(path, 'rb').read())
client.quit()
`

async function byNodemailer({ port, security, content, certificate }: Sending): Promise<void> {
  const transport = createTransport({
    ...{ host: 'localhost', port, secure: security === 'tls', ignoreTLS: security === 'plain' },
    ...{ requireTLS: security === 'starttls', tls: { ca: certificate } },
    auth: { user: 'user', pass: 'password' },
  })
  await transport.sendMail({ envelope: { from: 'a@example.com', to: ['b@example.com'] }, raw: content })
  transport.close()
}

/** curl, swaks, msmtp, smtplib of Python, nodemailer. */
export const smtpClients: readonly SmtpClient[] = [
  {
    name: 'curl',
    missing: missingBy({ command: ['curl', '--version'], able: (said) => said.includes('smtps') }),
    send: ({ port, security, anchor, file }) =>
      run('curl', [
        ...['-sS', security === 'tls' ? `smtps://localhost:${port}` : `smtp://localhost:${port}`, '--cacert', anchor],
        ...(security === 'starttls' ? ['--ssl-reqd'] : []),
        ...['--mail-from', 'a@example.com', '--mail-rcpt', 'b@example.com', '--user', 'user:password', '-T', file],
      ]),
  },
  {
    name: 'swaks',
    missing: missingBy({
      command: ['swaks', '--support'],
      able: (said, security) =>
        security === 'plain' || !/not supported[^]*TLS|TLS[^\n]*missing|requires Net::SSLeay/i.test(said),
    }),
    send: ({ port, security, file }) =>
      run('swaks', [
        ...['-4', '--server', '127.0.0.1', '--port', String(port), '--from', 'a@example.com', '--to', 'b@example.com'],
        ...(security === 'tls' ? ['--tls-on-connect'] : security === 'starttls' ? ['--tls'] : []),
        ...['--auth', 'PLAIN', '--auth-user', 'user', '--auth-password', 'password', '--data', `@${file}`],
      ]),
  },
  {
    name: 'msmtp',
    missing: missingBy({ command: ['msmtp', '--version'] }),
    send: ({ port, security, anchor, content }) =>
      run(
        'msmtp',
        [
          ...['--file=/dev/null', '--host=localhost', `--port=${port}`, '--from=a@example.com', '--auth=plain'],
          ...['--user=user', '--passwordeval=echo password', security === 'plain' ? '--tls=off' : '--tls=on'],
          ...(security === 'plain'
            ? []
            : [`--tls-starttls=${security === 'starttls' ? 'on' : 'off'}`, `--tls-trust-file=${anchor}`]),
          'b@example.com',
        ],
        content,
      ),
  },
  {
    name: 'smtplib of Python',
    missing: missingBy({ command: ['python3', '--version'] }),
    send: ({ port, security, anchor, file }) => run('python3', ['-c', python, String(port), security, anchor, file]),
  },
  {
    name: 'nodemailer',
    missing: () => Promise.resolve(undefined),
    send: byNodemailer,
  },
]
