import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { LineClient } from '../support/line-client.ts'
import { arrivalTo, deliver, envelopeTo, plainMessage } from '../support/messages.ts'
import { parseTranscript, play, type TranscriptFile, unescape } from '../support/play.ts'
import { testPop3 } from '../support/pop3.ts'

const folder = new URL('../transcripts/pop3/', import.meta.url)
const user = 'bob@example.com'
const inUtf8 = envelopeTo([user], { reversePath: { address: 'ann@example.com', smtpUtf8: true } })

/**
 * Directives: `messages N` that are there, `message RAW` one more, `smtputf8 RAW` one more that was sent with SMTPUTF8, `left N` that are there in the end, `state
 * transaction` where each connection begins logged in, `user NAME PASSWORD`, `strict-login`, `require-tls`, `shared`.
 */
function options(file: TranscriptFile) {
  const all = new Map(file.directives)
  const known = ['messages', 'message', 'smtputf8', 'left', 'state', 'user', 'strict-login', 'require-tls', 'shared']
  for (const name of all.keys()) assert.ok(known.includes(name), `unknown directive ${name}`)
  const [name, password] = (all.get('user') ?? '').split(' ')
  return {
    logins: { users: new Map(name === '' ? [] : [[name ?? '', password ?? '']]), strict: all.has('strict-login') },
    requireTls: all.has('require-tls'),
    shared: all.has('shared'),
  }
}

async function begin(client: LineClient, state: string | undefined): Promise<LineClient> {
  if (state !== 'transaction') return client
  await client.line()
  await client.send(`USER ${user}\r\nPASS x\r\n`)
  for (const _ of [1, 2]) assert.match((await client.line()) ?? '', /^\+OK/)
  return client
}

for (const name of readdirSync(folder)) {
  const file = parseTranscript(readFileSync(new URL(name, folder), 'utf8'))
  for (const octetwise of [false, true]) {
    test(`${name}: ${file.title}${octetwise ? ', octet by octet' : ''}`, { timeout: 300_000 }, async () => {
      const { server, store, port } = await testPop3(options(file))
      const directives = new Map(file.directives)
      for (const [directive, value] of file.directives) {
        if (directive === 'messages') {
          for (let i = 1; i <= Number(value); i++) await deliver(store, plainMessage(`Message ${i}`), arrivalTo([user]))
        }
        const octets = Buffer.from(unescape(value), 'latin1')
        if (directive === 'message') await deliver(store, octets, arrivalTo([user]))
        if (directive === 'smtputf8') await deliver(store, octets, arrivalTo([user], { envelope: inUtf8 }))
      }
      await play(file.steps, {
        connect: async () => begin(await LineClient.connect(port), directives.get('state')),
        octetwise,
      })
      await server.stop()
      const left = directives.get('left')
      if (left !== undefined) assert.equal((await store.list({ account: user, limit: 100 })).total, Number(left))
      await store.assertConsistent()
    })
  }
}
