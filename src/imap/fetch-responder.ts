/** FETCH responses, message by message; content is read from the store only where no cache has the answer. RFC 9051 §7.5.2. */
import { body, bodyStructure } from './body-structure.ts'
import { binaryBody } from './binary.ts'
import { formatDateTime } from './date-time.ts'
import { envelope } from './envelope.ts'
import { ImapNo } from './error.ts'
import type { FetchItem, SectionItem, FactKind } from './fetch-items.ts'
import { flagNames } from './flag-response.ts'
import { contentsOf, type MessageContent } from './message-content.ts'
import type { Responses } from './responses.ts'
import { partialRanges, rangeOctets, sectionRanges, type OctetRange } from './section.ts'
import type { Extension, SessionContext } from './state.ts'
import type { Entry, View } from './view.ts'

/** Messages that are looked up together. */
const batch = 256
/** Messages up to this size are sent along with what stands around them. */
const maxInline = 64 * 1024
/** Sections up to this size are remembered. */
const maxRemembered = 8 * 1024

interface Around {
  readonly session: SessionContext
  readonly view: View
  readonly respond: Responses
}

interface Wanted {
  readonly items: readonly FetchItem[]
  readonly uid: boolean
  /** MODSEQ is given, asked for or not. */
  readonly modSeq: boolean
}

export class FetchResponder {
  readonly #around: Around
  readonly #items: readonly FetchItem[]
  readonly #setsSeen: boolean
  #newlySeen: ReadonlySet<number> = new Set()
  #problem: ImapNo | undefined

  constructor(around: Around, { items, uid, modSeq }: Wanted) {
    this.#around = around
    const has = (kind: FetchItem['kind']): boolean => items.some((each) => each.kind === kind)
    this.#items = [
      ...(uid && !has('UID') ? [{ kind: 'UID' } as const] : []),
      ...items,
      ...(modSeq && !has('MODSEQ') ? [{ kind: 'MODSEQ' } as const] : []),
    ]
    this.#setsSeen = items.some((each) => (each.kind === 'section' || each.kind === 'BINARY') && !each.peek)
  }

  /** @returns whether a message was gone. @throws ImapNo UNKNOWN-CTE, when everything else is said. */
  async run(seqNums: readonly number[]): Promise<boolean> {
    const { view, respond } = this.#around
    if (this.#setsSeen && !view.readOnly) this.#newlySeen = await this.#markSeen(seqNums)
    let told = 0
    for (let from = 0; from < seqNums.length; from += batch) {
      told += await this.#batch(seqNums.slice(from, from + batch).flatMap((seqNum) => view.entry(seqNum) ?? []))
      await respond.ready()
    }
    if (this.#problem !== undefined) throw this.#problem
    return told < seqNums.length
  }

  /** @returns how many were there. */
  async #batch(entries: readonly Entry[]): Promise<number> {
    const needs = new Set(entries.filter((entry) => this.#needsContent(entry)))
    const contents = contentsOf(this.#around.session.host.store, [...needs])
    let told = 0
    try {
      for (const entry of entries) {
        // What was in the cache may have had to go for what came since.
        const content = needs.has(entry) ? await contents.next(entry.key) : await this.#readAgain(entry)
        if (content === undefined && this.#needsContent(entry)) continue
        told++
        await this.#tell(entry, content)
        if (this.#around.respond.full) await this.#around.respond.ready()
      }
    } finally {
      await contents.close()
    }
    return told
  }

  async #readAgain(entry: Entry): Promise<MessageContent | undefined> {
    if (!this.#needsContent(entry)) return undefined
    const contents = contentsOf(this.#around.session.host.store, [entry])
    try {
      return await contents.next(entry.key)
    } finally {
      await contents.close()
    }
  }

  async #tell(entry: Entry, content: MessageContent | undefined): Promise<void> {
    try {
      await this.#one(entry, content, this.#newlySeen.has(entry.uid))
    } catch (error) {
      if (!(error instanceof ImapNo)) throw error
      this.#problem ??= error
    } finally {
      content?.close()
    }
  }

  /** @returns the UIDs that have \Seen by this command. */
  async #markSeen(seqNums: readonly number[]): Promise<ReadonlySet<number>> {
    const { session, view } = this.#around
    const unseen: number[] = []
    for (const seqNum of seqNums) {
      const entry = view.entry(seqNum)
      if (entry !== undefined && !entry.flags.includes('\\Seen')) unseen.push(entry.uid)
    }
    if (unseen.length === 0) return new Set()
    const { modSeq } = await session.host.store.storeFlags(view.mirror.mailboxId, unseen, { add: ['\\Seen'] })
    view.told(unseen, modSeq ?? 0)
    return new Set(unseen)
  }

  #needsContent(entry: Entry): boolean {
    const { cache } = this.#around.session.host
    return this.#items.some((item) => {
      switch (item.kind) {
        case 'ENVELOPE':
        case 'BODY':
        case 'BODYSTRUCTURE':
          return cache.get(entry.key, item.kind) === undefined
        case 'section':
          return item.partial !== undefined || cache.get(entry.key, item.name) === undefined
        case 'BINARY':
        case 'BINARY.SIZE':
          return true
        default:
          return false
      }
    })
  }

  async #one(entry: Entry, content: MessageContent | undefined, newlySeen: boolean): Promise<void> {
    const { respond, session } = this.#around
    // What cannot be said is found out before anything is said of the message.
    const texts: (string | SectionStream)[] = []
    for (const item of this.#items) {
      const text = this.#text(item, entry, content)
      texts.push(text instanceof Promise ? await text : text)
    }
    if (newlySeen && !this.#items.some(({ kind }) => kind === 'FLAGS')) {
      texts.push(`FLAGS (${flagNames(entry, session.enabled)})`)
    }
    if (texts.every((text) => typeof text === 'string')) {
      respond.untagged(`${entry.seqNum} FETCH (${texts.join(' ')})`)
      return
    }
    respond.begin(`${entry.seqNum} FETCH (`)
    for (const [index, text] of texts.entries()) {
      if (index > 0) respond.more(' ')
      if (typeof text === 'string') respond.more(text)
      else await text.send(respond)
    }
    respond.end(')')
  }

  #text(
    item: FetchItem,
    entry: Entry,
    content: MessageContent | undefined,
  ): Promise<string | SectionStream> | string | SectionStream {
    switch (item.kind) {
      case 'ENVELOPE':
      case 'BODY':
      case 'BODYSTRUCTURE':
        return this.#structure(item.kind, entry, content)
      case 'section':
        return wholeInMemory(item, content) ?? this.#section(item, entry, content)
      case 'BINARY':
      case 'BINARY.SIZE':
        return binaryBody(item, content)
      default:
        return factText(item.kind, entry, this.#around.session.enabled)
    }
  }

  async #structure(
    kind: 'ENVELOPE' | 'BODY' | 'BODYSTRUCTURE',
    entry: Entry,
    content: MessageContent | undefined,
  ): Promise<string> {
    const { cache } = this.#around.session.host
    const known = cache.get(entry.key, kind)
    if (known !== undefined || content === undefined) return `${kind} ${known ?? 'NIL'}`
    const { root } = await content.tree()
    const text = await structures[kind](root)
    cache.set(entry.key, kind, text)
    return `${kind} ${text}`
  }

  async #section(
    item: SectionItem,
    entry: Entry,
    content: MessageContent | undefined,
  ): Promise<string | SectionStream> {
    const { cache } = this.#around.session.host
    // The name of a partial does not say how much of it was asked for.
    const known = item.partial === undefined ? cache.get(entry.key, item.name) : undefined
    if (known !== undefined || content === undefined) return `${item.name} ${known ?? 'NIL'}`
    const isWhole = isWholeMessage(item)
    const all: readonly OctetRange[] | undefined = isWhole
      ? [[0, content.octets]]
      : sectionRanges(await content.tree(), item.section)
    if (all === undefined) return `${item.name} NIL`
    const ranges = item.partial === undefined ? all : partialRanges(all, item.partial)
    const length = rangeOctets(ranges)
    if (isWhole || length > maxRemembered) return new SectionStream(`${item.name} {${length}}\r\n`, ranges, content)
    const text = `{${length}}\r\n${await joined(ranges, content)}`
    if (item.partial === undefined) cache.set(entry.key, item.name, text)
    return `${item.name} ${text}`
  }
}

const structures = { ENVELOPE: envelope, BODY: body, BODYSTRUCTURE: bodyStructure } as const

/** What is known of an entry without its message. */
function factText(kind: FactKind, entry: Entry, enabled: ReadonlySet<Extension>): string {
  switch (kind) {
    case 'FLAGS':
      return `FLAGS (${flagNames(entry, enabled)})`
    case 'UID':
      return `UID ${entry.uid}`
    case 'INTERNALDATE':
      return `INTERNALDATE "${formatDateTime(entry.internalDate)}"`
    case 'RFC822.SIZE':
      return `RFC822.SIZE ${entry.octets}`
    case 'MODSEQ':
      return `MODSEQ (${entry.modSeq})`
    case 'EMAILID':
      return `EMAILID (${entry.key})`
    case 'THREADID':
      return 'THREADID NIL'
    case 'SAVEDATE':
      return `SAVEDATE "${formatDateTime(entry.savedAt)}"`
  }
}

const isWholeMessage = ({ section }: SectionItem): boolean => section.path.length === 0 && section.what === 'all'

/** What is asked for most, without any waiting. */
function wholeInMemory(item: SectionItem, content: MessageContent | undefined): string | undefined {
  const { partial, name } = item
  const whole = content?.whole
  if (whole === undefined || whole.length > maxInline) return undefined
  if (partial !== undefined || !isWholeMessage(item)) return undefined
  return `${name} {${whole.length}}\r\n${latin1(whole)}`
}

const latin1 = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1')

async function joined(ranges: readonly OctetRange[], content: MessageContent): Promise<string> {
  let text = ''
  for (const [start, end] of ranges) text += latin1(await content.read(start, end))
  return text
}

/** A literal that is read while it is sent. */
export class SectionStream {
  readonly #head: string
  readonly #ranges: readonly OctetRange[]
  readonly #content: MessageContent

  constructor(head: string, ranges: readonly OctetRange[], content: MessageContent) {
    this.#head = head
    this.#ranges = ranges
    this.#content = content
  }

  async send(respond: Responses): Promise<void> {
    respond.more(this.#head)
    for (const [start, end] of this.#ranges) {
      for await (const octets of this.#content.stream(start, end)) {
        respond.octets(octets)
        await respond.ready()
      }
    }
  }
}
