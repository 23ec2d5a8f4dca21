/** Whether a message matches SEARCH keys: from what is known of its entry where that is enough, else from its content. */
import { onDay } from './date-time.ts'
import type { SearchKey } from './search-key.ts'
import { isContentKey, type ContentKey } from './searched-text.ts'
import type { TextSearch } from './text-signatures.ts'
import type { Entry, View } from './view.ts'

export interface MatchContext {
  readonly view: View
  /** Milliseconds since 1970. */
  readonly now: number
  /** What is known of the headers of messages, and of all their text, without reading them. */
  readonly headers: TextSearch
  readonly texts: TextSearch
}

/** By what is known without the message; undefined where that does not decide. */
export function matchesEntry(key: SearchKey, entry: Entry, context: MatchContext): boolean | undefined {
  switch (key.kind) {
    case 'all':
    case 'none':
      return key.kind === 'all'
    case 'not':
      return opposite(matchesEntry(key.of, entry, context))
    case 'and':
      return combined(key.of, entry, context, false)
    case 'or':
      return combined(key.of, entry, context, true)
    case 'header':
      return falseOrUnknown([context.headers, context.texts].some((known) => known.excludes(entry.key, key.text)))
    case 'text':
    case 'body':
      return falseOrUnknown(context.texts.excludes(entry.key, key.text))
    case 'date':
      return key.of === 'sent' ? undefined : onDay(key, key.of === 'internal' ? entry.internalDate : entry.savedAt)
    default:
      return matchesFact(key, entry, context)
  }
}

const falseOrUnknown = (excluded: boolean): false | undefined => (excluded ? false : undefined)

const opposite = (answer: boolean | undefined): boolean | undefined => (answer === undefined ? undefined : !answer)

/** @param decisive the answer of one that is the answer of all. */
function combined(
  of: readonly SearchKey[],
  entry: Entry,
  context: MatchContext,
  decisive: boolean,
): boolean | undefined {
  let open = false
  for (const each of of) {
    const answer = matchesEntry(each, entry, context)
    if (answer === decisive) return decisive
    open ||= answer === undefined
  }
  return open ? undefined : !decisive
}

type Fact = Extract<SearchKey, { kind: 'flag' | 'recent' | 'set' | 'octets' | 'age' | 'modSeq' | 'emailId' }>

function matchesFact(key: Fact, entry: Entry, { view, now }: MatchContext): boolean {
  switch (key.kind) {
    case 'flag':
      return entry.flags.some((flag) => flag.length === key.flag.length && flag.toLowerCase() === key.flag)
    case 'recent':
      return entry.recent
    case 'set':
      if (key.set === '$') return view.saved.includes(entry.uid)
      return key.uid ? key.set.has(entry.uid, view.lastUid) : key.set.has(entry.seqNum, view.count)
    case 'octets':
      return key.comparison === 'larger' ? entry.octets > key.octets : entry.octets < key.octets
    case 'age': {
      const youngest = now - key.seconds * 1000
      return key.comparison === 'younger' ? entry.internalDate >= youngest : entry.internalDate <= youngest
    }
    case 'modSeq':
      return entry.modSeq >= key.modSeq
    case 'emailId':
      return entry.key === key.id
  }
}

/** By everything. To be asked where `matchesEntry` does not know. */
export function matchesMessage(
  key: SearchKey,
  entry: Entry,
  context: MatchContext & { readonly holds: (key: ContentKey) => boolean },
): boolean {
  switch (key.kind) {
    case 'not':
      return !matchesMessage(key.of, entry, context)
    case 'and':
      return key.of.every((each) => matchesMessage(each, entry, context))
    case 'or':
      return key.of.some((each) => matchesMessage(each, entry, context))
    default:
      return isContentKey(key) ? context.holds(key) : (matchesEntry(key, entry, context) ?? false)
  }
}
