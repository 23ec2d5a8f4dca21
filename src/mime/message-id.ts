/** Message identifiers: RFC 5322 §3.6.4. */
import { unfold } from './header.ts'

/** No identifier is longer; a field is one line of 998 octets. */
const longest = 998

/**
 * The identifier of a Message-ID field without its angle brackets; undefined when there is none. What has no brackets
 * is taken whole, since that is what the other fields then refer to.
 */
export function parseMessageId(raw: string): string | undefined {
  const value = unfold(raw.slice(0, 2 * longest))
  const open = value.indexOf('<')
  const close = value.indexOf('>', open + 1)
  const id = (open >= 0 && close > open ? value.slice(open + 1, close) : value).trim().slice(0, longest)
  return id === '' ? undefined : Buffer.from(id, 'latin1').toString('utf8')
}

/** msg-id = [CFWS] "<" id-left "@" id-right ">" [CFWS]                                    RFC 5322 §3.6.4 */
export function isMessageId(raw: string): boolean {
  return /^<[^\s<>@]+@[^\s<>@]+>$/.test(unfold(raw))
}
