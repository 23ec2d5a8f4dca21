import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hiddenControl, splitAtHidden } from '../../src/mime/hidden-controls.ts'
import { scanMessage } from '../../src/mime/scanner.ts'

test('what is not seen and changes what is, is found', () => {
  assert.equal(hiddenControl('invoice\u202efdp.exe'), 'U+202E')
  assert.equal(hiddenControl('a\u2066b\u2069'), 'U+2066')
  assert.equal(hiddenControl('pay\u200bpal'), 'U+200B')
  assert.equal(hiddenControl('\ufeffpaypal'), 'U+FEFF')
  assert.equal(hiddenControl('pay\u200dpal'), 'U+200D')
  assert.equal(hiddenControl('\u200cpaypal'), 'U+200C')
})

test('what belongs to the spelling is not', () => {
  const texts = [
    '👩\u200d💻',
    '👩🏽\u200d🚀',
    '🏳️\u200d🌈',
    '👨\u200d👩\u200d👧',
    'می\u200cخواهم',
    'क्\u200dष',
    'ක්\u200dර',
    'שלום',
    'مرحبا',
    'plain',
  ]
  for (const text of texts) assert.equal(hiddenControl(text), undefined, text)
})

test('subject, names and file names are looked at', () => {
  const encoded = `=?utf-8?B?${Buffer.from('a\u202eb').toString('base64')}?=`
  const found = (...fields: string[]): string[] =>
    scanMessage(Buffer.from([...fields, '', 'x'].join('\r\n')))
      .defects.filter(({ code }) => code === 'hidden-control')
      .map(({ text }) => text)
  const text = 'A name or subject holds a character that is not seen: U+202E.'
  assert.deepEqual(found(`Subject: ${encoded}`), [text])
  assert.deepEqual(found('Subject: a\u202eb'), [text])
  assert.deepEqual(found(`From: ${encoded} <a@example.com>`), [text])
  assert.deepEqual(found(`Content-Type: x/y; name="${encoded}"`), [text])
  assert.deepEqual(found(`X-Other: ${encoded}`, 'Subject: 👩\u200d💻'), [])
})

test('a text is split where something is hidden', () => {
  assert.deepEqual(splitAtHidden('pay\u202elap\u200b'), ['pay', '\u202e', 'lap', '\u200b', ''])
  assert.deepEqual(splitAtHidden('seen'), ['seen'])
  assert.deepEqual(splitAtHidden(''), [''])
})
