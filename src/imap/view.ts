/**
 * A mailbox as one client sees it: its sequence numbers, and what it has not been told yet. The only place that computes
 * with sequence numbers; they change only in `news` (RFC 9051 §7.5.1).
 */
import type { MessageKey } from '../store/message.ts'
import { lowerBound, type Mirror, type MirrorListener } from './mirror.ts'
import type { NumberSet } from './number-set.ts'

/** One message that a client may be told of. */
export interface Row {
  readonly seqNum: number
  readonly uid: number
}

/** An entry as it is now. */
export interface Entry extends Row {
  readonly key: MessageKey
  readonly flags: readonly string[]
  readonly recent: boolean
  readonly modSeq: number
  /** Milliseconds since 1970. */
  readonly internalDate: number
  readonly savedAt: number
  readonly octets: number
}

/** What a client is to be told, in this order. */
export interface News {
  /** Sequence numbers, each as the one before it leaves them; and the UIDs they had. */
  readonly expunged: readonly Row[]
  /** How many messages there are, when that was not told yet. */
  readonly exists: number | undefined
  readonly flags: readonly Row[]
}

export class View implements MirrorListener {
  readonly mirror: Mirror
  readonly readOnly: boolean
  /** Called when there is news; IDLE waits for it. */
  onNews: (() => void) | undefined
  /** How many keywords the client was told of. */
  keywordsTold = 0
  /** The result of SEARCH RETURN (SAVE), RFC 5182: UIDs. */
  saved: readonly number[] = []
  #uids: Uint32Array
  #count: number
  /** Whether `#uids` is this view's own, because expunged messages still have numbers in it. */
  #own = false
  #gone = new Set<number>()
  #changed = new Set<number>()
  /** Ranges of UIDs that are recent in this session. RFC 3501 §2.3.2. */
  readonly #recent: [from: number, to: number][] = []

  /** The client is told of every message of the mirror at once. */
  constructor(mirror: Mirror, readOnly: boolean) {
    this.mirror = mirror
    this.readOnly = readOnly
    this.#uids = mirror.uids
    this.#count = mirror.count
    this.#claimRecent()
    mirror.subscribe(this)
  }

  close(): void {
    this.onNews = undefined
    this.mirror.unsubscribe(this)
  }

  get count(): number {
    return this.#count
  }

  /** How many are recent in this session. */
  get recent(): number {
    let sum = 0
    for (const [from, to] of this.#recent) {
      sum += lowerBound(this.#uids, this.#count, to) - lowerBound(this.#uids, this.#count, from)
    }
    return sum
  }

  /** The greatest UID the client knows of, 0 where there is none. */
  get lastUid(): number {
    return this.#count === 0 ? 0 : (this.#uids[this.#count - 1] ?? 0)
  }

  uidOf(seqNum: number): number {
    return this.#uids[seqNum - 1] ?? 0
  }

  /** 0 where the client knows of no such message. */
  seqNumOf(uid: number): number {
    const at = lowerBound(this.#uids, this.#count, uid)
    return at < this.#count && this.#uids[at] === uid ? at + 1 : 0
  }

  /** Sequence numbers of the messages in a set, ascending. @param byUid whether the set's numbers are UIDs. */
  select(set: NumberSet, byUid: boolean): readonly number[] {
    const seqNums: number[] = []
    for (const [low, high] of set.ranges(byUid ? this.lastUid : this.#count)) {
      const first = byUid ? lowerBound(this.#uids, this.#count, low) + 1 : Math.max(1, low)
      const last = byUid ? lowerBound(this.#uids, this.#count, high + 1) : Math.min(this.#count, high)
      for (let seqNum = first; seqNum <= last; seqNum++) seqNums.push(seqNum)
    }
    return seqNums
  }

  /** Whether every number of the set is one of a message. RFC 9051 §9, seq-number. */
  covers(set: NumberSet): boolean {
    return set.ranges(this.#count).every(([low, high]) => low >= 1 && high <= this.#count)
  }

  /** As it is now; undefined when it is gone, told or not. */
  entry(seqNum: number): Entry | undefined {
    const uid = this.uidOf(seqNum)
    const { mirror } = this
    // Most of the time both count alike.
    const at = mirror.uids[seqNum - 1] === uid && seqNum <= mirror.count ? seqNum - 1 : mirror.indexOf(uid)
    if (at < 0) return undefined
    return {
      seqNum,
      uid,
      key: mirror.keys[at] ?? '',
      flags: mirror.flags[at] ?? [],
      recent: this.#isRecent(uid),
      modSeq: mirror.modSeqs[at] ?? 0,
      internalDate: mirror.internalDates[at] ?? 0,
      savedAt: mirror.savedAt[at] ?? 0,
      octets: mirror.octets[at] ?? 0,
    }
  }

  /** Sequence number of the first message without \Seen, 0 where there is none. */
  firstUnseen(): number {
    const at = this.mirror.flags.findIndex((flags) => !flags.includes('\\Seen'))
    return at >= 0 && at < this.#count ? at + 1 : 0
  }

  /** UIDs of what is marked as deleted, as far as the client knows of it; ascending. */
  deletedUids(): readonly number[] {
    const { mirror, lastUid } = this
    const uids: number[] = []
    for (let i = 0; i < mirror.count; i++) {
      const uid = mirror.uids[i] ?? 0
      if (uid > lastUid) break
      if (mirror.flags[i]?.includes('\\Deleted') === true) uids.push(uid)
    }
    return uids
  }

  /** Whether there is something to tell. */
  hasNews(expungeAllowed: boolean): boolean {
    if (this.#changed.size > 0 || (expungeAllowed && this.#gone.size > 0)) return true
    return this.mirror.uidNext > this.lastUid + 1 && (this.mirror.uids[this.mirror.count - 1] ?? 0) > this.lastUid
  }

  /** What is told now counts as told. @param expungeAllowed whether sequence numbers may change. */
  news(expungeAllowed: boolean): News {
    const gone = expungeAllowed ? this.#gone : new Set<number>()
    const expunged = this.#expunge(gone)
    const before = this.#count
    this.#takeArrivals()
    const exists = this.#count > before ? this.#count : undefined
    if (exists !== undefined) this.#claimRecent()
    const flags: Row[] = []
    for (const uid of this.#changed) {
      const seqNum = this.seqNumOf(uid)
      if (seqNum > 0 && seqNum <= before && !this.#gone.has(uid)) flags.push({ seqNum, uid })
    }
    this.#changed = new Set()
    return { expunged, exists, flags: flags.sort((a, b) => a.seqNum - b.seqNum) }
  }

  /** These need not be told: the client is told otherwise. @param modSeq as they are told; what is newer stays. */
  told(uids: readonly number[], modSeq: number): void {
    for (const uid of uids) {
      const at = this.mirror.indexOf(uid)
      if (at < 0 || (this.mirror.modSeqs[at] ?? 0) <= modSeq) this.#changed.delete(uid)
    }
  }

  // What the mirror says

  expunged(uids: readonly number[]): void {
    // The mirror has taken the room of what is gone: from here on it and the client count differently.
    for (const uid of uids) if (this.seqNumOf(uid) > 0) this.#gone.add(uid)
    if (this.saved.length > 0) {
      const gone = new Set(uids)
      this.saved = this.saved.filter((uid) => !gone.has(uid))
    }
    this.onNews?.()
  }

  flagsChanged(uids: readonly number[]): void {
    for (const uid of uids) this.#changed.add(uid)
    this.onNews?.()
  }

  arrived(): void {
    this.onNews?.()
  }

  #expunge(gone: Set<number>): readonly Row[] {
    if (gone.size === 0) return []
    const expunged: Row[] = []
    const kept = new Uint32Array(this.#count)
    let at = 0
    for (let i = 0; i < this.#count; i++) {
      const uid = this.#uids[i] ?? 0
      if (gone.has(uid)) expunged.push({ seqNum: at + 1, uid })
      else kept[at++] = uid
    }
    this.#gone = new Set()
    this.#uids = kept
    this.#count = at
    this.#own = true
    this.#share()
    return expunged
  }

  #takeArrivals(): void {
    const { mirror } = this
    const from = lowerBound(mirror.uids, mirror.count, this.lastUid + 1)
    const more = mirror.count - from
    if (more === 0) return
    if (this.#gone.size === 0 && from === this.#count) {
      this.#uids = mirror.uids
      this.#count = mirror.count
      this.#own = false
      return
    }
    if (!this.#own || this.#count + more > this.#uids.length) {
      const roomier = new Uint32Array(Math.ceil((this.#count + more) * 1.25))
      roomier.set(this.#uids.subarray(0, this.#count))
      this.#uids = roomier
      this.#own = true
    }
    this.#uids.set(mirror.uids.subarray(from, mirror.count), this.#count)
    this.#count += more
  }

  /** Where client and mirror count alike again, one list is enough for both. */
  #share(): void {
    const { mirror } = this
    if (this.#gone.size > 0 || this.#count > mirror.count) return
    if (this.#count > 0 && mirror.uids[this.#count - 1] !== this.lastUid) return
    this.#uids = mirror.uids
    this.#own = false
  }

  #claimRecent(): void {
    const { mirror } = this
    const to = this.lastUid + 1
    if (mirror.recentFrom >= to) return
    this.#recent.push([mirror.recentFrom, to])
    if (!this.readOnly) mirror.recentFrom = to
    else this.#recent.splice(0, this.#recent.length - 1)
  }

  #isRecent(uid: number): boolean {
    return this.#recent.some(([from, to]) => uid >= from && uid < to)
  }
}
