import assert from 'node:assert/strict'
import { it } from 'node:test'
import { seeSaves } from './torn-saves.ts'

it('1,000 saves in place of 200 kB by another process are all seen whole', async (t) => {
  const { reads, torn } = await seeSaves(t, 1_000)
  t.diagnostic(`${reads} reads, ${torn} of them torn`)
  assert.ok(reads >= 1_000)
})
