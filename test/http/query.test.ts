import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fc } from '../support/properties.ts'
import { ask, message, serve } from './served.ts'

const served = await serve()
const { port, store } = served
await served.put(message('From: bob@example.com', 'Subject: It\'s 100% "near"', '', 'x'), 'alice@example.com')
await store.settled()

async function statusOf(query: string): Promise<number> {
  const answer = await ask(port, `/api/messages?query=${encodeURIComponent(query)}`)
  if (answer.status !== 200) assert.equal(answer.headers['content-type'], 'application/problem+json')
  return answer.status
}

describe('API-3: a query is never more than a query', () => {
  const attacks = [
    ...[
      "'",
      '"',
      '%',
      '_',
      '\\',
      '\0',
      "' OR 1=1 --",
      '"; DROP TABLE messages; --',
      'NEAR(a b)',
      'a*',
      '*',
      '^a',
      'a AND',
      'subject:NEAR("a")',
    ],
    ...[
      'from:%@%',
      "tag:'; DELETE",
      "header:X'=1",
      'NOT',
      '((((',
      'filename:"a\0b"',
      'a OR OR b',
      '{a b}',
      'col:a',
      '-',
      ':',
      'a:b:c',
      '🙂',
    ],
  ]
  for (const attack of attacks) {
    it(JSON.stringify(attack), async () => assert.ok([200, 400].includes(await statusOf(attack))))
  }
  it('whatever people type', async () => {
    const word = fc.constantFrom(...attacks, 'from:', 'subject:', 'is:unread', 'AND', 'OR', 'NOT', '(', ')', ' ')
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 12 }), async (words) => {
        assert.ok([200, 400].includes(await statusOf(words.join(' '))))
      }),
      { numRuns: 100 },
    )
  })
  it('control: nothing was lost, and what is there is found', async () => {
    assert.equal((await store.state()).messages, 1)
    assert.equal(await statusOf('subject:near'), 200)
    assert.deepEqual(served.errors, [])
  })
})
