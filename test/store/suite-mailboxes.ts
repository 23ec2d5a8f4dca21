import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { MailboxState, Store } from '../../src/store/store.ts'
import { arrivalTo, deliver, plainMessage } from '../support/messages.ts'

/** The part of the store's contract that IMAP rests on: mailboxes, UIDs, flags, and changes asked for again. */
export function mailboxSuite(name: string, open: () => Promise<{ store: Store; dispose: () => Promise<void> }>): void {
  describe(`${name}: mailboxes`, () => {
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

    /** Names of the mailboxes that the account did not begin with. */
    const made = async (): Promise<readonly string[]> =>
      (await store.mailboxes(bob))
        .filter(({ name: each, specialUse }) => each !== 'INBOX' && specialUse === undefined)
        .map((each) => each.name)
        .sort()

    it('gives every account that is named what accounts begin with, once', async () => {
      const begun = await store.mailboxes('new@example.com')
      assert.deepEqual(
        begun.map((each) => [each.name, each.specialUse, each.subscribed]),
        [
          ['INBOX', undefined, true],
          ...['Sent', 'Drafts', 'Trash', 'Junk', 'Archive'].map((each) => [each, `\\${each}`, true]),
        ],
      )
      await store.deleteMailbox('new@example.com', 'Junk')
      await store.setSubscribed('new@example.com', 'Sent', false)
      const later = await store.mailboxes('new@example.com')
      assert.deepEqual(
        later.map((each) => [each.name, each.subscribed]),
        [
          ['INBOX', true],
          ['Sent', false],
          ['Drafts', true],
          ['Trash', true],
          ['Archive', true],
        ],
      )
    })

    it('gives ascending UIDs that are never used again', async () => {
      await deliver(store, plainMessage('1'))
      await deliver(store, plainMessage('2'))
      const { id } = await box()
      assert.deepEqual([...(await store.entries(id)).uids], [1, 2])
      await store.expunge(id, [2])
      await store.deleteAll()
      await deliver(store, plainMessage('3'))
      assert.deepEqual([...(await store.entries(id)).uids], [3])
      assert.equal((await box()).uidNext, 4)
    })

    it('makes, renames and removes mailboxes, with a new UIDVALIDITY each', async () => {
      const first = await store.createMailbox(bob, 'Work/2026')
      assert.deepEqual(await made(), ['Work', 'Work/2026'])
      await assert.rejects(store.createMailbox(bob, 'Work/2026'), { code: 'exists' })
      await assert.rejects(store.createMailbox(bob, 'inbox'), { code: 'exists' })
      // RFC 9051 §5.1 folds ASCII; the capital of a dotless ı is an I.
      assert.equal((await store.createMailbox(bob, 'ınbox')).name, 'ınbox')
      await store.deleteMailbox(bob, 'ınbox')
      for (const bad of ['', '/', 'a//b', '../x', 'x/..', 'nul\0', 'x'.repeat(1001), Array(60).fill('a').join('/')]) {
        await assert.rejects(store.createMailbox(bob, bad), { code: 'bad-name' }, bad)
      }
      await store.renameMailbox(bob, 'Work', 'Job')
      assert.deepEqual(await made(), ['Job', 'Job/2026'])
      await store.deleteMailbox(bob, 'Job/2026')
      const again = await store.createMailbox(bob, 'Job/2026')
      assert.ok(again.uidValidity > first.uidValidity)
      await assert.rejects(store.deleteMailbox(bob, 'INBOX'), { code: 'bad-name' })
      await assert.rejects(store.deleteMailbox(bob, 'None'), { code: 'missing' })
    })

    it('moves the messages of INBOX when it is renamed', async () => {
      await deliver(store, plainMessage('old'))
      await store.renameMailbox(bob, 'INBOX', 'Old')
      assert.equal((await box()).messages, 0)
      assert.equal((await box('Old')).messages, 1)
      assert.equal((await store.list({ account: bob, limit: 10 })).total, 1)
    })

    it('copies entries with flags and shows the message once', async () => {
      const { key } = await deliver(store, plainMessage('c'))
      await store.setFlags({ account: bob, keys: [key] }, { add: ['\\Flagged', 'x'] })
      const target = await store.createMailbox(bob, 'Copies')
      const inbox = await box()
      assert.deepEqual(await store.copy(inbox.id, [1, 9], target.id), { from: [1], to: [1] })
      assert.deepEqual(await store.copy(inbox.id, [1], target.id), { from: [1], to: [2] })
      assert.deepEqual((await store.entries(target.id)).flags, [
        ['\\Flagged', 'x'],
        ['\\Flagged', 'x'],
      ])
      const page = await store.list({ account: bob, limit: 10 })
      assert.deepEqual([page.total, page.messages.length], [1, 1])
      await store.expunge(inbox.id, [1])
      assert.equal((await store.list({ account: bob, limit: 10 })).total, 1)
      await store.expunge(target.id, [1, 2])
      assert.equal((await store.list({ account: bob, limit: 10 })).total, 0)
      assert.equal((await store.list({ account: 'all', limit: 10 })).total, 1)
      await store.expunge((await box('INBOX', 'all')).id, [1])
      assert.equal(await store.octets(key), undefined)
    })

    it('stores flags by UID and raises the change number of what changed only', async () => {
      for (const subject of ['1', '2', '3']) await deliver(store, plainMessage(subject))
      const { id, highestModSeq } = await box()
      const { modSeq: change } = await store.storeFlags(id, [1, 3, 99], { add: ['\\Seen'] })
      assert.ok(change && change > highestModSeq)
      assert.deepEqual(await store.storeFlags(id, [1], { add: ['\\Seen'] }), { modSeq: undefined, modified: [] })
      const { modSeqs } = await store.entries(id)
      assert.deepEqual([modSeqs[0], modSeqs[2]], [change, change])
      assert.ok((modSeqs[1] ?? 0) < change)
      assert.equal((await box()).unread, 1)
    })

    it('tells changes again from any number', async () => {
      const first = await deliver(store, plainMessage('1'))
      const second = await deliver(store, plainMessage('2'))
      await store.setFlags({ account: 'all', keys: [second.key] }, { add: ['\\Seen'] })
      await store.delete({ account: 'all', keys: [first.key] })
      const all = await store.changesSince(0)
      assert.deepEqual(
        all.changes.map(({ kind }) => kind),
        ['arrived', 'flags', 'expunged', 'deleted'],
      )
      assert.deepEqual([all.reset, all.more], [false, false])
      const numbers = all.changes.map(({ number }) => number)
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
      )
      assert.deepEqual((await store.changesSince(all.latest)).changes, [])
      assert.equal((await store.changesSince(all.latest + 1)).reset, true)
      assert.deepEqual(
        (await store.changesSince(second.change)).changes.map(({ kind }) => kind),
        ['flags', 'expunged', 'deleted'],
      )
    })

    it('tells changes again in pieces, none twice and none left out', async () => {
      const keys: string[] = []
      for (let i = 0; i < 30; i++) keys.push((await deliver(store, plainMessage(`${i}`))).key)
      await store.setFlags({ account: 'all', keys: keys.slice(0, 10) }, { add: ['\\Seen'] })
      const arrived: string[] = []
      let from = 0
      for (let more = true; more;) {
        const piece = await store.changesSince(from, 12)
        assert.equal(piece.reset, false)
        for (const change of piece.changes) if (change.kind === 'arrived') arrived.push(change.summary.key)
        assert.ok(piece.latest > from || !piece.more)
        from = piece.latest
        more = piece.more
      }
      assert.deepEqual(arrived, keys)
    })

    it('tells that everything was deleted, then what came after', async () => {
      const { change } = await deliver(store, plainMessage('1'))
      await store.deleteAll()
      await deliver(store, plainMessage('2'), arrivalTo(['carol@example.com']))
      const { changes } = await store.changesSince(change)
      assert.deepEqual(
        changes.map((each) => [each.kind, each.kind === 'deleted' && each.all]),
        [
          ['deleted', true],
          ['arrived', false],
        ],
      )
    })
  })
}
