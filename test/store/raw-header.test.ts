import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../src/log.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { headerWords } from '../../src/query/message-words.ts'
import { holdsPhrase } from '../../src/query/phrase.ts'
import { headersMatch } from '../../src/store/sqlite/index-headers.ts'
import { MessageReader, sendingOf, understandOctets } from '../../src/store/sqlite/understanding.ts'
import { envelopeTo } from '../support/messages.ts'

const octets = Buffer.from('From: Müller <m@example.com>\r\nDate: Mon, 30 Nov 2026 10:00:00 +0000\r\n\r\nx\r\n')

test('raw UTF-8 is a defect of what SMTP brought without SMTPUTF8', () => {
  const sent = envelopeTo(['a@example.com'])
  const defectsOf = (listener: string, smtpUtf8?: true): string[][] => {
    const reversePath = { ...sent.reversePath, ...(smtpUtf8 && { smtpUtf8 }) }
    const sending = sendingOf({ ...sent, listener, reversePath })
    const reader = new MessageReader()
    reader.push(octets)
    const read = (start: number, end: number): Uint8Array => octets.subarray(start, end)
    const both = [understandOctets(octets, silentLog, sending), reader.end(read, silentLog, sending)]
    return both.map(({ tree }) => tree.defects.map(({ code }) => code))
  }
  for (const listener of ['smtp', 'submission', 'smtps']) {
    assert.deepEqual(defectsOf(listener), [['header-utf8'], ['header-utf8']])
    assert.deepEqual(defectsOf(listener, true), [[], []])
  }
  for (const listener of ['http', 'imap', 'imaps']) assert.deepEqual(defectsOf(listener), [[], []])
})

test('a field in the charset of a text further on is found by its words', () => {
  const message = Buffer.from(
    'X-A: \xf0\xd2\xc9\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\nx',
    'latin1',
  )
  const term = { name: 'x-a', words: ['при'], prefix: false }
  assert.ok(headerWords(scanMessage(message), 'x-a').some((body) => holdsPhrase(body, term)))
  assert.ok(headersMatch(term, (start, end) => message.subarray(start, end), message.length))
})
