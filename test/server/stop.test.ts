import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { io } from 'socket.io-client'
import { freePorts, startCommand, temporaryFolder, type RunningCommand } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'
import { filledMessage, keyIn, Ledger, startLoad } from '../support/load.ts'
import { beginMessage } from '../support/mail.ts'
import { allMessages, inspectAll } from '../support/rest.ts'

/** Sends the signal, and waits until the server has said that it ends. */
async function ask(server: RunningCommand, signal: NodeJS.Signals): Promise<void> {
  const said = new Promise<void>((resolve) => {
    let text = ''
    server.child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('"signal"')) resolve()
    })
  })
  server.signal(signal)
  await said
}

/** @returns a client of the live channel, and why it will have been disconnected. */
async function watcher(server: RunningCommand, transport: 'websocket' | 'polling'): Promise<{ end: Promise<string> }> {
  const socket = io(server.url, { transports: [transport], reconnection: false, forceNew: true })
  const end = new Promise<string>((resolve) => socket.on('disconnect', resolve))
  const heard = new Promise((resolve) => socket.once('changes', resolve))
  socket.on('connect', () => socket.emit('resume', { since: null }))
  await heard
  return { end }
}

describe('SIGTERM (REL-14)', () => {
  it('answers 20 messages under way, dismisses idle sessions, tells live clients, and ends with 0', async () => {
    const data = temporaryFolder()
    const server = await startCommand(['--data', data, ...freePorts])
    const idle = await Promise.all(Array.from({ length: 5 }, () => LineClient.connect(server.port('smtp'))))
    for (const client of idle) await client.reply()
    const live = await Promise.all([watcher(server, 'websocket'), watcher(server, 'polling')])
    const messages = Array.from({ length: 20 }, (_, i) => filledMessage(`${i}`, i % 5 === 0 ? 2_000_000 : 5_000))
    const busy = await Promise.all(messages.map(() => beginMessage(server.port('smtp'))))
    await Promise.all(busy.map((client, i) => client.send(messages[i]?.subarray(0, 2_500) ?? '')))
    await ask(server, 'SIGTERM')

    for (const client of idle) assert.match(await client.reply(), /^421 4\.3\.2 /)
    for (const { end } of live) assert.equal(await end, 'io server disconnect')
    await assert.rejects(fetch(server.url))
    const keys = await Promise.all(
      busy.map(async (client, i) => {
        await client.send(messages[i]?.subarray(2_500) ?? '')
        return keyIn(await client.command('.'))
      }),
    )
    assert.equal(new Set(keys).size, 20)
    assert.ok(!keys.includes(undefined))
    assert.equal((await server.ended).code, 0)

    const again = await startCommand(['--data', data, ...freePorts])
    const stored = (await allMessages(again.url)).map(({ key }) => key)
    assert.deepEqual(new Set(stored), new Set(keys))
    assert.equal((await again.end()).code, 0)
  })

  for (const [signals, code] of [
    [1, 0],
    [2, 143],
  ] as const) {
    it(`loses nothing acknowledged under load, sent ${signals === 1 ? 'once' : 'twice'}`, async () => {
      const data = temporaryFolder()
      const server = await startCommand(['--data', data, ...freePorts])
      const ledger = new Ledger()
      const load = startLoad({ port: server.port('smtp'), ledger, sizes: [1_000, 5_000, 1_000, 200_000] })
      await ledger.more(100)
      await ask(server, 'SIGTERM')
      if (signals === 2) server.signal('SIGTERM')
      assert.equal((await server.ended).code, code)
      await load.over

      const again = await startCommand(['--data', data, ...freePorts])
      assert.deepEqual(ledger.faultsOf(await inspectAll(again.url)), [])
      assert.equal((await again.end()).code, 0)
    })
  }
})
