import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EntryColumns } from '../../src/store/store.ts'
import { testImap } from '../support/imap.ts'
import { LineClient } from '../support/line-client.ts'
import { arrivalTo, deliver, plainMessage } from '../support/messages.ts'
import { fc } from '../support/properties.ts'

/** A client that believes what it is told, and nothing else: its messages by sequence number. */
class Believer {
  readonly #client: LineClient
  /** UID and flags of each message, as far as they were told. */
  messages: { uid: number | undefined; flags: string | undefined }[] = []
  #tag = 0

  constructor(client: LineClient) {
    this.#client = client
  }

  async say(command: string): Promise<string> {
    const tag = `t${++this.#tag}`
    const mayRenumber = !/^(FETCH|STORE|SEARCH)/.test(command)
    // It is not told what it did itself.
    if (command.includes('.SILENT')) for (const message of this.messages) message.flags = undefined
    await this.#client.send(`${tag} ${command}\r\n`)
    for (;;) {
      const line = await this.#client.line()
      assert.ok(line !== undefined, `closed after ${command}`)
      if (line.startsWith(`${tag} `)) return line
      this.#hear(line, mayRenumber, command)
    }
  }

  #hear(line: string, mayRenumber: boolean, command: string): void {
    const [, number = '', word = '', rest = ''] = /^\* (\d+) (\w+) ?(.*)$/.exec(line) ?? []
    const seqNum = Number(number)
    if (word === 'EXISTS') {
      assert.ok(seqNum >= this.messages.length, `EXISTS ${seqNum} of ${this.messages.length} after ${command}`)
      while (this.messages.length < seqNum) this.messages.push({ uid: undefined, flags: undefined })
    } else if (word === 'EXPUNGE') {
      assert.ok(mayRenumber, `EXPUNGE during ${command}`)
      assert.ok(seqNum >= 1 && seqNum <= this.messages.length)
      this.messages.splice(seqNum - 1, 1)
    } else if (word === 'FETCH') this.#learn(seqNum, rest)
  }

  #learn(seqNum: number, items: string): void {
    const message = this.messages[seqNum - 1]
    assert.ok(message, `FETCH of ${seqNum}, there are ${this.messages.length}`)
    const uid = /UID (\d+)/.exec(items)?.[1]
    assert.ok(uid === undefined || message.uid === undefined || message.uid === Number(uid), `UID of ${seqNum}`)
    if (uid !== undefined) message.uid = Number(uid)
    message.flags = /FLAGS \(([^)]*)\)/.exec(items)?.[1] ?? message.flags
  }
}

const flag = fc.constantFrom('\\Seen', '\\Deleted', '\\Flagged', 'a', 'b')
const number = fc.integer({ min: 1, max: 8 })
const set = fc.oneof(
  number.map(String),
  fc.tuple(number, number).map(([a, b]) => `${a}:${b}`),
  fc.constant('1:*'),
)
const command = fc.oneof(
  fc.constant('NOOP'),
  fc.constant('EXPUNGE'),
  set.map((of) => `UID FETCH ${of} (UID FLAGS)`),
  set.map((of) => `FETCH ${of} (UID FLAGS)`),
  fc.tuple(set, fc.constantFrom('+', '-', ''), flag).map(([of, sign, name]) => `STORE ${of} ${sign}FLAGS (${name})`),
  fc.tuple(set, flag).map(([of, name]) => `UID STORE ${of} +FLAGS.SILENT (${name})`),
  set.map((of) => `UID COPY ${of} INBOX`),
  set.map((of) => `UID MOVE ${of} INBOX`),
  set.map((of) => `UID MOVE ${of} Trash`),
  set.map((of) => `UID EXPUNGE ${of}`),
  fc.constant('SEARCH UNSEEN'),
  fc.constant('APPEND INBOX {2+}\r\nhi'),
  fc.constant('deliver'),
)
const steps = fc.array(fc.tuple(fc.constantFrom(0, 1, 2), command), { maxLength: 40 })

async function agrees(client: Believer, truth: EntryColumns): Promise<void> {
  await client.say('NOOP')
  assert.equal(client.messages.length, truth.uids.length)
  const told = client.messages.map(({ flags }) => flags)
  await client.say('UID FETCH 1:* (FLAGS)')
  assert.deepEqual(
    client.messages.map(({ uid }) => uid),
    [...truth.uids],
  )
  for (const [i, { flags = '' }] of client.messages.entries()) {
    const now = flags.split(' ').filter((name) => name !== '\\Recent' && name !== '')
    assert.deepEqual(now.sort(), [...(truth.flags[i] ?? [])].sort())
    // What was told before, or never, is what it is now.
    assert.equal(told[i] ?? flags, flags)
  }
  await client.say('LOGOUT').catch(() => undefined)
}

test('clients that believe what they are told agree with the store in the end', { timeout: 300_000 }, async () => {
  const { store, loggedIn } = await testImap()
  let run = 0
  const property = fc.asyncProperty(steps, fc.boolean(), async (wanted, qresync) => {
    const address = `run${++run}@example.com`
    for (let i = 0; i < 3; i++) await deliver(store, plainMessage(String(i)), arrivalTo([address]))
    const clients: Believer[] = []
    for (let i = 0; i < 3; i++) {
      const client = await loggedIn(address)
      const believer = new Believer(client)
      if (qresync && i === 2) await believer.say('ENABLE CONDSTORE')
      await believer.say('SELECT INBOX')
      clients.push(believer)
    }
    // At the same time where it is not the same client's turn.
    const turns = clients.map(() => Promise.resolve())
    for (const [who, what] of wanted) {
      const before = turns[who]
      turns[who] = (async () => {
        await before
        if (what === 'deliver') await deliver(store, plainMessage('new'), arrivalTo([address]))
        else await clients[who]?.say(what)
      })()
    }
    await Promise.all(turns)
    const inbox = (await store.mailboxes(address)).find(({ name }) => name === 'INBOX')
    const truth = await store.entries(inbox?.id ?? 0)
    for (const client of clients) await agrees(client, truth)
  })
  await fc.assert(property, { numRuns: 100, includeErrorInReport: true })
  await store.assertConsistent()
})
