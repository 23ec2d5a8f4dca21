/**
 * Makes a message from its parts: RFC 5322, RFC 2045 to 2047, RFC 2231, RFC 2387, RFC 6532 for addresses.
 *
 * Content comes inline only: nothing here opens a file or a connection (API-2). What would break out of a header field
 * is refused, not cleaned (API-1).
 */
import { encodeWords } from './encoded-word.ts'
import { joinBodies, multipart, leaf, type Body } from './compose-body.ts'
import { ComposeError } from './compose-error.ts'
import type { Mailbox } from './address.ts'

export { ComposeError } from './compose-error.ts'

/** What a message is made of. */
export interface ComposedMessage {
  readonly from: Mailbox
  readonly to?: readonly Mailbox[]
  readonly cc?: readonly Mailbox[]
  /** Checked like the others and not written: blind copies are the envelope's business. RFC 5322 §3.6.3. */
  readonly bcc?: readonly Mailbox[]
  readonly replyTo?: readonly Mailbox[]
  readonly subject?: string
  /** Any line ends; written as CRLF. */
  readonly text?: string
  readonly html?: string
  /** Further fields, in order. Fields that this module writes itself are refused. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[]
  readonly attachments?: readonly ComposedAttachment[]
  /** Milliseconds since 1970. */
  readonly date: number
  /** Without angle brackets. */
  readonly messageId: string
}

/** A file, its content inline. */
export interface ComposedAttachment {
  readonly filename: string
  /** `type/subtype`; default `application/octet-stream`. */
  readonly mediaType?: string
  /** Base64 of the content (RFC 4648 §4); white space is allowed. */
  readonly content: string
  /** Without angle brackets. With it the file belongs to the HTML, as `cid:` refers to it. */
  readonly contentId?: string
}

/** Fields written here, and those that would change what the body means. */
const ownFields: ReadonlySet<string> = new Set(
  ['from', 'to', 'cc', 'bcc', 'reply-to', 'subject', 'date', 'message-id', 'mime-version'].concat(
    ['type', 'transfer-encoding', 'disposition', 'id'].map((name) => `content-${name}`),
  ),
)

/** RFC 5322 §2.1.1, less the CRLF. */
const lineLimit = 998

/** The octets of the message, every line ended by CRLF. @throws ComposeError naming the member that cannot be written. */
export function compose(message: ComposedMessage): Uint8Array {
  for (const [index, mailbox] of (message.bcc ?? []).entries()) mailboxText(mailbox, `bcc[${index}]`)
  const fields = [
    `Date: ${dateText(message.date)}`,
    `From: ${mailboxText(message.from, 'from')}`,
    ...addressField('Reply-To', message.replyTo, 'replyTo'),
    ...addressField('To', message.to, 'to'),
    ...addressField('Cc', message.cc, 'cc'),
    `Message-ID: <${identifier(message.messageId, 'messageId')}>`,
    `Subject: ${encodeWords(headerText(message.subject ?? '', 'subject'))}`,
    ...extraFields(message.headers ?? []),
    'MIME-Version: 1.0',
  ]
  return joinBodies(fields, bodyOf(message))
}

function bodyOf(message: ComposedMessage): Body {
  const { text, html, attachments = [] } = message
  const parts = attachments.map((attachment, index) => attachmentBody(attachment, `attachments[${index}]`))
  const inline = parts.filter(({ related }) => related && html !== undefined).map(({ body }) => body)
  const attached = parts.filter(({ related }) => !related || html === undefined).map(({ body }) => body)
  const page = html === undefined ? undefined : leaf({ mediaType: 'text/html', text: html })
  const shown = page !== undefined && inline.length > 0 ? multipart('related', [page, ...inline], 'text/html') : page
  const plain =
    text === undefined && shown !== undefined ? undefined : leaf({ mediaType: 'text/plain', text: text ?? '' })
  const texts = [plain, shown].filter((body) => body !== undefined)
  const [only] = texts
  const body = texts.length === 1 && only !== undefined ? only : multipart('alternative', texts)
  return attached.length === 0 ? body : multipart('mixed', [body, ...attached])
}

function attachmentBody(attachment: ComposedAttachment, path: string): { body: Body; related: boolean } {
  const { contentId, content, mediaType = 'application/octet-stream' } = attachment
  const filename = headerText(attachment.filename, `${path}.filename`)
  if (
    !/^[!#$&^_.+\-\w]{1,127}\/[!#$&^_.+\-\w]{1,127}$/.test(mediaType) ||
    /^(?:multipart|message)\//i.test(mediaType)
  ) {
    throw new ComposeError(`${path}.mediaType`, 'is not the media type of a file')
  }
  const base64 = content.replace(/\s+/g, '')
  if (base64.length % 4 === 1 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    throw new ComposeError(`${path}.content`, 'is not base64')
  }
  const id = contentId === undefined ? undefined : identifier(contentId, `${path}.contentId`)
  return {
    body: leaf({ mediaType, filename, contentId: id, octets: Buffer.from(base64, 'base64') }),
    related: id !== undefined,
  }
}

function addressField(name: string, mailboxes: readonly Mailbox[] | undefined, path: string): string[] {
  if (mailboxes === undefined || mailboxes.length === 0) return []
  return [`${name}: ${mailboxes.map((mailbox, index) => mailboxText(mailbox, `${path}[${index}]`)).join(',\r\n ')}`]
}

/** mailbox = name-addr / addr-spec                                                        RFC 5322 §3.4 */
function mailboxText({ name, address }: Mailbox, path: string): string {
  const spec = headerText(address, `${path}.address`)
  const at = spec.lastIndexOf('@')
  const local = spec.slice(0, at)
  const domain = spec.slice(at + 1)
  const quoted = /^"(?:[^"\\]|\\.)*"$/.test(local)
  const dotAtoms = /^[^\s()<>[\]:;@\\,"]+$/
  if (at < 1 || !(quoted || dotAtoms.test(local)) || !(dotAtoms.test(domain) || /^\[[^\s[\]\\]*\]$/.test(domain))) {
    throw new ComposeError(`${path}.address`, 'is not an address')
  }
  if (spec.length > 900) throw new ComposeError(`${path}.address`, 'is too long')
  const text = headerText(name, `${path}.name`)
  if (text === '') return spec
  const shown = displayName(text)
  // A line of 78 characters at most where it can be had, RFC 5322 §2.1.1.
  return shown.length + spec.length > 60 ? `${shown}\r\n <${spec}>` : `${shown} <${spec}>`
}

function displayName(text: string): string {
  const encoded = encodeWords(text)
  if (encoded !== text) return encoded
  return /^[A-Za-z0-9 !#$%&'*+\-/=?^_`{|}~]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}

function extraFields(headers: readonly { readonly name: string; readonly value: string }[]): string[] {
  return headers.map(({ name, value }, index) => {
    const path = `headers[${index}]`
    if (!/^[!-9;-~]{1,76}$/.test(name)) throw new ComposeError(`${path}.name`, 'is not the name of a header field')
    if (ownFields.has(name.toLowerCase())) throw new ComposeError(`${path}.name`, `has a member of its own: ${name}`)
    const text = headerText(value, `${path}.value`)
    return `${name}: ${text.trim() === '' ? text : (foldedWords(text) ?? encodeWords(text))}`
  })
}

/** Long plain text on lines of its words, RFC 5322 §2.2.3. Undefined: it is short, not plain, or a word is too long. */
function foldedWords(text: string): string | undefined {
  if (text.length < 900 || text.includes('=?') || !/^[!-~]{1,70}(?: [!-~]{1,70})*$/.test(text)) return undefined
  return text.replaceAll(' ', '\r\n ')
}

/** API-1: refused, not repaired, so that nobody is told that something else was sent. */
function headerText(value: string, path: string): string {
  if (/[\r\n\0]/.test(value)) throw new ComposeError(path, 'holds CR, LF or NUL')
  return value
}

function identifier(value: string, path: string): string {
  if (!/^[!-;=?-~]+$/.test(headerText(value, path)) || value.length > lineLimit - 50) {
    throw new ComposeError(path, 'is not an identifier')
  }
  return value
}

/** date-time, RFC 5322 §3.3, in UTC. */
function dateText(date: number): string {
  if (!Number.isFinite(date) || Math.abs(date) > 8.64e15) throw new ComposeError('date', 'is not a time')
  return new Date(date).toUTCString().replace('GMT', '+0000')
}
