import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { freePorts, runCommand, startCommand, temporaryFolder } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'

/** Holds a port of its own. @returns it; undefined where there is no such address. */
async function heldPort(host: string): Promise<number | undefined> {
  const holder = createServer()
  after(() => holder.close())
  const listening = once(holder, 'listening')
  holder.listen(0, host)
  try {
    await listening
  } catch {
    return undefined
  }
  return (holder.address() as AddressInfo).port
}

describe('a port in use (REL-10)', { concurrency: 2 }, () => {
  // `http` stands in test/cli/serve.test.ts.
  for (const name of ['smtp', 'submission', 'smtps', 'pop3', 'pop3s', 'imap', 'imaps']) {
    it(`of ${name} is named, nothing listens and nothing is written`, async () => {
      const port = (await heldPort('127.0.0.1')) ?? 0
      const data = join(temporaryFolder(), 'data')
      const args = ['--json', '--data', data, ...freePorts, `--${name}`, `127.0.0.1:${port}`]
      const { code, stdout, stderr } = await runCommand(args)
      assert.deepEqual([code, stdout, existsSync(data)], [1, '', false])
      const text = `stuntmail: ${name}: port ${port} on 127.0.0.1 is already in use. Choose another with --${name} PORT`
      assert.ok(stderr.startsWith(text), stderr)
    })
  }

  it('control: where all are free the same command listens and writes', async () => {
    const data = join(temporaryFolder(), 'data')
    const command = await startCommand(['--data', data, ...freePorts])
    assert.equal(existsSync(data), true)
    for (const name of ['smtp', 'imap', 'http']) (await LineClient.connect(command.port(name))).destroy()
    assert.equal((await command.end()).code, 0)
  })

  it('by IPv6 alone is in use: it does not listen on the other half', async (t) => {
    const port = await heldPort('::1')
    if (port === undefined) return t.skip('there is no IPv6 here')
    const data = join(temporaryFolder(), 'data')
    const { code, stderr } = await runCommand(['--data', data, ...freePorts, '--smtp', `localhost:${port}`])
    assert.deepEqual([code, existsSync(data)], [1, false])
    assert.ok(stderr.startsWith(`stuntmail: smtp: port ${port} on ::1 is already in use`), stderr)
    await assert.rejects(LineClient.connect(port), { code: 'ECONNREFUSED' })
  })
})
