import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createTransport } from 'nodemailer'
import { certificate, testSmtp, type TestSmtp } from '../support/smtp.ts'

/** How a client is to connect. */
type Security = 'plain' | 'starttls' | 'tls'

interface Target {
  readonly port: number
  readonly security: Security
}

interface Tool {
  readonly name: string
  /** Says that it is there, and what it can do. */
  readonly probe: readonly [command: string, ...args: string[]]
  /** Needed in what `probe` says. */
  readonly able?: RegExp
  send(target: Target): Promise<unknown>
}

const listeners = ['smtp', 'submission', 'smtps'] as const
const content = 'From: a@example.com\r\nTo: b@example.com\r\nSubject: interop\r\n\r\n.leading dot\r\nübung\r\n'
const directory = await mkdtemp(join(tmpdir(), 'stuntmail-interop-'))
const file = join(directory, 'message.eml')
const anchor = join(directory, 'cert.pem')
await writeFile(file, content)
await writeFile(anchor, await certificate.pem())
after(() => rm(directory, { recursive: true, force: true }))

const servers = new Map<string, TestSmtp>()
for (const name of listeners) servers.set(name, await testSmtp({ name, implicitTls: name === 'smtps' }))

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

const tools: readonly Tool[] = [
  {
    name: 'curl',
    probe: ['curl', '--version'],
    able: /smtps/,
    send: ({ port, security }) =>
      run('curl', [
        ...['-sS', security === 'tls' ? `smtps://localhost:${port}` : `smtp://localhost:${port}`, '--cacert', anchor],
        ...(security === 'starttls' ? ['--ssl-reqd'] : []),
        ...['--mail-from', 'a@example.com', '--mail-rcpt', 'b@example.com', '--user', 'user:password', '-T', file],
      ]),
  },
  {
    name: 'swaks',
    probe: ['swaks', '--support'],
    send: ({ port, security }) =>
      run('swaks', [
        ...['-4', '--server', '127.0.0.1', '--port', String(port), '--from', 'a@example.com', '--to', 'b@example.com'],
        ...(security === 'tls' ? ['--tls-on-connect'] : security === 'starttls' ? ['--tls'] : []),
        ...['--auth', 'PLAIN', '--auth-user', 'user', '--auth-password', 'password', '--data', `@${file}`],
      ]),
  },
  {
    name: 'msmtp',
    probe: ['msmtp', '--version'],
    send: ({ port, security }) =>
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
    probe: ['python3', '--version'],
    send: ({ port, security }) => run('python3', ['-c', python, String(port), security, anchor, file]),
  },
  {
    name: 'nodemailer',
    probe: [process.execPath, '--version'],
    send: async ({ port, security }) => {
      const transport = createTransport({
        ...{ host: 'localhost', port, secure: security === 'tls', ignoreTLS: security === 'plain' },
        ...{ requireTLS: security === 'starttls', tls: { ca: await certificate.pem() } },
        auth: { user: 'user', pass: 'password' },
      })
      await transport.sendMail({ envelope: { from: 'a@example.com', to: ['b@example.com'] }, raw: content })
      transport.close()
    },
  },
]

for (const tool of tools) {
  for (const listener of listeners) {
    for (const security of listener === 'smtps' ? (['tls'] as const) : (['plain', 'starttls'] as const)) {
      test(`${tool.name} delivers to ${listener}, ${security}`, async (t) => {
        const missing = await missingOf(tool, security)
        if (missing !== undefined) return t.skip(missing)
        const running = servers.get(listener)
        assert.ok(running)
        const count = running.delivery.messages.length
        await tool.send({ port: running.port, security })
        await running.delivery.until(({ messages }) => messages.length > count)
        const message = running.delivery.messages.at(-1)
        assert.match(message?.octets.toString() ?? '', /Subject: interop\r?\n[^]*\.leading dot\r?\nübung/)
        assert.equal(message?.envelope.listener, listener)
        assert.equal(message.envelope.authUser, 'user')
        assert.equal(message.envelope.tls !== undefined, security !== 'plain')
        assert.deepEqual(
          message.envelope.forwardPaths.map(({ address }) => address),
          ['b@example.com'],
        )
      })
    }
  }
}

/** @returns why the tool cannot be tried here. */
async function missingOf(tool: Tool, security: Security): Promise<string | undefined> {
  const [command, ...args] = tool.probe
  try {
    const said = await run(command, args)
    if (tool.able && !tool.able.test(said)) return `${tool.name} was built without it`
    const noTls =
      tool.name === 'swaks' &&
      security !== 'plain' &&
      /not supported[^]*TLS|TLS[^\n]*missing|requires Net::SSLeay/i.test(said)
    return noTls ? `${tool.name} has no TLS here` : undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return `${tool.name} is not installed`
    throw error
  }
}
