import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catchAll } from '../../src/delivery/catch-all.ts'
import { type Log, silentLog } from '../../src/log.ts'
import { SmtpRefusal, type SmtpSession } from '../../src/smtp/delivery.ts'
import type { SmtpEnvelope } from '../../src/smtp/envelope.ts'
import { type Arrival, type Reception, type SessionRecord, type Store, StoreError } from '../../src/store/store.ts'

const session: SmtpSession = {
  ...{ id: 's1', listener: 'smtp', client: { address: '192.0.2.1', port: 5 }, connectedAt: 1, heloName: 'c' },
  ...{ tls: { version: 'TLSv1.3', cipher: 'X' }, authUser: 'u', authMechanism: 'PLAIN' },
}
const envelope: SmtpEnvelope = {
  ...{ reversePath: { address: 'a@x' }, heloName: 'c', client: session.client, listener: 'smtp' },
  ...{
    forwardPaths: [{ address: 'B@x' }, { address: 'b@X' }, { address: 'c@x' }],
    connectedAt: 1,
    mailAt: 2,
    dataAt: 3,
  },
}
const conversation = { prologue: 'p', transaction: 't', reply: 'r ' }

/** The receiving door of a store, and what went through it. */
function door(
  failure?: Error,
  room = Infinity,
): { store: Store; arrivals: Arrival[]; records: SessionRecord[]; aborts: () => number } {
  const arrivals: Arrival[] = []
  const records: SessionRecord[] = []
  let aborts = 0
  const reception: Reception = {
    write: () => undefined,
    async commit(arrival) {
      await Promise.resolve()
      if (failure) throw failure
      arrivals.push(arrival)
      return { key: 'k1', change: 1 }
    },
    abort: () => void aborts++,
  }
  const store: Pick<Store, 'receive' | 'room' | 'recordSession'> = {
    room: () => room,
    receive: () => reception,
    recordSession: (record) => void records.push(record),
  }
  return { store: store as Store, arrivals, records, aborts: () => aborts }
}

function refusal(code: number, enhancedCode: string): (error: unknown) => boolean {
  return (error) => error instanceof SmtpRefusal && error.code === code && error.enhancedCode === enhancedCode
}

test('a message is filed in the INBOX of each recipient, once per folded address', async () => {
  const { store, arrivals } = door()
  const sink = catchAll(store, { log: silentLog }).data(session)
  await sink.write(Buffer.from('x'))
  assert.deepEqual(await sink.end(envelope, conversation), { key: 'k1' })
  const filing = ['b@x', 'c@x'].map((account) => ({ account, mailbox: 'INBOX', flags: [] }))
  assert.deepEqual(arrivals, [{ envelope, sessionId: 's1', prologue: 'p', conversation: 't', reply: 'r ', filing }])
})

test('a full disk is 452 4.3.1, anything else 451 4.3.0 with its reason in the log alone', async () => {
  const reasons: object[] = []
  const log: Log = { ...silentLog, error: (fields) => void reasons.push(fields) }
  const full = catchAll(door(new StoreError('full', 'no space')).store, { log: silentLog }).data(session)
  await assert.rejects(full.end(envelope, conversation), refusal(452, '4.3.1'))
  const defect = new Error('private reason')
  const broken = catchAll(door(defect).store, { log }).data(session)
  await assert.rejects(broken.end(envelope, conversation), (error) => {
    assert.ok(error instanceof Error && !error.message.includes('private'))
    return refusal(451, '4.3.0')(error)
  })
  assert.deepEqual(reasons, [{ err: defect, session: 's1' }])
})

test('REL-6: a message that there is no room for is refused at MAIL, by its SIZE where it says one', () => {
  const { mail } = catchAll(door(undefined, 1_000_000).store, { log: silentLog })
  const from = { address: 'a@example.com' }
  assert.equal(mail(session, from), undefined)
  assert.equal(mail(session, { ...from, size: 900_000 }), undefined)
  assert.throws(() => mail(session, { ...from, size: 1_000_000 }), refusal(452, '4.3.1'))
  const { mail: mailWithout } = catchAll(door(undefined, -1).store, { log: silentLog })
  assert.throws(() => mailWithout(session, from), refusal(452, '4.3.1'))
})

test('REL-9: octets on their way have a limit over all sessions, and are given back', async () => {
  const { store, aborts } = door()
  const delivery = catchAll(store, { log: silentLog, maxInFlightOctets: 10 })
  const [one, two, three] = [delivery.data(session), delivery.data(session), delivery.data(session)]
  await one.write(Buffer.alloc(6))
  assert.throws(() => void two.write(Buffer.alloc(5)), refusal(452, '4.3.1'))
  two.abort()
  await three.write(Buffer.alloc(4))
  assert.throws(() => delivery.data(session), refusal(452, '4.3.1'))
  three.abort()
  await one.end(envelope, conversation)
  await delivery.data(session).write(Buffer.alloc(10))
  assert.equal(aborts(), 2)
})

test('every session is recorded', () => {
  const { store, records } = door()
  const delivery = catchAll(store, { log: silentLog })
  delivery.closed(session, {
    endedAt: 9,
    messages: 2,
    refusals: 1,
    triedUser: 'x',
    outcome: 'completed',
    transcript: 'C: QUIT',
  })
  assert.deepEqual(records, [
    {
      ...{ id: 's1', listener: 'smtp', clientAddress: '192.0.2.1', clientPort: 5, heloName: 'c', authUser: 'u' },
      ...{ tls: 'TLSv1.3 X', startedAt: 1, endedAt: 9, messages: 2, outcome: 'completed', transcript: 'C: QUIT' },
      ...{ refusals: 1, triedUser: 'x' },
    },
  ])
})
