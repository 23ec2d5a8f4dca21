/**
 * A client for our own listeners: one message in one session, as an app would send it. RFC 5321, with AUTH PLAIN
 * (RFC 4616), BODY=8BITMIME (RFC 6152) and SMTPUTF8 (RFC 6531) where they are offered. Nothing else is connected to.
 */
import { once } from 'node:events'
// eslint-disable-next-line no-restricted-syntax -- it connects to the address that one of our own listeners is bound to
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { SmtpRefusal, type StoredAs } from './delivery.ts'

/** One of our listeners, not of those that begin with TLS. */
export interface OwnListener {
  readonly host: string
  readonly port: number
  /** Needed where the listener asks for a login. */
  readonly login?: { readonly user: string; readonly password: string } | undefined
}

export interface OwnMessage {
  readonly reversePath: string
  /** Not empty. */
  readonly forwardPaths: readonly string[]
  /** Lines end with CRLF. */
  readonly octets: Uint8Array
}

/** Of silence on the connection. */
const timeoutMs = 15_000

/** @throws SmtpRefusal with the reply that was not the expected one; 421 when the connection breaks. */
export async function sendToOwnListener(listener: OwnListener, message: OwnMessage): Promise<StoredAs> {
  const socket = connect(listener.port, reachable(listener.host))
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error('SMTP took too long')))
  try {
    await once(socket, 'connect')
    return await transact(conversation(socket), listener, message)
  } catch (error) {
    if (error instanceof SmtpRefusal) throw error
    throw new SmtpRefusal(421, '4.4.2', 'The connection to our own listener broke', { cause: error })
  } finally {
    socket.destroy()
  }
}

async function transact(say: Say, { login }: OwnListener, message: OwnMessage): Promise<StoredAs> {
  await say(undefined, 220)
  const offered = new Set((await say('EHLO stuntmail.localhost', 250)).map((line) => line.split(' ', 1)[0]))
  if (login !== undefined) await say(`AUTH PLAIN ${plain(login)}`, 235)
  await say(`MAIL FROM:<${message.reversePath}>${mailParameters(message, offered)}`, 250)
  for (const forwardPath of message.forwardPaths) await say(`RCPT TO:<${forwardPath}>`, 250)
  await say('DATA', 354)
  const stored = await say(dotStuffed(message.octets), 250)
  const key = stored.at(-1)?.split(' ').at(-1) ?? ''
  // The message is stored whatever becomes of the goodbye.
  await say('QUIT', 221).catch(() => undefined)
  return { key }
}

/** Sends a line, or octets as they are. @returns the lines of the reply, without their codes. */
type Say = (line: string | Uint8Array | undefined, wanted: number) => Promise<string[]>

function conversation(socket: Socket): Say {
  const lines = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]()
  return async (line, wanted) => {
    if (line !== undefined) socket.write(typeof line === 'string' ? `${line}\r\n` : line)
    const texts: string[] = []
    for (;;) {
      const next: IteratorResult<string, unknown> = await lines.next()
      if (next.done === true) throw socket.errored ?? new Error('The connection was closed')
      const { value } = next
      texts.push(value.slice(4))
      if (value.charAt(3) === '-') continue
      if (Number(value.slice(0, 3)) === wanted) return texts
      throw refusal(value)
    }
  }
}

function refusal(line: string): SmtpRefusal {
  const [, code, enhancedCode, text] = /^([45]\d\d) ([245]\.\d{1,3}\.\d{1,3}) (.*)$/.exec(line) ?? []
  if (code === undefined || enhancedCode === undefined) return new SmtpRefusal(451, '4.3.0', line)
  return new SmtpRefusal(Number(code), enhancedCode, text ?? '')
}

function mailParameters({ reversePath, forwardPaths, octets }: OwnMessage, offered: ReadonlySet<unknown>): string {
  const utf8 = [reversePath, ...forwardPaths].some((path) => /\P{ASCII}/u.test(path))
  const eightBit = octets.some((octet) => octet > 127)
  return [
    utf8 && offered.has('SMTPUTF8') ? ' SMTPUTF8' : '',
    eightBit && offered.has('8BITMIME') ? ' BODY=8BITMIME' : '',
  ].join('')
}

/** message = [ authzid ] UTF8NUL authcid UTF8NUL passwd                                     RFC 4616 §2 */
function plain({ user, password }: { readonly user: string; readonly password: string }): string {
  return Buffer.from(`\0${user}\0${password}`).toString('base64')
}

/** With the dot that ends it. RFC 5321 §4.5.2. */
function dotStuffed(octets: Uint8Array): Buffer {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1')
  const ended = text.endsWith('\r\n') ? text : `${text}\r\n`
  return Buffer.from(`${ended.replace(/^\./, '..').replaceAll('\r\n.', '\r\n..')}.\r\n`, 'latin1')
}

/** What listens everywhere is reached at loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
