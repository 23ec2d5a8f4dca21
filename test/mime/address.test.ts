import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../support/properties.ts'
import { foldAddress, parseAddressList } from '../../src/mime/address.ts'
import { assertLinear } from './linear.ts'

/** Raw field, mailboxes as `name|address`, whether it breaks the grammar. */
const lists: [string, string[], boolean][] = [
  ['', [], false],
  ['a@example.com', ['|a@example.com'], false],
  [' Ann <a@example.com>', ['Ann|a@example.com'], false],
  ['"Doe, Jane" <j@example.com>, b@example.com', ['Doe, Jane|j@example.com', '|b@example.com'], false],
  ['"a \\"b\\" c" <j@example.com>', ['a "b" c|j@example.com'], false],
  ['Joe Q. Public <j@example.com>', ['Joe Q. Public|j@example.com'], false],
  ['j@example.com (Joe (Q) Public)', ['Joe (Q) Public|j@example.com'], false],
  ['Pete(c) <pete(x)@example.com(y)>', ['Pete|pete@example.com'], false],
  ['a@b.example,, ,c@d.example,', ['|a@b.example', '|c@d.example'], false],
  ['<a@example.com>', ['|a@example.com'], false],
  ['<>', ['|'], true],
  ['Mary <@a.test,@b.test:m@example.net>', ['Mary|m@example.net'], false],
  ['john . doe @ example . com', ['|john.doe@example.com'], false],
  ['"john doe"@example.com', ['|"john doe"@example.com'], false],
  ['"a@b"@example.com', ['|"a@b"@example.com'], false],
  ['a@[192.0.2.1]', ['|a@[192.0.2.1]'], false],
  ['a@[IPv6:2001:db8::1], b@c.example', ['|a@[IPv6:2001:db8::1]', '|b@c.example'], false],
  ['Group: a@b.example, C <c@d.example>;', ['|a@b.example', 'C|c@d.example'], false],
  ['Undisclosed recipients:;', [], false],
  ['g: a@b.example; x@y.example', ['|a@b.example', '|x@y.example'], false],
  ['g: h: a@b.example;', ['|a@b.example'], true],
  ['a@b.example; c@d.example', ['|a@b.example', '|c@d.example'], false],
  ['=?utf-8?q?J=C3=B6rg?= =?utf-8?q?_M?= <j@example.com>', ['Jörg M|j@example.com'], false],
  ['"=?utf-8?q?J=C3=B6rg?=" <j@example.com>', ['Jörg|j@example.com'], false],
  ['J\xc3\xb6rg <j\xc3\xb6rg@b\xc3\xbccher.example>', ['Jörg|jörg@bücher.example'], false],
  // Broken, and read as well as it can be.
  ['Bob', ['Bob|'], true],
  ['a@b@c.example', ['|a@b@c.example'], true],
  ['a@', ['|a@'], true],
  ['@b.example', ['|@b.example'], true],
  ['Bob <b@example.com', ['Bob|b@example.com'], true],
  ['A <a@b.example, C <c@d.example>', ['A|a@b.example', 'C|c@d.example'], true],
  ['<<a@b.example>>', ['|a@b.example'], true],
  ['"Bob <b@example.com>', ['Bob <b@example.com>|'], true],
  ['Bob bob@example.com', ['Bob|bob@example.com'], true],
  // A name with a comma and without quotes.
  ['Doe, John <j@example.com>', ['Doe, John|j@example.com'], true],
  [
    'Doe, John, Jr. <j@a.example>, Roe, Jane <r@b.example>',
    ['Doe, John, Jr.|j@a.example', 'Roe, Jane|r@b.example'],
    true,
  ],
  ['a@b.example, Doe, John <j@a.example>', ['|a@b.example', 'Doe, John|j@a.example'], true],
  ['=?utf-8?q?D=C3=B6?=, "John" <j@a.example>', ['Dö, John|j@a.example'], true],
  ['T: Doe, John <j@a.example>, Bob; Ann <a@b.example>', ['Doe, John|j@a.example', 'Bob|', 'Ann|a@b.example'], true],
  // No name of what follows.
  ['Bob, a@b.example', ['Bob|', '|a@b.example'], true],
  ['Bob, <a@b.example>', ['Bob|', '|a@b.example'], true],
  ['Bob, Ann', ['Bob|', 'Ann|'], true],
  ['Bob, T: a@b.example;', ['Bob|', '|a@b.example'], true],
]
for (const [raw, expected, broken] of lists) {
  test(`addresses of ${JSON.stringify(raw)}`, () => {
    const { mailboxes, malformed } = parseAddressList(raw)
    assert.deepEqual(
      mailboxes.map(({ name, address }) => `${name}|${address}`),
      expected,
    )
    assert.equal(malformed, broken)
  })
}

test('MIME-5: what a display name says is no address', () => {
  const confusing = [
    '"evil@evil.example" <ann@example.com>',
    '=?utf-8?q?evil=40evil.example?= <ann@example.com>',
    '=?utf-8?q?evil@evil.example,?= <ann@example.com>',
    '"evil@evil.example," <ann@example.com>',
    '"evil@evil.example> <" <ann@example.com>',
    '(evil@evil.example) <ann@example.com>',
    '"a" evil@evil.example <ann@example.com>',
    '<ann@example.com> evil@evil.example',
  ]
  for (const raw of confusing) {
    const found = parseAddressList(raw).mailboxes.map(({ address }) => address)
    assert.ok(!found.includes('evil@evil.example'), raw)
    assert.ok(found.includes('ann@example.com'), raw)
  }
  // Control: where it stands as an address it is one.
  assert.equal(parseAddressList('evil@evil.example').mailboxes[0]?.address, 'evil@evil.example')
})

test('groups say which mailboxes they hold', () => {
  const { groups, mailboxes } = parseAddressList('a@b.example, Team: c@d.example, e@f.example;, Nobody:;')
  assert.equal(mailboxes.length, 3)
  assert.deepEqual(groups, [
    { name: 'Team', start: 1, end: 3 },
    { name: 'Nobody', start: 3, end: 3 },
  ])
})

test('the limit cuts and says so', () => {
  assert.equal(parseAddressList('a@b, c@d, e@f', 2).truncated, true)
  assert.equal(parseAddressList('a@b, c@d, ', 2).truncated, false)
  assert.equal(parseAddressList('a@b, c@d', 2).mailboxes.length, 2)
  for (const names of ['a, b, c', 'a, b, c@d', 'a@b, c, d, e@f']) {
    const { mailboxes, truncated } = parseAddressList(names, 2)
    assert.deepEqual([mailboxes.length, truncated], [2, true])
  }
  assert.equal(parseAddressList('a, b, c <c@d>', 2).mailboxes[0]?.name, 'a, b, c')
})

test('MIME-5: hostile fields take linear time', () => {
  const pumps: ((size: number) => string)[] = [
    (size) => '('.repeat(size),
    (size) => '('.repeat(size) + ')'.repeat(size),
    (size) => '(a)b'.repeat(size),
    (size) => '<'.repeat(size),
    (size) => 'g:'.repeat(size),
    (size) => '"'.repeat(size),
    (size) => '\\'.repeat(size),
    (size) => '"\\'.repeat(size),
    (size) => '@'.repeat(size),
    (size) => 'a '.repeat(size),
    (size) => 'a.'.repeat(size),
    (size) => 'a,'.repeat(size),
    (size) => `${'a,'.repeat(size)}b <c@d>`,
    (size) => '<@'.repeat(size),
    (size) => `<@${'a,'.repeat(size)}`,
    (size) => '['.repeat(size),
    (size) => ' '.repeat(size),
    (size) => ';'.repeat(size),
    (size) => '=?utf-8?q?a?= '.repeat(size),
  ]
  for (const pump of pumps) assertLinear((size) => parseAddressList(pump(size)), 8_000)
})

test('any text is a list, and each address stands in it', () => {
  const piece = fc.constantFrom(
    'a',
    'b@c',
    '"',
    '<',
    '>',
    '(',
    ')',
    ',',
    ';',
    ':',
    '@',
    '\\',
    ' ',
    '.',
    '=?utf-8?q?x?=',
    '[',
    ']',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const { mailboxes, groups } = parseAddressList(pieces.join(''))
      for (const { start, end } of groups) assert.ok(0 <= start && start <= end && end <= mailboxes.length)
      for (const { name, address } of mailboxes) assert.ok(!/[\r\n\0]/.test(name + address))
    }),
    { numRuns: 3000 },
  )
})

test('addresses are compared folded', () => {
  assert.equal(foldAddress('  Ann@Example.COM '), 'ann@example.com')
  assert.equal(foldAddress('JÖRG@bücher.example'), 'jörg@bücher.example')
})

test('a domain has one form in comparisons, in whichever it is spelled', () => {
  for (const address of ['Ann@exämple.com', 'ann@EXÄMPLE.com', 'ann@xn--exmple-cua.com', ' ann@XN--EXMPLE-CUA.COM'])
    assert.equal(foldAddress(address), 'ann@exämple.com')
  for (const odd of ['a@xn--', 'a@ä b', 'xn--a', 'ä', '"a@ä"@b', '']) assert.equal(foldAddress(odd), odd)
})
