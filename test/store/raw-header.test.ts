import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scanMessage } from '../../src/mime/scanner.ts'
import { headerWords } from '../../src/query/message-words.ts'
import { holdsPhrase } from '../../src/query/phrase.ts'
import { headersMatch } from '../../src/store/sqlite/index-headers.ts'

test('a field in the charset of a text further on is found by its words', () => {
  const message = Buffer.from(
    'X-A: \xf0\xd2\xc9\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\nx',
    'latin1',
  )
  const term = { name: 'x-a', words: ['при'], prefix: false }
  assert.ok(headerWords(scanMessage(message), 'x-a').some((body) => holdsPhrase(body, term)))
  assert.ok(headersMatch(term, (start, end) => message.subarray(start, end), message.length))
})
