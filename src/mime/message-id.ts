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

/** All identifiers of a References or In-Reply-To field, without brackets, in order; at most 1,000. */
export function parseMessageIds(raw: string): string[] {
  const ids: string[] = []
  let open = raw.indexOf('<')
  while (open >= 0 && ids.length < 1000) {
    const close = raw.indexOf('>', open + 1)
    if (close < 0) break
    const id = parseMessageId(raw.slice(open, close + 1))
    if (id !== undefined) ids.push(id)
    open = raw.indexOf('<', close)
  }
  return ids
}

/** msg-id = [CFWS] "<" id-left "@" id-right ">" [CFWS]                                    RFC 5322 §3.6.4 */
export function isMessageId(raw: string): boolean {
  return /^<[^\s<>@]+@[^\s<>@]+>$/.test(unfold(raw))
}
