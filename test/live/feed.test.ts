import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { WireChanges } from '../../src/http/wire-types.ts'
import { Feed, type FeedClient } from '../../src/live/feed.ts'
import { silentLog } from '../../src/log.ts'
import type { Change } from '../../src/store/change.ts'

/** Changes as a store would number them; the feed asks it for what a client missed. */
class Numbers {
  readonly changes: Change[] = []
  readonly feed: Feed
  constructor() {
    this.feed = new Feed({ store: this, log: silentLog, gatherMs: 1 })
    after(() => this.feed.close())
  }

  add(count: number): void {
    const from = this.changes.length
    for (let i = 1; i <= count; i++)
      this.changes.push({ kind: 'deleted', number: from + i, keys: ['0123456789a'], all: false })
    this.feed.push(this.changes.slice(from))
  }

  state = async () => {
    const change = this.changes.length
    return { messages: change, unread: 0, octets: 0, diskOctets: 0, change, unindexed: 0 }
  }

  changesSince = async (number: number, limit = 1_000) => {
    const latest = this.changes.length
    const changes = this.changes.slice(number, number + limit)
    return { changes, latest, reset: number > latest, more: number + limit < latest }
  }
}

class Reader implements FeedClient {
  readonly heard: WireChanges[] = []
  isReady = true
  #look = (): void => undefined
  ready = (): boolean => this.isReady
  send(event: WireChanges): void {
    this.heard.push(event)
    this.#look()
  }

  until(number: number): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if ((this.heard.at(-1)?.to ?? -1) >= number) resolve()
      }
      this.#look()
    })
  }

  assertGapless(from: number): void {
    let at = from
    for (const event of this.heard) {
      assert.equal(event.from, at)
      if (!event.reset)
        assert.deepEqual(
          event.changes.map(({ number }) => number),
          range(at + 1, event.to),
        )
      at = event.to
    }
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('the feed', () => {
  it('tells the first at once and gathers what follows', async () => {
    const numbers = new Numbers()
    const reader = new Reader()
    numbers.feed.resume(reader, 0)
    await reader.until(0)
    for (let i = 0; i < 20; i++) numbers.add(1)
    await reader.until(20)
    reader.assertGapless(0)
    assert.ok(reader.heard.length < 10, `${reader.heard.length} events`)
  })
  it('one that cannot take more gets nothing until it can, and then everything in one', async () => {
    const numbers = new Numbers()
    const [slow, quick] = [new Reader(), new Reader()]
    for (const reader of [slow, quick]) {
      numbers.feed.resume(reader, 0)
      await reader.until(0)
    }
    slow.isReady = false
    for (let i = 1; i <= 30; i++) {
      numbers.add(1)
      await quick.until(i)
    }
    assert.equal(slow.heard.length, 1)
    slow.isReady = true
    numbers.feed.drained(slow)
    await slow.until(30)
    assert.equal(slow.heard.length, 2)
    for (const reader of [slow, quick]) reader.assertGapless(0)
    slow.isReady = false
    numbers.add(500)
    await quick.until(530)
    slow.isReady = true
    numbers.feed.drained(slow)
    await slow.until(530)
    assert.equal(slow.heard.at(-1)?.reset, true)
    assert.equal(slow.heard.length, 3)
  })
  it('has no gap where changes come while a client is brought up', async () => {
    const numbers = new Numbers()
    const readers: Reader[] = []
    for (let i = 0; i < 40; i++) {
      numbers.add(1)
      const reader = new Reader()
      readers.push(reader)
      numbers.feed.resume(reader, 0)
      if (i % 3 === 0) await setImmediate()
    }
    await Promise.all(readers.map((reader) => reader.until(40)))
    for (const reader of readers) reader.assertGapless(0)
  })
  it('tells nobody who left, and nothing after its end', async () => {
    const numbers = new Numbers()
    const [gone, stays] = [new Reader(), new Reader()]
    for (const reader of [gone, stays]) {
      numbers.feed.resume(reader, null)
      await reader.until(0)
    }
    numbers.feed.leave(gone)
    numbers.add(1)
    await stays.until(1)
    assert.equal(gone.heard.length, 1)
    numbers.feed.close()
    numbers.add(1)
    await setImmediate()
    assert.equal(stays.heard.length, 2)
  })
})
