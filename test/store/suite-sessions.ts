import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { SessionFilter, Store } from '../../src/store/store.ts'
import { arrivalTo, deliver, plainMessage } from '../support/messages.ts'

/** The part of the store's contract that tells who talked to the server. */
export function sessionSuite(name: string, open: () => Promise<{ store: Store; dispose: () => Promise<void> }>): void {
  describe(`${name}: sessions`, () => {
    let store: Store
    let dispose: () => Promise<void>
    beforeEach(async () => {
      ;({ store, dispose } = await open())
    })
    afterEach(async () => {
      await store.assertConsistent()
      await dispose()
    })

    it('tells the conversation of a message and of its session', async () => {
      const { key } = await deliver(store, plainMessage('c'))
      const conversation = 'S: 220 ready\nC: EHLO client.example\nC: MAIL FROM:<ann@example.com>\nS: 250 OK'
      assert.equal(await store.conversation(key), conversation)
      assert.equal((await store.session('session-1'))?.transcript, conversation)
      const replied = await deliver(store, plainMessage('d'), arrivalTo(['bob@example.com'], { reply: 'S: 250 as ' }))
      assert.equal(await store.conversation(replied.key), `${conversation}\nS: 250 as ${replied.key}`)
      assert.equal((await store.sessions(10))[0]?.messages, 2)
    })

    it('keeps the newest sessions without a message, those of mail clients apart', async () => {
      for (let i = 0; i < 2300; i++) {
        store.recordSession({
          ...{ id: `s${i}`, listener: i < 10 ? 'smtp' : i % 2 ? 'imap' : 'pop3s', clientAddress: '::1', clientPort: 1 },
          ...{ heloName: '', startedAt: i, endedAt: i, messages: 0, outcome: 'completed', transcript: '' },
        })
      }
      const kept = (await store.sessions(5000)).map(({ id }) => id)
      assert.deepEqual(
        kept.slice(-10),
        Array.from({ length: 10 }, (_, i) => `s${9 - i}`),
      )
      assert.ok(kept.length >= 1010 && kept.length <= 1110, `${kept.length}`)
    })

    it('shows a session that brought a message as open until its end is told', async () => {
      await deliver(store, plainMessage('c'))
      const open = await store.session('session-1')
      assert.deepEqual([open?.outcome, open?.endedAt, open?.messages], ['open', undefined, 1])
      store.recordSession({
        ...{ id: 'session-1', listener: 'smtp', clientAddress: '127.0.0.1', clientPort: 40_000, heloName: 'c' },
        ...{ startedAt: 1, endedAt: 9, messages: 1, outcome: 'completed', transcript: 'all of it\nand its end' },
      })
      const [over] = await store.sessions(10)
      assert.deepEqual([over?.id, over?.outcome, over?.endedAt], ['session-1', 'completed', 9])
      // What was said after the last message too.
      assert.equal(over?.transcript, 'all of it\nand its end')
    })

    it('finds sessions by protocol, end, user and time, a page at a time', async () => {
      const all = [
        { id: 'a', listener: 'smtps', outcome: 'completed', authUser: 'Ann', refusals: 0 },
        { id: 'b', listener: 'imap', outcome: 'closed', triedUser: 'ann', refusals: 2 },
        { id: 'c', listener: 'pop3s', outcome: 'refused', authUser: 'bob', refusals: 1 },
        { id: 'd', listener: 'http', outcome: 'completed', refusals: 0 },
      ] as const
      all.forEach((session, i) =>
        store.recordSession({
          ...{ clientAddress: '::1', clientPort: 1, heloName: '', startedAt: i, endedAt: i, messages: 0 },
          ...session,
          transcript: `${'x'.repeat(2000)}\n${session.id}`,
        }),
      )
      const ids = async (filter: SessionFilter, limit = 10): Promise<string> =>
        (await store.sessions(limit, filter)).map(({ id }) => id).join('')
      assert.equal(await ids({}), 'dcba')
      assert.equal(await ids({ before: 'c' }), 'ba')
      assert.equal(await ids({ before: 'c' }, 1), 'b')
      assert.equal(await ids({ before: 'unknown' }), '')
      for (const [protocol, found] of Object.entries({ smtp: 'a', imap: 'b', pop3: 'c', http: 'd' })) {
        assert.equal(await ids({ protocol: protocol as 'smtp' }), found)
      }
      assert.equal(await ids({ outcome: 'completed' }), 'da')
      assert.equal(await ids({ user: 'ANN' }), 'ba')
      assert.equal(await ids({ since: 1, until: 3 }), 'cb')
      assert.equal(await ids({ refused: true }), 'cb')
      const [brief] = await store.sessions(1, { brief: true })
      assert.ok(brief && brief.transcript.length === 1000 && brief.transcript.endsWith('\nd'))
    })

    it('keeps sessions without a message, the newest of them', async () => {
      for (let i = 0; i < 5; i++) {
        store.recordSession({
          id: `s${i}`,
          listener: 'smtp',
          clientAddress: '::1',
          clientPort: 1,
          heloName: 'h',
          startedAt: i,
          endedAt: i + 1,
          messages: 0,
          outcome: 'refused',
          transcript: 'S: 220 hi\nC: BAD\nS: 500 what',
          tls: 'TLSv1.3 TLS_AES_128_GCM_SHA256',
        })
      }
      assert.deepEqual(
        (await store.sessions(2)).map(({ id }) => id),
        ['s4', 's3'],
      )
      const one = await store.session('s2')
      assert.deepEqual(
        [one?.outcome, one?.tls, one?.transcript.split('\n').length],
        ['refused', 'TLSv1.3 TLS_AES_128_GCM_SHA256', 3],
      )
    })
  })
}
