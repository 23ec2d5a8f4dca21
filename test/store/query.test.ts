import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fc } from '../support/properties.ts'
import { silentLog } from '../../src/log.ts'
import type { Criteria } from '../../src/query/criteria.ts'
import { formatQuery } from '../../src/query/format.ts'
import { matches } from '../../src/query/matches.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { randomCriteria, randomMessage, randomNow, subjectOf, type RandomMessage } from '../support/arbitraries.ts'
import { arrivalTo, deliver, envelopeTo } from '../support/messages.ts'

describe('a store and the predicate', () => {
  let now = 0
  let store: Store
  before(async () => {
    store = await openSqliteStore({
      directory: undefined,
      clock: { now: () => now, monotonic: () => performance.now() },
      log: silentLog,
    })
  })
  after(() => store.close())

  async function put(message: RandomMessage): Promise<string> {
    now = message.arrivedAt
    const { octets, reversePath, forwardPaths, user, seen, flagged, keywords } = message
    const flags = [...(seen ? ['\\Seen'] : []), ...(flagged ? ['\\Flagged'] : []), ...keywords]
    const envelope = envelopeTo(forwardPaths, {
      reversePath: { address: reversePath },
      ...(user === undefined ? {} : { authUser: user }),
    })
    const { filing } = arrivalTo(forwardPaths)
    const all = { account: 'all', mailbox: 'INBOX', flags }
    return (await deliver(store, octets, arrivalTo([], { envelope, filing: [all, ...filing] }))).key
  }

  /** Fills the store anew. @returns the keys, oldest first. */
  async function fill(messages: readonly RandomMessage[]): Promise<string[]> {
    await store.deleteAll()
    const keys: string[] = []
    for (const message of messages) keys.push(await put(message))
    now = randomNow
    return keys
  }

  const name = (criteria: Criteria): string => `${formatQuery(criteria)} ${JSON.stringify(criteria)}`

  test('give the same answer', async () => {
    const messages = fc.array(randomMessage, { minLength: 1, maxLength: 25 })
    const queries = fc.array(randomCriteria, { minLength: 40, maxLength: 40 })
    let hits = 0
    await fc.assert(
      fc.asyncProperty(messages, queries, async (some, criterias) => {
        const keys = await fill(some)
        const subjects = some.map(subjectOf)
        for (const criteria of criterias) {
          const expected = keys.filter((_, at) => {
            const subject = subjects[at]
            return subject !== undefined && matches(criteria, subject, randomNow)
          })
          hits += expected.length
          assert.deepEqual(await store.find({ account: 'all', criteria }), expected.reverse(), name(criteria))
        }
      }),
      { numRuns: 40 },
    )
    assert.ok(hits > 1000, 'the queries find something')
  })

  test('list in pages what they find at once', async () => {
    const messages = fc.array(randomMessage, { minLength: 5, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(messages, randomCriteria, fc.integer({ min: 1, max: 4 }), async (some, criteria, limit) => {
        await fill(some)
        const expected = await store.find({ account: 'all', criteria })
        const listed: string[] = []
        let before: string | undefined
        do {
          const page = await store.list({
            account: 'all',
            criteria,
            limit,
            ...(before === undefined ? {} : { before }),
          })
          assert.equal(page.total, expected.length, name(criteria))
          assert.ok(page.messages.length <= limit)
          listed.push(...page.messages.map(({ key }) => key))
          before = page.next
        } while (before !== undefined)
        assert.deepEqual(listed, expected, name(criteria))
      }),
      { numRuns: 60 },
    )
  })

  test('see only what the account has', async () => {
    const messages = fc.array(randomMessage, { minLength: 5, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(messages, randomCriteria, async (some, criteria) => {
        await fill(some)
        const account = 'alice@example.com'
        const own = new Set(await store.find({ account }))
        const text = onlyOfTheMessage(criteria)
        const expected = (await store.find({ account: 'all', criteria: text })).filter((key) => own.has(key))
        assert.deepEqual(await store.find({ account, criteria: text }), expected, name(text))
        const { messages: page, total } = await store.list({ account, criteria: text, limit: 100 })
        assert.deepEqual(
          page.map(({ key }) => key),
          expected,
          name(text),
        )
        assert.equal(total, expected.length)
      }),
      { numRuns: 60 },
    )
  })
})

/** The criteria without what differs from account to account: flags, keywords, mailboxes. */
function onlyOfTheMessage(criteria: Criteria): Criteria {
  switch (criteria.kind) {
    case 'and':
    case 'or':
      return { kind: criteria.kind, of: criteria.of.map(onlyOfTheMessage) }
    case 'not':
      return { kind: 'not', of: onlyOfTheMessage(criteria.of) }
    case 'is':
    case 'tag':
    case 'mailbox':
      return { kind: 'is', state: 'malformed' }
    default:
      return criteria
  }
}
