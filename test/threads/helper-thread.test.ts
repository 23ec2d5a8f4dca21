import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { helper, transferable, type Helper } from '../../src/helper-thread.ts'
import type { Task } from './answering-thread.ts'

const octets = new Uint8Array(1000)

function answering(idleMs = 60_000): Helper<Task, number> {
  const helped = helper<Task, number>({ name: 'answering-thread', base: import.meta.url, idleMs })
  after(() => helped.end())
  return helped
}

test('questions are answered in their order, failures by name', async () => {
  const { ask } = answering()
  const answers = await Promise.allSettled([
    ask({ do: 'count', octets }),
    ask({ do: 'fail', octets }),
    ask({ do: 'count', octets: octets.subarray(1) }),
  ])
  assert.deepEqual(
    answers.map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason))),
    [1000, 'RangeError: no such octet', 999],
  )
})

test('a thread that dies takes what it was asked with it, and the next question starts another', async () => {
  const { ask } = answering()
  const dying = [ask({ do: 'die', octets }), ask({ do: 'count', octets })]
  for (const answer of dying) await assert.rejects(answer, /answering-thread has ended/)
  assert.equal(await ask({ do: 'count', octets }), 1000)
})

test('a question that cannot be sent is refused, and nothing waits for it', async () => {
  const { ask } = answering()
  await assert.rejects(ask({ do: (() => 'count') as unknown as 'count', octets }), { name: 'DataCloneError' })
  assert.equal(await ask({ do: 'count', octets }), 1000)
})

test('memory goes over where it holds nothing else', async () => {
  const { ask } = answering()
  const whole = new Uint8Array(5)
  assert.equal(await ask({ do: 'count', octets: whole }, transferable(whole)), 5)
  assert.equal(whole.length, 0)
  assert.deepEqual(transferable(octets.subarray(1)), [])
})

test('a question that comes while the thread ends for want of questions is answered by another', async () => {
  const { ask } = answering(0)
  for (let turns = 0; turns < 10; turns++) {
    assert.equal(await ask({ do: 'count', octets }), 1000)
    for (let turn = 0; turn < turns; turn++) await setImmediate()
  }
})
