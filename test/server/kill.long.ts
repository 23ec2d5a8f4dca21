import assert from 'node:assert/strict'
import { it } from 'node:test'
import { killCycles } from './kill-cycles.ts'

it('loses nothing acknowledged in 20 kills under load of 20 connections (REL-1)', async (t) => {
  const { ledger } = await killCycles(20, (text) => t.diagnostic(text))
  assert.ok(ledger.acknowledged.size > 1_000)
})
