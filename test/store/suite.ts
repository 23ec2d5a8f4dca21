import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Change } from '../../src/store/change.ts'
import type { Store } from '../../src/store/store.ts'
import { arrivalTo, deliver, envelopeTo, plainMessage, rawOf } from '../support/messages.ts'

/** The store's contract. `open` gives an empty store; whatever passes this can stand under Stuntmail. */
export function storeSuite(name: string, open: () => Promise<{ store: Store; dispose: () => Promise<void> }>): void {
  describe(`${name}: messages`, () => {
    let store: Store
    let dispose: () => Promise<void>
    beforeEach(async () => {
      ;({ store, dispose } = await open())
    })
    afterEach(async () => {
      await store.assertConsistent()
      await dispose()
    })
    const subjects = async (account = 'all'): Promise<readonly string[]> =>
      (await store.list({ account, limit: 100 })).messages.map(({ subject }) => subject)

    it('keeps the octets exactly, with their hash', async () => {
      const octets = Buffer.concat([plainMessage('raw'), Buffer.from([0, 255, 13, 10, 10, 13])])
      const { key } = await deliver(store, octets)
      assert.deepEqual(await rawOf(store, key), octets)
      const message = await store.get('all', key)
      assert.equal(message?.sha256, createHash('sha256').update(octets).digest('hex'))
      assert.equal(message.summary.octets, octets.length)
    })

    it('keeps an empty message', async () => {
      const { key } = await deliver(store, Buffer.alloc(0))
      assert.deepEqual(await rawOf(store, key), Buffer.alloc(0))
      assert.equal((await store.list({ account: 'all', limit: 1 })).messages[0]?.key, key)
    })

    it('keeps a message of many chunks larger than what is held in memory', async () => {
      const octets = Buffer.concat([plainMessage('large'), Buffer.alloc(6_000_000, 'abcdefgh 0123456789\r\n')])
      const reception = store.receive()
      for (let at = 0; at < octets.length; at += 65_536) await reception.write(octets.subarray(at, at + 65_536))
      const { key } = await reception.commit(arrivalTo(['bob@example.com']))
      assert.ok((await rawOf(store, key)).equals(octets))
      assert.deepEqual(await subjects(), ['large'])
    })

    it('shows nothing of what was aborted', async () => {
      const small = store.receive()
      await small.write(plainMessage('small'))
      small.abort()
      const large = store.receive()
      await large.write(Buffer.alloc(2_000_000, 'x'))
      large.abort()
      await deliver(store, plainMessage('kept'))
      assert.deepEqual(await subjects(), ['kept'])
    })

    it('keeps the envelope as it was given', async () => {
      const envelope = envelopeTo(['Bob@Example.com', 'carol@example.com'], {
        reversePath: { address: '', size: 5, body: '8BITMIME', smtpUtf8: true, ret: 'HDRS', envId: 'x y' },
        tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
        authUser: 'ann',
        authMechanism: 'PLAIN',
      })
      const { key } = await deliver(store, plainMessage('e'), arrivalTo([], { envelope }))
      assert.deepEqual((await store.get('all', key))?.envelope, envelope)
    })

    it('keeps circumstances that change within a session', async () => {
      const first = await deliver(store, plainMessage('1'))
      const envelope = envelopeTo(['bob@example.com'], { heloName: 'other.example' })
      const second = await deliver(store, plainMessage('2'), arrivalTo([], { envelope }))
      assert.equal((await store.get('all', first.key))?.envelope.heloName, 'client.example')
      assert.equal((await store.get('all', second.key))?.envelope.heloName, 'other.example')
    })

    it('shows a message to all and to the accounts it was sent to, and to nobody else', async () => {
      await deliver(store, plainMessage('for bob'), arrivalTo(['bob@example.com']))
      await deliver(store, plainMessage('for both'), arrivalTo(['bob@example.com', 'carol@example.com']))
      assert.deepEqual(await subjects(), ['for both', 'for bob'])
      assert.deepEqual(await subjects('bob@example.com'), ['for both', 'for bob'])
      assert.deepEqual(await subjects('carol@example.com'), ['for both'])
      assert.deepEqual(await subjects('dave@example.com'), [])
    })

    it('gives keys that sort by arrival and change numbers that ascend', async () => {
      const receipts = await Promise.all(['1', '2', '3', '4'].map((subject) => deliver(store, plainMessage(subject))))
      const keys = receipts.map(({ key }) => key)
      assert.deepEqual(keys, [...keys].sort())
      assert.equal(new Set(keys).size, 4)
      for (const key of keys) assert.match(key, /^[0-9a-z]{11}$/)
      const numbers = receipts.map(({ change }) => change)
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
      )
    })

    it('pages from the newest to the oldest without gap or repetition', async () => {
      for (let i = 0; i < 25; i++) await deliver(store, plainMessage(`m${i}`))
      const seen: string[] = []
      let before: string | undefined
      do {
        const page = await store.list({ account: 'all', limit: 10, ...(before ? { before } : {}) })
        assert.equal(page.total, 25)
        seen.push(...page.messages.map(({ subject }) => subject))
        before = page.next
      } while (before)
      assert.deepEqual(
        seen,
        Array.from({ length: 25 }, (_, i) => `m${24 - i}`),
      )
    })

    it('tells subscribers of each change, in order, before the call resolves', async () => {
      const heard: Change[] = []
      const leave = store.subscribe((changes) => void heard.push(...changes))
      const { key, change } = await deliver(store, plainMessage('news'))
      assert.deepEqual(
        heard.map(({ kind, number }) => [kind, number]),
        [['arrived', change]],
      )
      const arrived = heard[0]
      assert.ok(arrived?.kind === 'arrived')
      assert.equal(arrived.summary.subject, 'news')
      assert.deepEqual(
        arrived.entries.map(({ account, uid }) => [account, uid]),
        [
          ['all', 1],
          ['bob@example.com', 1],
        ],
      )
      await store.setFlags({ account: 'all', keys: [key] }, { add: ['\\Seen'] })
      await store.delete({ account: 'all', keys: [key] })
      assert.deepEqual(
        heard.map(({ kind }) => kind),
        ['arrived', 'flags', 'deleted'],
      )
      leave()
      await deliver(store, plainMessage('unheard'))
      assert.equal(heard.length, 3)
    })

    it('sets flags for one account only, and counts the unread', async () => {
      const { key } = await deliver(store, plainMessage('f'))
      assert.equal(
        await store.setFlags({ account: 'bob@example.com', keys: [key] }, { add: ['\\Seen', '\\Flagged', 'Work'] }),
        1,
      )
      const bobs = (await store.list({ account: 'bob@example.com', limit: 1 })).messages[0]
      assert.deepEqual([bobs?.seen, bobs?.flagged, bobs?.keywords], [true, true, ['Work']])
      const page = await store.list({ account: 'all', limit: 1 })
      assert.deepEqual([page.messages[0]?.seen, page.unread], [false, 1])
      await store.setFlags({ account: 'all', keys: [key] }, { replace: ['\\Seen'] })
      assert.equal((await store.state()).unread, 0)
      await assert.rejects(store.setFlags({ account: 'all', keys: [key] }, { add: ['two words'] }), {
        code: 'bad-name',
      })
    })

    it('deletes by key and by criteria, and everything', async () => {
      const { key } = await deliver(store, plainMessage('a'))
      await deliver(store, plainMessage('b'), arrivalTo(['carol@example.com']))
      await deliver(store, plainMessage('c'), arrivalTo(['carol@example.com']))
      assert.equal(await store.delete({ account: 'all', keys: [key, 'nosuchkey00', '../../etc'] }), 1)
      assert.equal(await store.get('all', key), undefined)
      assert.equal(await store.octets(key), undefined)
      const criteria = { kind: 'address', field: 'rcpt', address: 'carol@example.com' } as const
      assert.equal(await store.delete({ account: 'dave@example.com', criteria }), 0)
      assert.equal(await store.delete({ account: 'all', criteria }), 2)
      await deliver(store, plainMessage('d'))
      assert.equal(await store.deleteAll(), 1)
      assert.deepEqual(await subjects(), [])
      assert.equal((await store.state()).octets, 0)
      await deliver(store, plainMessage('e'))
      assert.deepEqual(await subjects('bob@example.com'), ['e'])
    })

    it('keeps notes with a message as long as it is there', async () => {
      const { key } = await deliver(store, plainMessage('a'))
      const other = await deliver(store, plainMessage('b'))
      assert.equal(await store.setNote(key, 'colour', 'red'), true)
      assert.equal(await store.setNote(key, 'colour', 'blue'), true)
      assert.equal(await store.note(key, 'colour'), 'blue')
      assert.equal(await store.note(key, 'shape'), undefined)
      assert.equal(await store.note(other.key, 'colour'), undefined)
      assert.equal(await store.setNote(other.key, 'colour', 'red'), true)
      assert.equal(await store.setNote(other.key, 'colour', undefined), true)
      assert.equal(await store.note(other.key, 'colour'), undefined)
      assert.equal(await store.setNote('nosuchkey00', 'colour', 'red'), false)
      await store.delete({ account: 'all', keys: [key] })
      assert.equal(await store.note(key, 'colour'), undefined)
      assert.equal(await store.setNote(key, 'colour', 'red'), false)
      await store.setNote(other.key, 'colour', 'red')
      await store.deleteAll()
      assert.equal(await store.note(other.key, 'colour'), undefined)
      await store.assertConsistent()
    })

    it('reads octets that were opened before their message was deleted', async () => {
      const octets = plainMessage('open')
      const { key } = await deliver(store, octets)
      const opened = await store.octets(key)
      await store.deleteAll()
      assert.deepEqual(Buffer.from((await opened?.read(0, 1e6)) ?? []), octets)
      opened?.close()
    })

    it('streams a range in chunks', async () => {
      const octets = Buffer.concat([plainMessage('s'), Buffer.alloc(700_000, '0123456789')])
      const { key } = await deliver(store, octets)
      const opened = await store.octets(key)
      const chunks: Uint8Array[] = []
      for await (const chunk of opened?.stream(10, 600_000) ?? []) chunks.push(chunk)
      opened?.close()
      assert.ok(chunks.every(({ length }) => length <= 262_144))
      assert.ok(Buffer.concat(chunks).equals(octets.subarray(10, 600_000)))
    })

    it('commits many at the same time, each once', async () => {
      const sent = Array.from({ length: 300 }, (_, i) => plainMessage(`p${i}`))
      const receipts = await Promise.all(sent.map((octets) => deliver(store, octets)))
      assert.equal((await store.state()).messages, 300)
      for (const [i, { key }] of receipts.entries()) assert.deepEqual(await rawOf(store, key), sent[i])
    })
  })
}
