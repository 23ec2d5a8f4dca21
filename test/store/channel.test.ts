import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { connect, type Connection } from '../../src/store/sqlite/channel.ts'
import { startThread, threadEntry } from '../../src/thread.ts'
import { StoreError } from '../../src/store/store.ts'
import type { EchoCalls, EchoEvents } from './echo-thread.ts'

function startEcho(t: { after(fn: () => Promise<void>): void }): Connection<EchoCalls, EchoEvents> {
  const connection = connect<EchoCalls, EchoEvents>(startThread(threadEntry('echo-thread', import.meta.url)))
  t.after(() => connection.terminate())
  return connection
}

test('answers come back to their own calls, whatever order they end in', async (t) => {
  const echo = startEcho(t)
  const order: string[] = []
  const say = async (text: string, turns: number) => {
    const answer = await echo.call('later', { text, turns })
    order.push(answer)
    return answer
  }
  assert.deepEqual(await Promise.all([say('slow', 20), say('quick', 0)]), ['slow', 'quick'])
  assert.deepEqual(order, ['quick', 'slow'])
})

test('handlers start in the order of calls and posts', async (t) => {
  const echo = startEcho(t)
  echo.post('note', 'a')
  void echo.call('note', 'b')
  echo.post('note', 'c')
  assert.deepEqual(await echo.call('notes', undefined), ['a', 'b', 'c'])
})

test('buffers move in both directions', async (t) => {
  const echo = startEcho(t)
  const octets = new Uint8Array([1, 2, 3])
  const answer = await echo.call('reversed', octets, [octets.buffer])
  assert.equal(octets.byteLength, 0)
  assert.deepEqual(answer, new Uint8Array([3, 2, 1]))
  assert.equal(await echo.call('leftOver', undefined), 0)
})

test('an error crosses with name, code and message', async (t) => {
  const echo = startEcho(t)
  await assert.rejects(echo.call('fail', 'store'), (error) => {
    assert.ok(error instanceof StoreError)
    assert.equal(error.code, 'full')
    assert.equal(error.message, 'No space')
    return true
  })
  await assert.rejects(echo.call('fail', 'system'), { name: 'TypeError', code: 'ERR_ODD', message: 'Odd' })
  await assert.rejects(echo.call('fail', 'async'), { name: 'RangeError', message: 'Later' })
  await assert.rejects(echo.call('fail', 'thrown string'), { name: 'Error', message: 'not an error' })
  await assert.rejects(echo.call('fail', 'uncloneable'), { name: 'DataCloneError' })
  await assert.rejects(echo.call('fail', 'uncloneable later'), { name: 'DataCloneError' })
  assert.equal(await echo.call('later', { text: 'still here', turns: 0 }), 'still here')
})

test('a call that the thread does not know rejects, names of Object.prototype included', async (t) => {
  const echo = startEcho(t)
  for (const name of ['toString', '__proto__', 'nothing'] as const)
    await assert.rejects(echo.call(name as unknown as 'notes', undefined), {
      message: `The thread has no call "${name}"`,
    })
})

test('events reach their listener', async (t) => {
  const echo = startEcho(t)
  const heard = new Promise<number>((resolve) => echo.on('progress', resolve))
  await echo.call('announce', 7)
  assert.equal(await heard, 7)
})

test('the end of the thread rejects what is pending and what comes after', async (t) => {
  const echo = startEcho(t)
  const pending = echo.call('never', undefined)
  assert.equal(echo.pending, 1)
  echo.post('crash', 'out of luck')
  await assert.rejects(
    pending,
    (error: StoreError) => error.code === 'closed' && /out of luck/.test(String(error.cause)),
  )
  assert.equal(echo.pending, 0)
  await assert.rejects(echo.call('notes', undefined), { code: 'closed' })
  assert.match(String(await echo.ended), /out of luck/)
  echo.post('note', 'nobody hears this')
})

test('what a posted call throws may be heard instead of ending the thread', async (t) => {
  const echo = startEcho(t)
  const heard = new Promise<string>((resolve) => echo.on('stumbled', resolve))
  echo.post('crash', 'stumble: a stone')
  assert.deepEqual(await echo.call('notes', undefined), [])
  assert.equal(await heard, 'stumble: a stone')
})

test('arguments that cannot be sent reject the call and leave nothing pending', async (t) => {
  const echo = startEcho(t)
  await assert.rejects(echo.call('note', (() => undefined) as unknown as string), { name: 'DataCloneError' })
  assert.equal(echo.pending, 0)
  assert.deepEqual(await echo.call('notes', undefined), [])
})

test('an ordered end has no fault', async (t) => {
  const echo = startEcho(t)
  await echo.call('notes', undefined)
  await echo.terminate()
  assert.equal(await echo.ended, undefined)
})

test('a thread that cannot start rejects the calls with the reason', async () => {
  const connection = connect<EchoCalls>(new Worker('throw new Error("no ground")', { eval: true }))
  await assert.rejects(connection.call('notes', undefined), (error: StoreError) =>
    /no ground/.test(String(error.cause)),
  )
})

test('an idle thread does not hold the process, a pending call does', async () => {
  const script = new URL('./idle-process.ts', import.meta.url).pathname
  const { spawn } = await import('node:child_process')
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0)
  assert.equal(output, 'answered\n')
})
