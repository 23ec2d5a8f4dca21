import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePorts, runCommand, startCommand, temporaryFolder, type RunningCommand } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'
import { filledMessage } from '../support/load.ts'
import { allMessages } from '../support/rest.ts'

const folder = temporaryFolder()
const start = (): Promise<RunningCommand> => startCommand(['--data', folder, ...freePorts])

async function deliver(server: RunningCommand, subject: string): Promise<string> {
  const client = await LineClient.connect(server.port('smtp'))
  await client.reply()
  for (const line of ['EHLO client.test', 'MAIL FROM:<ann@example.com>', 'RCPT TO:<bob@example.com>', 'DATA']) {
    await client.command(line)
  }
  await client.send(filledMessage(subject, 1000))
  const reply = await client.command('.')
  await client.command('QUIT')
  return reply
}

test('a damaged database: the server says so everywhere and refuses mail, the doctor mends it', async () => {
  const server = await start()
  for (let i = 0; i < 100; i++) assert.match(await deliver(server, `m${i}`), /^250 /)
  const running = await runCommand(['doctor', '--data', folder])
  assert.equal(running.code, 73)
  assert.match(running.stderr, /in use by process \d+/)
  await server.end()
  const well = await runCommand(['doctor', '--data', folder])
  assert.deepEqual([well.code, well.stderr], [0, ''])
  assert.match(well.stdout, /100 in the database, 100 in 1 files? .*Everything is as it should be/s)

  spoilPage(join(folder, 'store.db'), '["mark-m50"')
  const damaged = await start()
  const listed = await fetch(`${damaged.url}/api/messages?limit=1000`)
  assert.equal(listed.status, 503)
  const health = await fetch(`${damaged.url}/healthz`)
  assert.equal(health.status, 503)
  const { detail } = (await health.json()) as { detail: string }
  assert.ok(detail.includes(`stuntmail doctor --data ${folder}`), detail)
  const reply = await deliver(damaged, 'refused')
  assert.match(reply, /^451 4\.3\.0 .*stuntmail doctor/)
  await damaged.end()

  const found = await runCommand(['doctor', '--data', folder])
  assert.equal(found.code, 65)
  assert.match(found.stdout, /store\.db is damaged.*stuntmail doctor --rebuild/s)
  const rebuilt = await runCommand(['doctor', '--data', folder, '--rebuild'])
  assert.deepEqual([rebuilt.code, rebuilt.stderr], [0, ''])
  assert.match(rebuilt.stdout, /made again with 100 messages/)
  const mended = await start()
  assert.equal((await allMessages(mended.url)).length, 100)
  assert.match(await deliver(mended, 'again'), /^250 /)
  await mended.end()
})

test('without its database the server does not start, and says what to do', async () => {
  for (const name of ['store.db', 'store.db-wal']) rmSync(join(folder, name), { force: true })
  const refused = await runCommand(['--data', folder, ...freePorts])
  assert.equal(refused.code, 73)
  assert.ok(refused.stderr.includes(`stuntmail doctor --data ${folder}`), refused.stderr)
})

test('what the doctor is asked wrongly', async () => {
  const nowhere = join(folder, 'nowhere')
  for (const [args, code, text] of [
    [['--data', nowhere], 73, /There is no folder/],
    [['--memory'], 73, /Nothing is kept/],
    [['--smtp', '1025'], 64, /unknown option '--smtp'/],
  ] as const) {
    const asked = await runCommand(['doctor', ...args])
    assert.equal(asked.code, code, asked.stderr)
    assert.match(asked.stderr, text)
  }
})

/** Fills the page with that text with something else. */
function spoilPage(path: string, text: string): void {
  const octets = readFileSync(path)
  const page = 4096 * Math.floor(octets.indexOf(text) / 4096)
  writeFileSync(path, octets.fill(0xff, page, page + 4096))
}
