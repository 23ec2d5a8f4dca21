import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Change } from '../../src/store/change.ts'
import type { Filing, MailboxState, Receipt, Store } from '../../src/store/store.ts'
import { arrivalTo, deliver, plainMessage } from '../support/messages.ts'
import { fc } from '../support/properties.ts'

/** The part of the contract that clients of IMAP see: entries that are copied, moved, flagged and removed by UID. */
export function entrySuite(name: string, open: () => Promise<{ store: Store; dispose: () => Promise<void> }>): void {
  describe(`${name}: entries`, () => {
    let store: Store
    let dispose: () => Promise<void>
    beforeEach(async () => {
      ;({ store, dispose } = await open())
    })
    afterEach(async () => {
      await store.assertConsistent()
      await dispose()
    })
    const bob = 'bob@example.com'
    const box = async (mailbox = 'INBOX', account = bob): Promise<MailboxState> => {
      const found = (await store.mailboxes(account)).find((each) => each.name === mailbox)
      assert.ok(found, `no mailbox ${mailbox}`)
      return found
    }
    const uidsIn = async (mailbox: string, account = bob): Promise<readonly number[]> => [
      ...(await store.entries((await box(mailbox, account)).id)).uids,
    ]
    const file = async (filing: Filing, alone?: true): Promise<Receipt> => {
      const reception = store.receive()
      await reception.write(plainMessage('filed'))
      return reception.commit({ ...arrivalTo([]), filing: [filing], ...(alone && { alone }) })
    }

    it('files in one mailbox alone where that is asked for', async () => {
      await file({ account: 'all', mailbox: 'Sent', flags: ['\\Seen'] }, true)
      assert.deepEqual([await uidsIn('INBOX', 'all'), await uidsIn('Sent', 'all')], [[], [1]])
      assert.equal((await store.list({ account: 'all', limit: 9 })).messages.length, 1)
      await file({ account: bob, mailbox: 'Sent', flags: [] })
      assert.deepEqual([await uidsIn('INBOX', 'all'), await uidsIn('Sent')], [[1], [1]])
    })

    it('keeps an internal date, and when an entry came into its mailbox', async () => {
      const internalDate = Date.UTC(1996, 6, 17, 9, 44, 25)
      await file({ account: bob, mailbox: 'INBOX', flags: [], internalDate })
      const inbox = await box()
      const target = await store.createMailbox(bob, 'Copies')
      await store.copy(inbox.id, [1], target.id)
      const [first, copied] = [await store.entries(inbox.id), await store.entries(target.id)]
      assert.deepEqual([first.internalDates[0], copied.internalDates[0]], [internalDate, internalDate])
      assert.ok((first.savedAt[0] ?? 0) > internalDate && (copied.savedAt[0] ?? 0) >= (first.savedAt[0] ?? 0))
    })

    it('gives entries from a UID on', async () => {
      for (const subject of ['1', '2', '3']) await deliver(store, plainMessage(subject))
      const { id } = await box()
      assert.deepEqual([...(await store.entries(id, 2)).uids], [2, 3])
      assert.deepEqual([...(await store.entries(id, 9)).uids], [])
      await assert.rejects(store.entries(4711), { code: 'missing' })
    })

    it('moves at once: copied, removed, and told in this order', async () => {
      const { key } = await deliver(store, plainMessage('m'))
      const told: Change[] = []
      store.subscribe((changes) => told.push(...changes))
      const [inbox, trash] = [await box(), await box('Trash')]
      assert.deepEqual(await store.move(inbox.id, [1, 2], trash.id), { from: [1], to: [1] })
      assert.deepEqual(
        told.map(({ kind }) => kind),
        ['flags', 'expunged'],
      )
      assert.deepEqual([await uidsIn('INBOX'), await uidsIn('Trash')], [[], [1]])
      assert.deepEqual(await store.move(trash.id, [1], trash.id), { from: [1], to: [2] })
      assert.deepEqual(await uidsIn('Trash'), [2])
      assert.ok(await store.octets(key))
    })

    it('leaves flags alone that have changed since', async () => {
      for (const subject of ['1', '2']) await deliver(store, plainMessage(subject))
      const { id } = await box()
      const { modSeqs } = await store.entries(id)
      const before = Math.max(...modSeqs)
      const { modSeq } = await store.storeFlags(id, [1], { add: ['\\Flagged'] })
      const answer = await store.storeFlags(id, [1, 2], { add: ['\\Seen'] }, before)
      assert.deepEqual(answer.modified, [1])
      assert.ok(modSeq !== undefined && answer.modSeq !== undefined && answer.modSeq > modSeq)
      assert.deepEqual((await store.entries(id)).flags, [['\\Flagged'], ['\\Seen']])
    })

    it('removes only what is marked as deleted where that is asked for', async () => {
      for (const subject of ['1', '2', '3']) await deliver(store, plainMessage(subject))
      const { id } = await box()
      await store.storeFlags(id, [1, 3], { add: ['\\Deleted'] })
      const { modSeq, uids } = await store.expunge(id, [1, 2], 'deleted')
      assert.deepEqual(uids, [1])
      assert.deepEqual(await uidsIn('INBOX'), [2, 3])
      assert.deepEqual(await store.expunge(id, [2], 'deleted'), { modSeq: undefined, uids: [] })
      assert.ok(modSeq)
      await store.delete({ account: 'all', keys: [(await store.entries(id)).keys[0] ?? ''] })
      assert.deepEqual(await store.expungedSince(id, 0), [1, 2])
      assert.deepEqual(await store.expungedSince(id, modSeq), [2])
      await store.deleteAll()
      assert.ok((await store.expungedSince(id, modSeq))?.includes(3))
    })

    it('keeps subscriptions to names, whether there is a mailbox or not', async () => {
      await store.mailboxes(bob)
      await store.setSubscribed(bob, 'Later/x', true)
      assert.ok((await store.subscriptions(bob)).includes('Later/x'))
      const made = await store.createMailbox(bob, 'Later/x')
      assert.equal(made.subscribed, true)
      await store.deleteMailbox(bob, 'Later/x')
      assert.ok((await store.subscriptions(bob)).includes('Later/x'))
      await store.setSubscribed(bob, 'Later/x', false)
      assert.ok(!(await store.subscriptions(bob)).includes('Later/x'))
      await assert.rejects(store.setSubscribed(bob, 'a//b', true), { code: 'bad-name' })
    })

    it('names mailboxes by ids that stay and are never used twice', async () => {
      const first = await store.createMailbox(bob, 'A', { specialUse: '\\Archive' })
      assert.equal(first.specialUse, '\\Archive')
      await store.renameMailbox(bob, 'A', 'B')
      assert.equal((await box('B')).objectId, first.objectId)
      await store.deleteMailbox(bob, 'B')
      assert.notEqual((await store.createMailbox(bob, 'A')).objectId, first.objectId)
    })

    it('reads many messages in the order asked for, large ones by themselves', async () => {
      const sizes = [10, 2_000_000, 10, 700_000, 700_000, 0]
      const bodies = sizes.map((size, i) => Buffer.concat([plainMessage(String(i)), Buffer.alloc(size, `${i}\r\n`)]))
      const keys: string[] = []
      for (const octets of bodies) keys.push((await deliver(store, octets)).key)
      const gone = keys[2] ?? ''
      await store.delete({ account: 'all', keys: [gone] })
      const order = [5, 0, 2, 1, 3, 4]
      const read: (Buffer | undefined)[] = []
      for await (const { key, octets, large } of store.readAll(order.map((i) => keys[i] ?? ''))) {
        assert.equal(key, keys[order[read.length] ?? 0])
        read.push(octets ? Buffer.from(octets) : large && Buffer.from(await large.read(0, large.octets)))
        assert.equal(large !== undefined, key === keys[1])
        large?.close()
      }
      assert.equal(read.length, order.length)
      for (const [at, i] of order.entries()) {
        assert.ok(i === 2 ? read[at] === undefined : read[at]?.equals(bodies[i] ?? Buffer.alloc(0)), String(i))
      }
    })

    it('holds its promises in any order of calls', async () => {
      const boxes = [await box(), await box('Trash')] as const
      const step = fc.record({
        kind: fc.constantFrom('file', 'copy', 'move', 'flag', 'expunge'),
        from: fc.constantFrom(0, 1),
        to: fc.constantFrom(0, 1),
        uids: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
      })
      const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        for (const { kind, from, to, uids } of steps) {
          const before = await store.entries(boxes[from].id)
          const known = [...new Set(uids)].sort((a, b) => a - b).filter((uid) => before.uids.includes(uid))
          const modSeq = (await box(boxes[from].name)).highestModSeq
          const ascending = [...new Set(uids)].sort((a, b) => a - b)
          if (kind === 'file') await file({ account: bob, mailbox: boxes[from].name, flags: [] })
          else if (kind === 'flag') await store.storeFlags(boxes[from].id, ascending, { add: ['\\Deleted'] })
          else if (kind === 'expunge') {
            assert.deepEqual((await store.expunge(boxes[from].id, ascending)).uids, known)
            assert.deepEqual(await store.expungedSince(boxes[from].id, modSeq), known)
          } else {
            const copied = await store[kind](boxes[from].id, ascending, boxes[to].id)
            assert.deepEqual(copied.from, known)
            const after = await store.entries(boxes[to].id)
            for (const uid of copied.to) assert.ok(after.uids.includes(uid))
            if (kind === 'move') assert.deepEqual(await store.expungedSince(boxes[from].id, modSeq), known)
          }
          const { uids: now } = await store.entries(boxes[from].id)
          assert.deepEqual(
            [...now],
            [...now].sort((a, b) => a - b),
          )
          assert.ok((now.at(-1) ?? 0) < (await box(boxes[from].name)).uidNext)
        }
        await store.assertConsistent()
      })
      await fc.assert(property, { numRuns: 30 })
    })
  })
}
