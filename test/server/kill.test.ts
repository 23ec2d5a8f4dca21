import assert from 'node:assert/strict'
import { it } from 'node:test'
import { inspectAll } from '../support/rest.ts'
import { killCycles } from './kill-cycles.ts'

it('loses nothing acknowledged when it is killed under load of 20 connections (REL-1)', async (t) => {
  const { ledger, found, url } = await killCycles(3, (text) => t.diagnostic(text))
  assert.ok(ledger.acknowledged.size > 150)

  await t.test('which would show, were a message lost or altered', async () => {
    const [lost = '', altered = ''] = ledger.acknowledged.keys()
    await fetch(`${url}/api/messages/${lost}`, { method: 'DELETE' })
    const left = new Map([...(await inspectAll(url)), [altered, 'other octets']])
    assert.equal(left.size, found.size - 1)
    assert.deepEqual(ledger.faultsOf(left), [
      `${lost} was acknowledged and is lost`,
      `${altered} is not what was sent`,
      `${altered} was never sent`,
    ])
  })
})
