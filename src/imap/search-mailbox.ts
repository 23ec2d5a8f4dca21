import { scanMessage } from '../mime/scanner.ts'
import { contentsOf, type MessageContent } from './message-content.ts'
import { mentions, type SearchKey } from './search-key.ts'
import { matchesEntry, matchesMessage, SearchedText, type MatchContext, type Searched } from './search-matcher.ts'
import type { SessionContext } from './state.ts'
import type { Entry, View } from './view.ts'

export interface Found {
  readonly seqNum: number
  readonly uid: number
  readonly modSeq: number
}

/** Messages that are read together. */
const batch = 64
/** Entries that are looked at before others get their turn. */
const slice = 5000

/** Ascending. Messages are read only where their entries do not decide. */
export async function searchMailbox(
  { session, view }: { session: SessionContext; view: View },
  key: SearchKey,
): Promise<readonly Found[]> {
  const { clock, signatures } = session.host
  const context = { view, now: clock.now(), headers: signatures.header.search(), texts: signatures.whole.search() }
  const found: Found[] = []
  let open: Entry[] = []
  for (let seqNum = 1; seqNum <= view.count; seqNum++) {
    const entry = view.entry(seqNum)
    if (seqNum % slice === 0) await new Promise((resolve) => setImmediate(resolve))
    if (entry === undefined) continue
    const answer = matchesEntry(key, entry, context)
    if (answer === true) found.push(entry)
    if (answer === undefined) open.push(entry)
    if (open.length < batch) continue
    found.push(...(await readAndMatch(session, key, { entries: open, context })))
    open = []
    if (session.connection.ending !== undefined) return []
  }
  found.push(...(await readAndMatch(session, key, { entries: open, context })))
  return found.sort((a, b) => a.seqNum - b.seqNum)
}

async function readAndMatch(
  session: SessionContext,
  key: SearchKey,
  { entries, context }: { entries: readonly Entry[]; context: MatchContext },
): Promise<readonly Entry[]> {
  const contents = contentsOf(session.host.store, entries)
  const matching: Entry[] = []
  const inHeaders = mentions(key, 'header')
  const inTexts = mentions(key, 'text') || mentions(key, 'body')
  try {
    for (const entry of entries) {
      const message = await searched(await contents.next(entry.key))
      if (message === undefined) continue
      const text = new SearchedText(message)
      if (matchesMessage(key, entry, { ...context, text })) matching.push(entry)
      if (inHeaders) context.headers.learn(entry.key, () => [text.header()])
      if (inTexts) context.texts.learn(entry.key, () => [text.header(), text.body()])
    }
  } finally {
    await contents.close()
  }
  return matching
}

/** Octets of one message that are looked at; of a larger one its beginning. */
const maxOctets = 128 * 1024 * 1024

async function searched(content: MessageContent | undefined): Promise<Searched | undefined> {
  if (content === undefined) return undefined
  try {
    const octets = await content.read(0, Math.min(content.octets, maxOctets))
    return { tree: scanMessage(octets), read: (start, end) => octets.subarray(start, end) }
  } finally {
    content.close()
  }
}
