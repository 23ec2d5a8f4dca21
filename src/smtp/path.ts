/** The arguments of MAIL and RCPT: paths (RFC 5321 §4.1.2, RFC 6531 §3.3) and parameters (RFC 5321 §4.1.1.11). */
import net from 'node:net'
import { ProtocolError } from './reply.ts'

/** Which of the two commands: they differ in their words and enhanced codes. */
export type PathKind = 'sender' | 'recipient'

export interface PathArgument {
  /** As sent, its source route and brackets taken off; empty for `<>`. */
  readonly address: string
  /** Not by the grammar of RFC 5321 §4.1.2, and in use all the same. */
  readonly irregular: true | undefined
  /** Names in upper case; undefined where there is no `=`. */
  readonly parameters: ReadonlyMap<string, string | undefined>
}

/** Octets. RFC 5321 §4.5.3.1.2; a local part longer than §4.5.3.1.1 has it is legal to accept. */
const maxDomainOctets = 255
const maxLocalPartOctets = 255

// atext and dots (RFC 5322 §3.2.3, RFC 6531 §3.3); no dot at either end, no two in a row.
const dotString = /^[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+)*$/u
const dotsAnywhere = /^[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}.-]+$/u
// qtextSMTP and quoted-pairSMTP (RFC 5321 §4.1.2). It may be empty: `""@example.com` is legal.
const quotedString = /^"(?:[ !\x23-\x5b\x5d-\x7e\u0080-\u{10ffff}]|\\[\x20-\x7e])*"$/u
// Deviates: underscores are taken, since host names of containers have them.
const domain = /^[\p{L}\p{N}\p{M}_](?:[\p{L}\p{N}\p{M}_-]*[\p{L}\p{N}\p{M}_])?$/u
const literalTag = /^[a-z\d-]*[a-z\d]$/i
const literalContent = /^[\x21-\x5a\x5e-\x7e]+$/
const parameter = /^([a-z\d][a-z\d-]*)(?:=(.+))?$/i
// eslint-disable-next-line no-control-regex -- SMTP-6: no address holds any of them
const unsafe = /[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\u2060\ufeff]/

/**
 * path-and-parameters = "<" [ A-d-l ":" ] [ Mailbox ] ">" *( SP esmtp-param )
 * @param text what follows `FROM:` or `TO:`.
 * @throws ProtocolError 501.
 */
export function parsePathArgument(text: string, kind: PathKind): PathArgument {
  const path = text.trimStart()
  const end = endOfPath(path)
  if (end === -1) throw badAddress(kind, 'put it in angle brackets')
  const address = withoutRoute(path.slice(1, end))
  if (address === '' && (kind === 'recipient' || end > 1)) throw badAddress(kind, 'it is empty')
  const form = address === '' ? 'regular' : formOf(address, kind)
  if (form === undefined) throw badAddress(kind, 'see RFC 5321 section 4.1.2')
  const rest = path.slice(end + 1)
  if (rest !== '' && !rest.startsWith(' ')) throw badAddress(kind, 'a space is missing after it')
  return { address, irregular: form === 'irregular' || undefined, parameters: parseParameters(rest) }
}

/** Index of the closing bracket, those in quotes passed over; -1 without a path. */
function endOfPath(path: string): number {
  if (!path.startsWith('<')) return -1
  let quoted = false
  for (let i = 1; i < path.length; i++) {
    const character = path[i]
    if (character === '"') quoted = !quoted
    else if (quoted && character === '\\') i++
    else if (!quoted && character === '>') return i
  }
  return -1
}

/** RFC 5321 §4.1.1.3 and appendix C: a source route must be accepted and should be ignored. */
function withoutRoute(path: string): string {
  if (!path.startsWith('@')) return path
  const colon = path.indexOf(':')
  const route = path.slice(0, colon)
  const hosts = route.split(',')
  return colon !== -1 && hosts.every((host) => host.startsWith('@') && isDomain(host.slice(1)))
    ? path.slice(colon + 1)
    : path
}

/**
 * Mailbox = Local-part "@" ( Domain / address-literal )
 * Deviates: dots may stand anywhere in the local part, as providers give such addresses out, and a name without a domain
 * is one too, as programs on one machine send to `root`. What real mail has is caught, and marked.
 */
function formOf(address: string, kind: PathKind): 'regular' | 'irregular' | undefined {
  if (unsafe.test(address)) return undefined
  // RFC 5321 §4.1.1.3: the one recipient that needs no domain.
  if (kind === 'recipient' && address.toLowerCase() === 'postmaster') return 'regular'
  const at = address.lastIndexOf('@')
  const localPart = at === -1 ? address : address.slice(0, at)
  if (octetsOf(localPart) > maxLocalPartOctets || (at !== -1 && !isDomain(address.slice(at + 1)))) return undefined
  return at === -1 ? nameForm(localPart) : localPartForm(localPart)
}

function nameForm(name: string): 'irregular' | undefined {
  return name.startsWith('"') || localPartForm(name) === undefined ? undefined : 'irregular'
}

function localPartForm(localPart: string): 'regular' | 'irregular' | undefined {
  if (localPart.startsWith('"')) return quotedString.test(localPart) ? 'regular' : undefined
  if (dotString.test(localPart)) return 'regular'
  return dotsAnywhere.test(localPart) && /[^.]/.test(localPart) ? 'irregular' : undefined
}

function isDomain(name: string): boolean {
  if (octetsOf(name) > maxDomainOctets) return false
  if (name.startsWith('[')) return name.endsWith(']') && isLiteral(name.slice(1, -1))
  return name.split('.').every((label) => octetsOf(label) <= 63 && domain.test(label))
}

/** address-literal. RFC 5321 §4.1.3. */
function isLiteral(text: string): boolean {
  if (/^ipv6:/i.test(text)) return net.isIPv6(text.slice(5)) && !text.includes('%')
  const colon = text.indexOf(':')
  const general = literalTag.test(text.slice(0, Math.max(colon, 0))) && literalContent.test(text.slice(colon + 1))
  return net.isIPv4(text) || general
}

function octetsOf(text: string): number {
  return Buffer.byteLength(text)
}

function parseParameters(text: string): Map<string, string | undefined> {
  const parameters = new Map<string, string | undefined>()
  for (const word of text.split(' ')) {
    if (word === '') continue
    const match = parameter.exec(word)
    const name = match?.[1]?.toUpperCase()
    if (name === undefined || unsafe.test(word)) throw new ProtocolError(501, '5.5.4', 'Malformed parameter')
    if (parameters.has(name)) throw new ProtocolError(501, '5.5.4', `${name} given twice`)
    parameters.set(name, match?.[2])
  }
  return parameters
}

function badAddress(kind: PathKind, why: string): ProtocolError {
  return new ProtocolError(501, kind === 'sender' ? '5.1.7' : '5.1.3', `Bad ${kind} address: ${why}`)
}
