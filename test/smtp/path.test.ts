import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../support/properties.ts'
import { SmtpRefusal } from '../../src/smtp/delivery.ts'
import { extensionNames } from '../../src/smtp/extensions.ts'
import { parseForwardPath, parseReversePath } from '../../src/smtp/parameters.ts'

const offered = new Set(extensionNames)
const label = 'a'.repeat(63)
const longestDomain = `${label}.${label}.${label}.${label}`

const legal: readonly (readonly [text: string, address: string])[] = [
  ['<a@example.com>', 'a@example.com'],
  [' <a@example.com>', 'a@example.com'],
  ['<Case.Kept@Example.COM>', 'Case.Kept@Example.COM'],
  ['<""@x>', '""@x'],
  ['<"a b"@x>', '"a b"@x'],
  ['<"a>b<c"@x>', '"a>b<c"@x'],
  ['<"a\\"b@c"@x>', '"a\\"b@c"@x'],
  ['<a@[127.0.0.1]>', 'a@[127.0.0.1]'],
  ['<a@[IPv6:::1]>', 'a@[IPv6:::1]'],
  ['<@one.example,@two.example:a@x>', 'a@x'],
  ['<a+tag@localhost>', 'a+tag@localhost'],
  ['<user@my_service>', 'user@my_service'],
  ["<!#$%&'*+-/=?^_`{|}~@x>", "!#$%&'*+-/=?^_`{|}~@x"],
  ['<Postmaster>', 'Postmaster'],
  ['<grün@bücher.example>', 'grün@bücher.example'],
  [`<a@${longestDomain}>`, `a@${longestDomain}`],
]

for (const [text, address] of legal) {
  test(`SMTP-7: ${text.slice(0, 60)} is taken as it is`, () => {
    assert.equal(parseForwardPath(text, offered, true).address, address)
  })
}

for (const address of ['a..b@docomo.example', 'a.@x', '.a@x', 'root', 'cron.daily', 'a..b']) {
  test(`${address}, as real systems have it, is taken and marked`, () => {
    assert.deepEqual(parseForwardPath(`<${address}>`, offered, false), { address, irregular: true })
    assert.deepEqual(parseReversePath(`<${address}>`, offered), { address, irregular: true })
  })
}

const illegal = [
  ...['', 'a@x', '<a@x', '<>', '<@>', '<a@>', '<@x>', '<a@b@c>', '<a b@x>', '<.@x>', '<..>', '<a b>', '<"a b">'],
  ...['<a@x.>', '<a@.x>', '<a@-x>', '<a@x->', '<a@[1.2.3]>', '<a@[IPv6:xyz]>', '<a@[::1]>', '<"a@x>', '<"a"b@x>'],
  ...['<a@b\rX: y>', '<a\0@x>', '<a\x7f@x>', '<a<b>@x>', '<a\u2028@x>', '<"a\rb"@x>', '<a@x\u0085>', '<a@x>y'],
  ...[`<a@${longestDomain}b.example>`, `<${'a'.repeat(65_536)}@x>`, '<@one.example:>', '<"a\\">'],
]

for (const text of illegal) {
  test(`SMTP-6, SMTP-7: ${JSON.stringify(text).slice(0, 60)} is refused`, () => {
    assert.throws(
      () => parseForwardPath(text, offered, true),
      (error) => error instanceof SmtpRefusal && error.code === 501 && error.enhancedCode === '5.1.3',
    )
    if (text === '<>') return
    assert.throws(
      () => parseReversePath(text, offered),
      (error) => error instanceof SmtpRefusal && error.code === 501 && error.enhancedCode === '5.1.7',
    )
  })
}

test('the null reverse-path is taken, a null forward-path is not', () => {
  assert.deepEqual(parseReversePath('<>', offered), { address: '' })
})

test('all parameters of MAIL and RCPT come out decoded', () => {
  assert.deepEqual(parseReversePath('<a@x> SIZE=5 body=8bitmime SMTPUTF8 RET=hdrs ENVID=a+2Bb AUTH=c+40d', offered), {
    ...{ address: 'a@x', size: 5, body: '8BITMIME', smtpUtf8: true, ret: 'HDRS', envId: 'a+b' },
  })
  assert.deepEqual(parseForwardPath('<a@x> NOTIFY=success,DELAY ORCPT=rfc822;b+2Bc@y', offered, false), {
    ...{ address: 'a@x', notify: ['SUCCESS', 'DELAY'], orcpt: 'rfc822;b+c@y' },
  })
})

test('a non-ASCII address without SMTPUTF8 is 553 5.6.7', () => {
  assert.throws(
    () => parseForwardPath('<ä@x>', offered, false),
    (error) => error instanceof SmtpRefusal && error.code === 553 && error.enhancedCode === '5.6.7',
  )
})

test('whatever comes, the answer is a path or a refusal, and no path holds a control character', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '@',
    '"',
    '\\',
    '.',
    ':',
    ',',
    ' ',
    '=',
    'a',
    'x.y',
    '\0',
    '\r',
    'ä',
    'SIZE',
    '[',
    ']',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      try {
        const { address } = parseForwardPath(pieces.join(''), offered, true)
        // eslint-disable-next-line no-control-regex -- they are what is looked for
        assert.doesNotMatch(address, /[\x00-\x1f\x7f]/)
      } catch (error) {
        if (!(error instanceof SmtpRefusal)) throw error
      }
    }),
    { numRuns: 3_000 },
  )
})
