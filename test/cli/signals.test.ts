import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { freePorts, startCommand, temporaryFolder, type RunningCommand } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'
import { beginMessage, send, subjects } from '../support/mail.ts'
import { plainMessage } from '../support/messages.ts'

/** Sends the signal, and waits until the command has said that it ends. */
async function ask(command: RunningCommand, signal: NodeJS.Signals): Promise<void> {
  command.child.kill(signal)
  const { stderr } = command.child
  for (let said = ''; !said.includes('"signal"');) said += String((await once(stderr ?? command.child, 'data'))[0])
}

describe('SIGTERM and SIGINT (REL-14)', { concurrency: 2 }, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal} lets a message under way get its answer, and takes no other`, async () => {
      const data = temporaryFolder()
      const command = await startCommand(['--data', data, ...freePorts])
      const idle = await LineClient.connect(command.port('smtp'))
      await idle.reply()
      const busy = await beginMessage(command.port('smtp'))
      await busy.send(plainMessage('Under way').subarray(0, 40))
      await ask(command, signal)
      assert.match(await idle.reply(), /^421 /)
      await assert.rejects(LineClient.connect(command.port('smtp')), { code: 'ECONNREFUSED' })
      await busy.send(plainMessage('Under way').subarray(40))
      assert.match(await busy.command('.'), /^250 2\.0\.0 Stored as /)
      assert.equal((await command.ended).code, 0)

      const again = await startCommand(['--data', data, ...freePorts])
      assert.deepEqual(await subjects(again.port('http')), ['Under way'])
      await again.end()
    })
  }

  it('a second one ends it at once, and what was acknowledged is there', async () => {
    const data = temporaryFolder()
    const command = await startCommand(['--data', data, ...freePorts])
    await send(command.port('smtp'), 'Acknowledged')
    await beginMessage(command.port('smtp'))
    await ask(command, 'SIGTERM')
    const asked = performance.now()
    assert.equal((await command.end('SIGTERM')).code, 143)
    assert.ok(performance.now() - asked < 1_000)

    const again = await startCommand(['--data', data, ...freePorts])
    assert.deepEqual(await subjects(again.port('http')), ['Acknowledged'])
    await again.end()
  })
})
