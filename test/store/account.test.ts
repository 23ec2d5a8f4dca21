import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountOf } from '../../src/store/account.ts'

test('a login is the account of its address, and nothing else is one', () => {
  for (const [login, account] of [
    ['Bob@Example.com', 'bob@example.com'],
    ['"a b"@x', '"a b"@x'],
    ['bob', 'all'],
    ['', 'all'],
    ['a@b@c', 'all'],
    // The first of these would be the account of eve@x where text ends at NUL.
    ['eve@x\0y', 'all'],
    ['eve\r@x', 'all'],
    ['eve@x\u0085', 'all'],
  ] as const) {
    assert.equal(accountOf(login), account, JSON.stringify(login))
  }
})
