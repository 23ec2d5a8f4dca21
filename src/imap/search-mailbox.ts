import { helper, transferable } from '../helper-thread.ts'
import { scanMessage } from '../mime/scanner.ts'
import { contentsOf, type MessageContent } from './message-content.ts'
import { mentions, type SearchKey } from './search-key.ts'
import { matchesEntry, matchesMessage, type MatchContext } from './search-matcher.ts'
import { contentKeys, SearchedText, type ContentKey, type ContentQuestion } from './searched-text.ts'
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
  try {
    for (const entry of entries) {
      const content = await contents.next(entry.key)
      if (content === undefined) continue
      const large = content.octets > maxOctetsHere
      const holds = large ? await answersOfThread(content, key) : await answersHere(content, key, { entry, context })
      if (matchesMessage(key, entry, { ...context, holds })) matching.push(entry)
    }
  } finally {
    await contents.close()
  }
  return matching
}

type Answers = (asked: ContentKey) => boolean

/** Octets of a message that is looked at here; a larger one would keep the other sessions waiting. */
const maxOctetsHere = 256 * 1024
/** Octets of one message that are looked at; of a larger one its beginning. */
const maxOctets = 128 * 1024 * 1024

async function answersHere(
  content: MessageContent,
  key: SearchKey,
  { entry, context }: { entry: Entry; context: MatchContext },
): Promise<Answers> {
  const octets = await wholeOf(content)
  const text = new SearchedText({ tree: scanMessage(octets), read: (start, end) => octets.subarray(start, end) })
  if (mentions(key, 'header')) context.headers.learn(entry.key, () => [text.header()])
  if (mentions(key, 'text') || mentions(key, 'body'))
    context.texts.learn(entry.key, () => [text.mimeHeader(), text.body()])
  return (asked) => text.holds(asked)
}

const thread = helper<ContentQuestion, readonly boolean[]>({ name: 'search-thread', base: import.meta.url })

async function answersOfThread(content: MessageContent, key: SearchKey): Promise<Answers> {
  const keys = contentKeys(key)
  const octets = await wholeOf(content)
  const answers = await thread.ask({ octets, keys }, transferable(octets))
  return (asked) => answers[keys.indexOf(asked)] ?? false
}

async function wholeOf(content: MessageContent): Promise<Uint8Array> {
  try {
    return await content.read(0, Math.min(content.octets, maxOctets))
  } finally {
    content.close()
  }
}
