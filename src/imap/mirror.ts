/**
 * One mailbox as it is now, in memory, for all sessions that have it selected. The store's changes keep it true; a view
 * shows each client its own past of it.
 */
import type { Change } from '../store/change.ts'
import type { MessageKey } from '../store/message.ts'
import { StoreError, type EntryColumns, type MailboxState, type Store } from '../store/store.ts'

/** What a view has to tell its client sooner or later. */
export interface MirrorListener {
  /** Ascending. */
  expunged(uids: readonly number[]): void
  flagsChanged(uids: readonly number[]): void
  /** There are more entries. */
  arrived(): void
}

export class Mirror {
  readonly mailboxId: number
  readonly #store: Store
  readonly #listeners = new Set<MirrorListener>()
  readonly #known = new Map<string, readonly string[]>()
  /** Every keyword that an entry has, or had while this was kept. */
  readonly keywords = new Set<string>()
  /** Shared with views, which count their own entries of it: nothing below `count` is ever written again. */
  uids = new Uint32Array()
  count = 0
  keys: MessageKey[] = []
  flags: (readonly string[])[] = []
  modSeqs: number[] = []
  internalDates: number[] = []
  savedAt: number[] = []
  octets: number[] = []
  /** The greatest UID ever seen here, and one. */
  uidNext = 1
  uidValidity = 0
  highestModSeq = 0
  /** Views that have it, or are about to. */
  holders = 0
  /** Its mailbox was removed, or its UIDs were given anew. */
  gone = false
  /** Entries from this UID on were not yet told to any session as recent. RFC 3501 §2.3.2. */
  recentFrom = 1
  /** Something arrived that is not here yet. */
  #behind = false
  /** Entries below this UID are here. */
  #loadedTo = 1
  #loading: Promise<void> | undefined

  constructor(store: Store, mailboxId: number) {
    this.#store = store
    this.mailboxId = mailboxId
  }

  /** @throws StoreError `missing`. */
  async open(): Promise<void> {
    this.#behind = true
    await this.settled()
    if (this.gone) throw new StoreError('missing', 'There is no such mailbox')
  }

  subscribe(listener: MirrorListener): void {
    this.#listeners.add(listener)
  }

  unsubscribe(listener: MirrorListener): void {
    this.#listeners.delete(listener)
  }

  /** Resolves when everything that was told by the store until now is here. */
  async settled(): Promise<void> {
    while (this.#behind || this.#loading !== undefined) {
      this.#loading ??= this.#load().finally(() => (this.#loading = undefined))
      await this.#loading
    }
  }

  /** Whether everything that was told is here already. */
  get isSettled(): boolean {
    return !this.#behind && this.#loading === undefined
  }

  describe(state: MailboxState): void {
    this.uidValidity = state.uidValidity
    this.uidNext = Math.max(this.uidNext, state.uidNext)
    this.highestModSeq = Math.max(this.highestModSeq, state.highestModSeq)
  }

  /** Where a UID is, -1 where it is not. */
  indexOf(uid: number): number {
    const at = lowerBound(this.uids, this.count, uid)
    return at < this.count && this.uids[at] === uid ? at : -1
  }

  /** A change of the store, with what of it is about this mailbox. */
  apply(change: Change): void {
    this.highestModSeq = Math.max(this.highestModSeq)
    if (change.kind === 'flags') this.#applyFlags(change)
    else if (change.kind === 'expunged') this.#remove(new Set(here(change.entries, this.mailboxId)))
    else if (change.kind === 'deleted') this.#applyDeleted(change)
    else this.#noteArrival()
  }

  /** The mailbox is no more what it was. */
  end(): void {
    this.gone = true
    for (const listener of this.#listeners) listener.arrived()
  }

  #applyFlags(change: Change & { kind: 'flags' }): void {
    const changed: number[] = []
    for (const { mailboxId, uid, flags } of change.entries) {
      if (mailboxId !== this.mailboxId) continue
      const at = this.indexOf(uid)
      if (at < 0) {
        if (uid >= this.#loadedTo) this.#behind = true
        continue
      }
      this.flags[at] = this.#interned(flags)
      this.modSeqs[at] = change.number
      changed.push(uid)
    }
    if (changed.length > 0) for (const listener of this.#listeners) listener.flagsChanged(changed)
    if (this.#behind) this.#noteArrival()
  }

  #applyDeleted({ keys, all, number }: Change & { kind: 'deleted' }): void {
    const wanted = new Set(keys)
    const uids = new Set<number>()
    for (let i = 0; i < this.count; i++) {
      if (all || wanted.has(this.keys[i] ?? '')) uids.add(this.uids[i] ?? 0)
    }
    if (uids.size === 0) return
    this.highestModSeq = Math.max(this.highestModSeq, number)
    this.#remove(uids)
  }

  #remove(uids: ReadonlySet<number>): void {
    const gone: number[] = []
    const kept = new Uint32Array(this.count)
    let at = 0
    for (let i = 0; i < this.count; i++) {
      const uid = this.uids[i] ?? 0
      if (uids.has(uid)) {
        gone.push(uid)
        continue
      }
      kept[at] = uid
      if (at !== i) this.#move(i, at)
      at++
    }
    if (gone.length === 0) return
    this.uids = kept
    this.count = at
    for (const column of this.#columns()) column.length = at
    for (const listener of this.#listeners) listener.expunged(gone)
  }

  #noteArrival(): void {
    this.#behind = true
    for (const listener of this.#listeners) listener.arrived()
  }

  async #load(): Promise<void> {
    this.#behind = false
    try {
      this.#append(await this.#store.entries(this.mailboxId, this.#loadedTo))
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'missing') throw error
      this.gone = true
    }
  }

  #append(entries: EntryColumns): void {
    const more = entries.uids.length
    if (this.count + more > this.uids.length) {
      const roomier = new Uint32Array(this.count === 0 ? more : Math.ceil((this.count + more) * 1.25) + 16)
      roomier.set(this.uids.subarray(0, this.count))
      this.uids = roomier
    }
    this.uids.set(entries.uids, this.count)
    for (let i = 0; i < more; i++) {
      this.keys.push(entries.keys[i] ?? '')
      this.flags.push(this.#interned(entries.flags[i] ?? []))
      this.modSeqs.push(entries.modSeqs[i] ?? 0)
      this.internalDates.push(entries.internalDates[i] ?? 0)
      this.savedAt.push(entries.savedAt[i] ?? 0)
      this.octets.push(entries.octets[i] ?? 0)
    }
    this.count += more
    this.#loadedTo = Math.max(this.#loadedTo, (entries.uids.at(-1) ?? 0) + 1)
    this.uidNext = Math.max(this.uidNext, this.#loadedTo)
  }

  /** Most entries have one of a few lists of flags. */
  #interned(flags: readonly string[]): readonly string[] {
    const name = flags.join(' ')
    const known = this.#known.get(name)
    if (known !== undefined) return known
    if (this.#known.size > 1000) this.#known.clear()
    for (const flag of flags) if (!flag.startsWith('\\')) this.keywords.add(flag)
    this.#known.set(name, flags)
    return flags
  }

  #columns(): readonly unknown[][] {
    return [this.keys, this.flags, this.modSeqs, this.internalDates, this.savedAt, this.octets]
  }

  #move(from: number, to: number): void {
    for (const column of this.#columns()) column[to] = column[from]
  }
}

function here(entries: readonly { mailboxId: number; uid: number }[], mailboxId: number): readonly number[] {
  return entries.filter((entry) => entry.mailboxId === mailboxId).map(({ uid }) => uid)
}

/** The first index whose value is not below `value`. */
export function lowerBound(sorted: ArrayLike<number>, count: number, value: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Mirrors that are kept while nobody looks, and entries in them: some 8 MB. */
const maxIdle = 20
const maxIdleEntries = 100_000

/** The mailboxes that somebody has selected, and some that were. One of them for each server. */
export class Mirrors {
  readonly #store: Store
  readonly #open = new Map<number, Promise<void>>()
  readonly #loaded = new Map<number, Mirror>()
  /** Those that nobody has selected, the longest left first. */
  readonly #idle = new Set<Mirror>()
  /** By mailbox: what the next session to select it finds recent. Gone with the process. */
  readonly #recentFrom = new Map<number, number>()
  readonly #leave: () => void

  constructor(store: Store) {
    this.#store = store
    this.#leave = store.subscribe((changes) => {
      if (this.#loaded.size > 0) for (const change of changes) this.#apply(change)
    })
  }

  /** A view subscribes to it, and says by `close` when it has left. @throws StoreError `missing`. */
  async open(mailbox: MailboxState): Promise<Mirror> {
    const known = this.#loaded.get(mailbox.id)
    const mirror = known ?? new Mirror(this.#store, mailbox.id)
    this.#idle.delete(mirror)
    this.#loaded.set(mailbox.id, mirror)
    mirror.describe(mailbox)
    if (known === undefined) {
      mirror.recentFrom = this.#recentFrom.get(mailbox.id) ?? 1
      this.#open.set(mailbox.id, mirror.open())
    }
    mirror.holders++
    try {
      await this.#open.get(mailbox.id)
      await mirror.settled()
      return mirror
    } catch (error) {
      mirror.holders--
      this.#drop(mirror)
      throw error
    }
  }

  /** How many messages no session was told of as recent. */
  async recentIn({ id, uidNext }: MailboxState): Promise<number> {
    const from = this.#loaded.get(id)?.recentFrom ?? this.#recentFrom.get(id) ?? 1
    return from >= uidNext ? 0 : (await this.#store.entries(id, from)).uids.length
  }

  /** A view is closed. Its mirror stays for whoever selects the mailbox next, as long as there is room. */
  close(mirror: Mirror): void {
    mirror.holders--
    if (mirror.holders > 0 || this.#loaded.get(mirror.mailboxId) !== mirror) return
    // The last to be left is the last to go.
    this.#idle.delete(mirror)
    this.#idle.add(mirror)
    let entries = [...this.#idle].reduce((sum, { count }) => sum + count, 0)
    for (const each of this.#idle) {
      if (this.#idle.size <= maxIdle && entries <= maxIdleEntries) break
      entries -= each.count
      this.#drop(each)
    }
  }

  end(): void {
    this.#leave()
    this.#loaded.clear()
    this.#open.clear()
  }

  #drop(mirror: Mirror): void {
    this.#idle.delete(mirror)
    if (this.#loaded.get(mirror.mailboxId) !== mirror) return
    this.#recentFrom.set(mirror.mailboxId, mirror.recentFrom)
    this.#loaded.delete(mirror.mailboxId)
    this.#open.delete(mirror.mailboxId)
  }

  #apply(change: Change): void {
    if (change.kind === 'mailbox') {
      if (change.gone === true) this.#end(change.mailboxId)
      return
    }
    if (change.kind === 'deleted') {
      for (const mirror of this.#loaded.values()) mirror.apply(change)
      return
    }
    for (const id of new Set(change.entries.map(({ mailboxId }) => mailboxId))) this.#loaded.get(id)?.apply(change)
  }

  #end(mailboxId: number): void {
    const mirror = this.#loaded.get(mailboxId)
    if (mirror === undefined) return
    mirror.end()
    this.#idle.delete(mirror)
    this.#loaded.delete(mailboxId)
    this.#open.delete(mailboxId)
    this.#recentFrom.delete(mailboxId)
  }
}
