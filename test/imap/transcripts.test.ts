import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { plainMessage, deliver, arrivalTo } from '../support/messages.ts'
import { testImap } from '../support/imap.ts'
import { LineClient } from '../support/line-client.ts'
import { parseTranscript, play, type TranscriptFile, unescape } from '../support/play.ts'
import type { Store } from '../../src/store/store.ts'

const folder = new URL('../transcripts/imap/', import.meta.url)
const user = 'bob@example.com'

/**
 * Directives: `messages N` that are there, `message RAW` one more, `state` that each connection begins in (greeted,
 * authenticated, selected, examined), `user NAME PASSWORD`, `strict-login`, `require-tls`, `append-limit`.
 */
function directives(file: TranscriptFile) {
  const all = new Map(file.directives)
  for (const name of all.keys()) {
    const known = ['messages', 'message', 'state', 'user', 'strict-login', 'require-tls', 'append-limit']
    assert.ok(known.includes(name), `unknown directive ${name}`)
  }
  const [name, password] = (all.get('user') ?? '').split(' ')
  return {
    state: all.get('state') ?? 'authenticated',
    options: {
      logins: { users: new Map(name === '' ? [] : [[name ?? '', password ?? '']]), strict: all.has('strict-login') },
      requireTls: all.has('require-tls'),
      ...(all.has('append-limit') && { appendLimit: Number(all.get('append-limit')) }),
    },
  }
}

async function fill(store: Store, file: TranscriptFile): Promise<void> {
  for (const [name, value] of file.directives) {
    if (name === 'messages') {
      for (let i = 1; i <= Number(value); i++) await deliver(store, plainMessage(`Message ${i}`), arrivalTo([user]))
    }
    if (name === 'message') await deliver(store, Buffer.from(unescape(value), 'latin1'), arrivalTo([user]))
  }
}

/** What brings a connection to the state that a transcript begins in. */
async function begin(client: LineClient, state: string): Promise<LineClient> {
  const say = async (command: string): Promise<void> => {
    await client.send(`begin ${command}\r\n`)
    for (let line = await client.line(); !line?.startsWith('begin OK'); line = await client.line()) {
      assert.ok(line?.startsWith('* '), `${command}: ${line ?? 'closed'}`)
    }
  }
  if (state === 'greeting') return client
  await client.line()
  if (state !== 'greeted') await say(`LOGIN ${user} secret`)
  if (state === 'selected') await say('SELECT INBOX')
  if (state === 'examined') await say('EXAMINE INBOX')
  return client
}

for (const name of readdirSync(folder)) {
  const file = parseTranscript(readFileSync(new URL(name, folder), 'utf8'))
  for (const octetwise of [false, true]) {
    test(`${name}: ${file.title}${octetwise ? ', octet by octet' : ''}`, { timeout: 300_000 }, async () => {
      const { state, options } = directives(file)
      const { server, store, port } = await testImap(options)
      await fill(store, file)
      await play(file.steps, {
        connect: async () => begin(await LineClient.connect(port), state),
        octetwise,
      })
      await server.stop()
      await store.assertConsistent()
    })
  }
}
