import assert from 'node:assert/strict'
import { it } from 'node:test'
import { freePorts, startCommand, temporaryFolder } from '../support/command.ts'
import { send, beginMessage, subjects } from '../support/mail.ts'

it('gives up after ten seconds on a message that does not end: 421, absent, exit 0 within 11 s (REL-14)', async () => {
  const data = temporaryFolder()
  const server = await startCommand(['--data', data, ...freePorts])
  await send(server.port('smtp'), 'Whole')
  const client = await beginMessage(server.port('smtp'))
  await client.send('Subject: Half\r\n\r\n')
  const asked = performance.now()
  const { code } = await server.end()
  const tookMs = performance.now() - asked
  assert.match((await client.rest()).join(), /^421 4\.3\.2 /)
  assert.deepEqual([code, tookMs > 9_000, tookMs < 11_000], [0, true, true])

  const again = await startCommand(['--data', data, ...freePorts])
  assert.deepEqual(await subjects(again.port('http')), ['Whole'])
  assert.equal((await again.end()).code, 0)
})
