/** Parameters of MAIL and RCPT. RFC 1870 §3, RFC 3461 §4, RFC 4954 §5, RFC 6152 §2, RFC 6531 §3.4. */
import type { ForwardPath, ReversePath } from './envelope.ts'
import type { ExtensionName } from './extensions.ts'
import { parsePathArgument } from './path.ts'
import { badArgument, ProtocolError } from './reply.ts'

export type Offered = ReadonlySet<ExtensionName>
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Reads one parameter into the path. @throws ProtocolError */
type Reader<Path> = (value: string | undefined, path: Mutable<Path>) => void

interface Row<Path> {
  /** The extension that brings the parameter. */
  readonly extension: ExtensionName
  readonly read: Reader<Path>
}

// RFC 3461 §4: xtext = *( xchar / "+" 2( hex, upper case ) )
const xtext = /^(?:[\x21-\x2a\x2c-\x3c\x3e-\x7e]|\+[\dA-F]{2})*$/
// RFC 6533 §3: a utf-8 original recipient may also come as it is, or with \x{…} in it.
const unitext = /^(?:[\x21-\x2a\x2c-\x3c\x3e-\x7e\u00a0-\u{10ffff}]|\+[\dA-F]{2})*$/u
// eslint-disable-next-line no-control-regex -- SMTP-6: escapes must not bring in what the line could not
const control = /[\x00-\x1f\x7f-\x9f]/

const senderParameters: ReadonlyMap<string, Row<ReversePath>> = new Map<string, Row<ReversePath>>([
  ['SIZE', { extension: 'SIZE', read: readSize }],
  ['BODY', { extension: '8BITMIME', read: readBody }],
  ['SMTPUTF8', { extension: 'SMTPUTF8', read: readSmtpUtf8 }],
  ['RET', { extension: 'DSN', read: readRet }],
  ['ENVID', { extension: 'DSN', read: readEnvId }],
  ['AUTH', { extension: 'AUTH', read: readAuth }],
])

const recipientParameters: ReadonlyMap<string, Row<ForwardPath>> = new Map<string, Row<ForwardPath>>([
  ['NOTIFY', { extension: 'DSN', read: readNotify }],
  ['ORCPT', { extension: 'DSN', read: readOrcpt }],
])

/** @param text what follows `FROM:`. @throws ProtocolError */
export function parseReversePath(text: string, offered: Offered): ReversePath {
  const { address, irregular, parameters } = parsePathArgument(text, 'sender')
  const path: Mutable<ReversePath> = { address, ...(irregular && { irregular }) }
  readParameters(parameters, { rows: senderParameters, offered, path })
  if (path.smtpUtf8 === undefined) refuseNonAscii(address)
  return path
}

/** @param text what follows `TO:`. @param smtpUtf8 whether MAIL said SMTPUTF8. @throws ProtocolError */
export function parseForwardPath(text: string, offered: Offered, smtpUtf8: boolean): ForwardPath {
  const { address, irregular, parameters } = parsePathArgument(text, 'recipient')
  const path: Mutable<ForwardPath> = { address, ...(irregular && { irregular }) }
  readParameters(parameters, { rows: recipientParameters, offered, path })
  if (!smtpUtf8) refuseNonAscii(address)
  return path
}

interface Target<Path> {
  readonly rows: ReadonlyMap<string, Row<Path>>
  readonly offered: Offered
  readonly path: Mutable<Path>
}

function readParameters<Path>(parameters: ReadonlyMap<string, string | undefined>, target: Target<Path>): void {
  for (const [name, value] of parameters) {
    const row = target.rows.get(name)
    if (row === undefined || !target.offered.has(row.extension)) {
      throw new ProtocolError(555, '5.5.4', 'Parameter not offered') // RFC 5321 §4.1.1.11
    }
    row.read(value, target.path)
  }
}

/** RFC 6531 §3.5: a non-ASCII address without the SMTPUTF8 parameter. */
function refuseNonAscii(address: string): void {
  // eslint-disable-next-line no-control-regex -- ASCII is meant
  if (/[^\x00-\x7f]/.test(address)) throw new ProtocolError(553, '5.6.7', 'Non-ASCII address without SMTPUTF8')
}

// size-value = 1*20DIGIT
function readSize(value: string | undefined, path: Mutable<ReversePath>): void {
  if (value === undefined || !/^\d{1,20}$/.test(value)) throw badArgument('SIZE is a number of octets')
  path.size = Number(value)
}

function readBody(value: string | undefined, path: Mutable<ReversePath>): void {
  const body = value?.toUpperCase()
  if (body !== '7BIT' && body !== '8BITMIME') throw badArgument('BODY is 7BIT or 8BITMIME')
  path.body = body
}

function readSmtpUtf8(value: string | undefined, path: Mutable<ReversePath>): void {
  if (value !== undefined) throw badArgument('SMTPUTF8 takes no value')
  path.smtpUtf8 = true
}

function readRet(value: string | undefined, path: Mutable<ReversePath>): void {
  const ret = value?.toUpperCase()
  if (ret !== 'FULL' && ret !== 'HDRS') throw badArgument('RET is FULL or HDRS')
  path.ret = ret
}

function readEnvId(value: string | undefined, path: Mutable<ReversePath>): void {
  if (value === undefined || value.length > 100) throw badArgument('ENVID is 1 to 100 characters')
  path.envId = decodeXtext(value, 'ENVID')
}

/** RFC 4954 §5: a server that offers AUTH must understand it. Who submitted the message first is nothing we keep. */
function readAuth(value: string | undefined): void {
  if (value === undefined) throw badArgument('AUTH is a mailbox or <>')
  decodeXtext(value, 'AUTH')
}

function readNotify(value: string | undefined, path: Mutable<ForwardPath>): void {
  const words = (value ?? '').toUpperCase().split(',')
  const notify = words.filter(
    (word) => word === 'NEVER' || word === 'SUCCESS' || word === 'FAILURE' || word === 'DELAY',
  )
  if (notify.length < words.length) throw badArgument('NOTIFY is NEVER or some of SUCCESS,FAILURE,DELAY')
  if (notify.includes('NEVER') && notify.length > 1) throw badArgument('NOTIFY=NEVER stands alone')
  path.notify = notify
}

// original-recipient-address = atom ";" xtext
function readOrcpt(value: string | undefined, path: Mutable<ForwardPath>): void {
  const semicolon = value?.indexOf(';') ?? -1
  if (value === undefined || semicolon < 1 || value.length > 500) throw badArgument('ORCPT is TYPE;ADDRESS')
  const type = value.slice(0, semicolon)
  if (!/^[\w!#$%&'*+/=?^`{|}~-]+$/.test(type)) throw badArgument('ORCPT is TYPE;ADDRESS')
  path.orcpt = `${type};${decodeXtext(value.slice(semicolon + 1), 'ORCPT')}`
}

function decodeXtext(value: string, name: string): string {
  const form = name === 'ORCPT' ? unitext : xtext
  // A literal `<>` and a mailbox are what AUTH holds; both are xtext.
  if (!form.test(value)) throw badArgument(`${name} is not xtext`)
  const text = value.replace(/\+([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  if (control.test(text)) throw badArgument(`${name} holds a control character`)
  return text
}
