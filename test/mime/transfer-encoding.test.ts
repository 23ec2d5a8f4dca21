import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeText } from '../../src/mime/body.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { lines, readerOf } from './corpus.ts'

/** What the field says, what the body is taken for, the text of `ZcO8=3D` in it, whether it is a defect. */
const fields: [string, string, string, boolean][] = [
  ['base64', 'base64', 'eü', false],
  ['Base64;', 'base64', 'eü', true],
  ['base64; charset=utf-8', 'base64', 'eü', true],
  ['BASE64 (as it were)', 'base64', 'eü', false],
  ['"base64"', 'base64', 'eü', false],
  ['"base64";', 'base64', 'eü', true],
  ['base64, 8bit', 'base64', 'eü', true],
  ['"quoted-printable"', 'quoted-printable', 'ZcO8=', false],
  ['quoted-printable;', 'quoted-printable', 'ZcO8=', true],
  ['8bit;', '8bit', 'ZcO8=3D', true],
  // Not what begins like one.
  ['base640', 'base640', 'ZcO8=3D', true],
  ['base64-url', 'base64-url', 'ZcO8=3D', true],
  ['8 bit', '8 bit', 'ZcO8=3D', true],
  ['utf-8', 'utf-8', 'ZcO8=3D', true],
  [';base64', ';base64', 'ZcO8=3D', true],
]
for (const [field, encoding, text, defect] of fields) {
  test(`Content-Transfer-Encoding: ${field}`, () => {
    const body = encoding === 'base64' ? 'ZcO8' : 'ZcO8=3D'
    const header = [
      'Date: Mon, 30 Nov 2026 10:00:00 +0000',
      'From: a@example.com',
      'Content-Type: text/plain; charset=utf-8',
    ]
    const octets = lines(...header, `Content-Transfer-Encoding: ${field}`, '', body)
    const { root, defects } = scanMessage(octets)
    assert.equal(root.transferEncoding, encoding)
    assert.equal(decodeText(root, readerOf(octets)).text.trim(), text)
    assert.deepEqual(
      defects.map(({ code }) => code),
      defect ? ['bad-transfer-encoding'] : [],
    )
  })
}

test('junk after the encoding of a multipart does not hide its parts', () => {
  const octets = lines(
    'Content-Type: multipart/mixed; boundary=r',
    'Content-Transfer-Encoding: 8bit;',
    '',
    '--r',
    '',
    'x',
    '--r--',
  )
  assert.equal(scanMessage(octets).root.children.length, 1)
})
