import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands } from '../../src/pop3/commands.ts'
import type { LineClient } from '../support/line-client.ts'
import { arrivalTo, deliver, plainMessage } from '../support/messages.ts'
import { testPop3 } from '../support/pop3.ts'
import { fc } from '../support/properties.ts'

const user = 'bob@example.com'

/** The states each command is for, by the standard that has it. */
const legal: Readonly<Record<string, string>> = {
  // RFC 1939 §4, §5, §7
  ...{ USER: 'authorization', PASS: 'authorization', APOP: 'authorization', QUIT: 'both' },
  ...{ STAT: 'transaction', LIST: 'transaction', RETR: 'transaction', DELE: 'transaction', NOOP: 'transaction' },
  ...{ RSET: 'transaction', TOP: 'transaction', UIDL: 'transaction' },
  // RFC 2449 §5, RFC 2595 §4, RFC 5034 §4, RFC 6856 §2, §3
  ...{ CAPA: 'both', STLS: 'authorization', AUTH: 'authorization', UTF8: 'authorization', LANG: 'both' },
}
const argumentOf: Readonly<Record<string, string>> = {
  ...{ USER: ' x', PASS: ' x', APOP: ' x c4c9334bac560ecc979e58001b3e22fb', RETR: ' 1', DELE: ' 1', TOP: ' 1 0' },
  ...{ AUTH: ' PLAIN AHgAeA==' },
}

async function enter(client: LineClient, state: string): Promise<void> {
  if (state !== 'transaction') return
  await client.send(`USER ${user}\r\nPASS x\r\n`)
  for (const _ of [1, 2]) assert.match((await client.line()) ?? '', /^\+OK/)
}

test('every command in every state is done or refused as the standards have it', async () => {
  assert.deepEqual([...commands.keys()].sort(), Object.keys(legal).sort())
  const { store, client } = await testPop3({ shared: true })
  await deliver(store, plainMessage('There'), arrivalTo([user]))
  for (const [name, states] of Object.entries(legal)) {
    for (const state of ['authorization', 'transaction']) {
      const session = await client()
      await enter(session, state)
      if (name === 'PASS' && state === 'authorization') {
        await session.send('USER carol@example.com\r\n')
        await session.line()
      }
      await session.send(`${name}${argumentOf[name] ?? ''}\r\n`)
      const answer = (await session.line()) ?? ''
      const expected = states === 'both' || states === state ? /^\+OK/ : /^-ERR (Log in first|Not after login)$/
      assert.match(answer, expected, `${name}, ${state}`)
      session.destroy()
    }
  }
})

test('whatever a client says is answered in one of two forms, and removes nothing without QUIT (POP-2)', async () => {
  const pop3 = await testPop3({ shared: true })
  await deliver(pop3.store, plainMessage('Stays', '.dot'), arrivalTo([user]))
  const number = fc.constantFrom(
    '',
    '0',
    '1',
    '2',
    '-1',
    '01',
    '1 1',
    '4294967296',
    '99999999999999999999',
    '1e0',
    '1\0',
    '\t1',
  )
  const name = fc.constantFrom(
    ...[...commands.keys()].filter((each) => !['QUIT', 'STLS', 'AUTH'].includes(each)),
    '',
    'X',
    'retr',
  )
  const line = fc.oneof(
    fc.tuple(name, number).map((words) => words.join(' ')),
    fc.string({ unit: 'binary-ascii', maxLength: 300 }).map((text) => text.replaceAll('\n', ' ')),
    fc.constant('RETR '.padEnd(20_000, '1')),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.boolean(), async (lines, isLoggedIn) => {
      const client = await pop3.client()
      await enter(client, isLoggedIn ? 'transaction' : 'authorization')
      await client.send(lines.map((each) => `${each.replace(/^(quit|stls|auth)/i, 'X')}\r\n`).join('') + 'NOOP\r\n')
      client.end()
      for (const answer of await answers(client)) assert.match(answer, /^(\+OK|-ERR)( [\x20-\x7e]*)?$/)
      assert.equal((await pop3.store.list({ account: user, limit: 1 })).total, 1)
    }),
    { numRuns: 150 },
  )
})

/** The first lines of the answers, without what follows them up to a final dot. */
async function answers(client: LineClient): Promise<string[]> {
  const lines = await client.rest()
  const firsts: string[] = []
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    firsts.push(line)
    const multi = /^\+OK (Capabilities|Unique ids|Languages|Top of|\d+ octets$|\d+ messages$)/.test(line)
    const end = multi ? lines.indexOf('.', i + 1) : -1
    if (end > 0) i = end
  }
  return firsts
}
