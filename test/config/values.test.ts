import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BadValue } from '../../src/config/config-error.ts'
import * as kinds from '../../src/config/kinds.ts'
import { nearest } from '../../src/config/nearest.ts'

describe('the value of a listener', () => {
  const good: readonly (readonly [unknown, readonly string[], number])[] = [
    ['1025', ['localhost'], 1025],
    [1025, ['localhost'], 1025],
    [0, ['localhost'], 0],
    ['0', ['localhost'], 0],
    [' 2525 ', ['localhost'], 2525],
    ['127.0.0.1:0', ['127.0.0.1'], 0],
    ['localhost:1025', ['localhost'], 1025],
    ['[::1]:65535', ['::1'], 65535],
    ['0.0.0.0:25', ['0.0.0.0'], 25],
    ['0.0.0.0', ['0.0.0.0'], 1025],
    ['[::]', ['::'], 1025],
    ['LocalHost', ['localhost'], 1025],
  ]
  for (const [value, hosts, port] of good) {
    it(`takes ${JSON.stringify(value)}`, () => {
      assert.deepEqual(kinds.listenAddress(1025).read(value, '/'), { hosts, port })
    })
  }
  for (const value of ['off', false]) {
    it(`is none for ${JSON.stringify(value)}`, () => {
      assert.equal(kinds.listenAddress(1025).read(value, '/'), undefined)
    })
  }
  const bad = [
    '65536',
    '-1',
    '',
    '127.0.0.1:',
    '127.0.0',
    '::1:1025',
    '[127.0.0.1]:1025',
    'mail.test:25',
    '1.2.3:25',
    '1e3',
    '[::1',
    true,
    1.5,
    null,
    {},
    [1025],
  ]
  for (const value of bad) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      assert.throws(() => kinds.listenAddress(1025).read(value, '/'), BadValue)
    })
  }
})

describe('the value of a size', () => {
  const size = kinds.octets(1024, 2 ** 30)
  const good: readonly (readonly [unknown, number, string])[] = [
    ['1024', 1024, '1KiB'],
    [52428800, 52428800, '50MiB'],
    ['50MiB', 52428800, '50MiB'],
    ['50 mib', 52428800, '50MiB'],
    ['1.5kB', 1500, '1500'],
    ['1GiB', 2 ** 30, '1GiB'],
  ]
  for (const [value, octets, shown] of good) {
    it(`takes ${JSON.stringify(value)}`, () => {
      assert.equal(size.read(value, '/'), octets)
      assert.equal(size.show(octets), shown)
    })
  }
  for (const value of ['1023', '2GiB', '50M', 'MiB', '', '1..5kB', 'NaN', '0x400', -1, true, null, Infinity]) {
    it(`refuses ${String(value)}`, () => {
      assert.throws(() => size.read(value, '/'), BadValue)
    })
  }
})

describe('other values', () => {
  it('counts within a range', () => {
    const count = kinds.count(1, 10)
    assert.deepEqual(
      ['1', 10].map((value) => count.read(value, '/')),
      [1, 10],
    )
    for (const value of [0, '11', '1.0', '', 1.5, null]) assert.throws(() => count.read(value, '/'), BadValue)
  })

  it('switches', () => {
    assert.deepEqual(
      [true, 'true', 'YES', 'on', '1', false, 'false', 'no', 'off', '0'].map((value) => kinds.onOff.read(value, '/')),
      [true, true, true, true, true, false, false, false, false, false],
    )
    for (const value of ['', 'maybe', 1, null]) assert.throws(() => kinds.onOff.read(value, '/'), BadValue)
  })

  it('keeps colons in a password, and does not show it', () => {
    const user = kinds.userPassword.read('ann:se:cret', '/')
    assert.deepEqual(user, { user: 'ann', password: 'se:cret' })
    assert.equal(kinds.userPassword.show(user), 'ann:…')
    for (const value of ['ann', 'ann:', ':secret', '', 5]) {
      assert.throws(() => kinds.userPassword.read(value, '/'), BadValue)
    }
  })

  it('makes paths absolute from the folder of their source', () => {
    assert.equal(kinds.path.read('mail', '/srv/app'), '/srv/app/mail')
    assert.equal(kinds.path.read('/var/mail', '/srv/app'), '/var/mail')
    for (const value of ['', 'a\0b', 5]) assert.throws(() => kinds.path.read(value, '/'), BadValue)
  })

  it('takes several, given in one text, in several, or as a list', () => {
    const words = kinds.list(kinds.choice(['DSN', 'AUTH']), ',')
    for (const value of ['dsn,AUTH', ['DSN', 'auth'], ['DSN,AUTH'], ' DSN , AUTH,']) {
      assert.deepEqual(words.read(value, '/'), ['DSN', 'AUTH'])
    }
    assert.throws(() => words.read('DSN,XYZ', '/'), BadValue)
  })

  it('knows host names and origins', () => {
    assert.equal(kinds.hostName.read('Mail.Test:8025', '/'), 'mail.test:8025')
    assert.equal(kinds.origin.read('http://localhost:5173/', '/'), 'http://localhost:5173')
    for (const value of ['http://x', 'a b', '', 'x:y']) assert.throws(() => kinds.hostName.read(value, '/'), BadValue)
    for (const value of ['localhost', 'http://x/path', 'file:///x', '*', '']) {
      assert.throws(() => kinds.origin.read(value, '/'), BadValue)
    }
  })
})

describe('the nearest name', () => {
  const names = ['--smtp', '--smtps', '--submission', '--http']
  for (const [given, meant] of [
    ['--smpt', '--smtp'],
    ['--SMTP', '--smtp'],
    ['--submision', '--submission'],
    ['--htp', '--http'],
    ['--frobnicate', undefined],
    ['', undefined],
    ['x'.repeat(10_000), undefined],
  ] as const) {
    it(`to ${given.slice(0, 20)} is ${String(meant)}`, () => {
      assert.equal(nearest(given, names), meant)
    })
  }
})

describe('the value of a name in a certificate', () => {
  for (const [value, name] of [
    [' Mail.Test ', 'mail.test'],
    ['*.mail.test', '*.mail.test'],
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ] as const) {
    it(`takes ${JSON.stringify(value)}`, () => assert.equal(kinds.certificateName.read(value, '/'), name))
  }
  for (const value of ['', 'a b', '*', 'a.*.b', '.a', 'a.', 'fe80::1%eth0', '[::1]', 'http://a', 1]) {
    it(`refuses ${JSON.stringify(value)}`, () => assert.throws(() => kinds.certificateName.read(value, '/'), BadValue))
  }
})

describe('the value of a path before ours', () => {
  for (const [value, path] of [
    ['/mail', '/mail'],
    ['/mail/', '/mail'],
    ['/a/b-c_d.e~f', '/a/b-c_d.e~f'],
    ['/', ''],
  ] as const) {
    it(`takes ${JSON.stringify(value)}`, () => assert.equal(kinds.basePath.read(value, '/'), path))
  }
  for (const value of ['mail', '//', '/a//b', '/..', '/a/../b', '/%61', '/a?b', '/a b', 'http://a/b', 1]) {
    it(`refuses ${JSON.stringify(value)}`, () => assert.throws(() => kinds.basePath.read(value, '/'), BadValue))
  }
})
