/**
 * ENVELOPE of FETCH: RFC 9051 §7.5.2. Header texts go out as they stand, encoded words and all; raw octets that are no
 * UTF-8 as the UTF-8 of what they are read as everywhere.
 */
import { parseRawAddressList, type Mailbox } from '../mime/address.ts'
import { unfold } from '../mime/header.ts'
import { asUtf8 } from '../mime/raw-header.ts'
import type { Part } from '../mime/tree.ts'
import { list, nil, nstring, string } from './wire/writer.ts'

const names = ['date', 'subject', 'from', 'sender', 'reply-to', 'to', 'cc', 'bcc', 'in-reply-to', 'message-id'] as const
type Name = (typeof names)[number]
const longestName = 11

/**
 * The envelope of a message (the root of a tree, or the message inside of a message/rfc822), written as latin1. Of fields
 * that occur twice the first counts. Bounded by the limits of the MIME parser, addresses of each field too (IMAP-7).
 */
export function envelope({ header, headerCharset }: Part): string {
  const bodies = new Map<Name, string>()
  for (const { name, body } of header) {
    const known = nameOf(name)
    if (known !== undefined && !bodies.has(known)) bodies.set(known, asUtf8(body, headerCharset))
  }
  const text = (name: Name): string => {
    const body = bodies.get(name)
    return nstring(body === undefined ? undefined : unfold(body))
  }
  const from = addresses(bodies.get('from'))
  // The client is not expected to know that a missing Sender or Reply-To is the From.
  const orFrom = (written: string): string => (written === nil ? from : written)
  return list([
    text('date'),
    text('subject'),
    from,
    orFrom(addresses(bodies.get('sender'))),
    orFrom(addresses(bodies.get('reply-to'))),
    addresses(bodies.get('to')),
    addresses(bodies.get('cc')),
    addresses(bodies.get('bcc')),
    text('in-reply-to'),
    text('message-id'),
  ])
}

function nameOf(name: string): Name | undefined {
  if (name.length > longestName) return undefined
  const lower = name.toLowerCase()
  return names.find((known) => known === lower)
}

/** "(" 1*address ")" / nil; addresses have nothing between them. */
function addresses(body: string | undefined): string {
  if (body === undefined) return nil
  const { mailboxes, groups } = parseRawAddressList(body)
  if (groups.length === 0) return written(mailboxes.map(address))
  const out: string[] = []
  let at = 0
  for (const { name, start, end } of groups) {
    out.push(...mailboxes.slice(at, start).map(address))
    out.push(list([nil, nil, string(name), nil]))
    out.push(...mailboxes.slice(start, end).map(address))
    out.push(list([nil, nil, nil, nil]))
    at = end
  }
  out.push(...mailboxes.slice(at).map(address))
  return written(out)
}

function written(out: readonly string[]): string {
  return out.length === 0 ? nil : `(${out.join('')})`
}

/** address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")" */
function address({ name, route, address: addrSpec }: Mailbox): string {
  const at = addrSpec.lastIndexOf('@')
  // An address without a domain has the empty one: NIL would begin a group.
  const host = at < 0 ? '' : addrSpec.slice(at + 1)
  const local = unquoted(at < 0 ? addrSpec : addrSpec.slice(0, at))
  return list([nstring(name === '' ? undefined : name), nstring(route), string(local), string(host)])
}

/** local-part without its quoting, RFC 5322 §3.2.4. */
function unquoted(local: string): string {
  if (!local.startsWith('"') || !local.endsWith('"') || local.length < 2) return local
  return local.slice(1, -1).replace(/\\([\s\S])/g, '$1')
}
