import type { Clock } from '../clock.ts'
import type { EntryRef, MessageSummary } from '../store/message.ts'
import type { Store } from '../store/store.ts'
import { Candidate } from './candidate.ts'
import type { WaitRequest } from './wait.ts'

/** The most that an answer has. */
const mostFound = 1_000
/** As many new messages are read one by one; for more the store is asked. */
const mostRead = 200

/**
 * What matches at this moment, oldest first, and up to which change. A search by words knows what was there when it
 * began and says nothing of what came while it went on: so what came since is looked at one by one.
 */
export async function firstFindings(
  { criteria, account, since }: WaitRequest,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): Promise<{ readonly messages: readonly MessageSummary[]; readonly change: number }> {
  const sinceThen = since === undefined ? {} : { since }
  if (criteria === undefined) {
    const { messages, change } = await store.list({ account, limit: mostFound, ...sinceThen })
    return { messages: messages.toReversed(), change }
  }
  const recent = since === undefined ? undefined : await store.list({ account, since, limit: mostRead })
  let older: readonly MessageSummary[] = []
  let last = recent
  if (last?.next !== undefined || last === undefined) {
    const { change } = await store.state()
    older = (await store.list({ account, criteria, limit: mostFound, ...sinceThen })).messages
    last = await store.list({ account, since: change, limit: mostFound })
  }
  const newer = new Set(last.messages.map(({ key }) => key))
  const found = older.filter(({ key }) => !newer.has(key))
  const now = clock.now()
  for (const summary of last.messages.toReversed()) {
    const candidate = new Candidate({ summary, entries: await entriesOf(store, account, summary) }, store)
    if (await candidate.matches(criteria, account, now)) found.unshift(summary)
  }
  return { messages: found.toReversed(), change: last.change }
}

/** Where a message is filed; nowhere once it is gone. */
const entriesOf = async (store: Store, account: string, { key }: MessageSummary): Promise<readonly EntryRef[]> =>
  (await store.get(account, key))?.entries ?? []
