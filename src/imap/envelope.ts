/** ENVELOPE: header fields in a structure, not decoded. RFC 9051 §7.5.2. */
import { parseEncodedAddressList, type Mailbox } from '../mime/address.ts'
import { fieldBodies, fieldBody, unfold } from '../mime/header.ts'
import type { Part } from '../mime/tree.ts'
import { nstring, string } from './wire/writer.ts'

/** Of the message in whose header the part has its fields. One character is one octet. */
export function envelopeText(part: Part): string {
  const text = (name: string): string => {
    const body = fieldBody(part, name)
    return nstring(body === undefined ? undefined : clean(body))
  }
  const from = addresses(part, 'from')
  const or = (list: string): string => (list === 'NIL' ? from : list)
  const lists = [from, or(addresses(part, 'sender')), or(addresses(part, 'reply-to'))]
  const others = ['to', 'cc', 'bcc'].map((name) => addresses(part, name))
  const ids = ['in-reply-to', 'message-id'].map(text)
  return `(${[text('date'), text('subject'), ...lists, ...others, ...ids].join(' ')})`
}

/** NIL where there is none. More than one field of the name are taken together, as people read them. */
function addresses(part: Part, name: string): string {
  const bodies = fieldBodies(part, name)
  if (bodies.length === 0) return 'NIL'
  const { mailboxes, groups } = parseEncodedAddressList(bodies.join(','))
  if (mailboxes.length === 0 && groups.length === 0) return 'NIL'
  const pieces: string[] = []
  let next = 0
  const until = (end: number): void => {
    for (; next < end; next++) {
      const mailbox = mailboxes[next]
      if (mailbox !== undefined) pieces.push(address(mailbox))
    }
  }
  for (const group of groups) {
    until(group.start)
    // A group begins with an address of no host, and ends with one of nothing. RFC 9051 §7.5.2.
    pieces.push(`(NIL NIL ${string(clean(group.name))} NIL)`)
    until(group.end)
    pieces.push('(NIL NIL NIL NIL)')
  }
  until(mailboxes.length)
  return `(${pieces.join('')})`
}

function address({ name, address }: Mailbox): string {
  const at = address.lastIndexOf('@')
  // An address of no host would begin a group.
  const host = at < 0 ? '""' : string(clean(address.slice(at + 1)))
  const local = at < 0 ? address : unquoted(address.slice(0, at))
  return `(${nstring(name === '' ? undefined : clean(name))} NIL ${string(clean(local))} ${host})`
}

/** A quoted local part stands without its quotes, as every string of the protocol does. */
const unquoted = (local: string): string =>
  /^".*"$/s.test(local) ? local.slice(1, -1).replace(/\\(.)/gs, '$1') : local

/** Without folding, and without NUL, which no string may have. */
const clean = (raw: string): string => unfold(raw).replaceAll('\0', '')
