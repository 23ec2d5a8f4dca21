import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ImapFlow, type ImapFlowOptions } from 'imapflow'
import { testImap } from '../support/imap.ts'
import { arrivalTo, deliver, plainMessage } from '../support/messages.ts'
import { certificate } from '../support/smtp.ts'
import { missing, run } from './clients/programs.ts'

const user = 'bob@example.com'
const directory = await mkdtemp(join(tmpdir(), 'stuntmail-interop-'))
const anchor = join(directory, 'cert.pem')
await writeFile(anchor, await certificate.pem())
after(() => rm(directory, { recursive: true, force: true }))

const open = await testImap()
const overTls = await testImap({ name: 'imaps', implicitTls: true })

const ways: readonly (readonly [name: string, options: Partial<ImapFlowOptions>, port: number])[] = [
  ['STARTTLS', { secure: false, doSTARTTLS: true }, open.port],
  ['TLS', { secure: true }, overTls.port],
  ['plain text', { secure: false, doSTARTTLS: false }, open.port],
]
for (const [name, options, port] of ways) {
  test(
    `imapflow by ${name}: folders, messages, flags, search, moving, and news by IDLE`,
    { timeout: 300_000 },
    async () => {
      const { store } = name === 'TLS' ? overTls : open
      const address = `${name.replaceAll(' ', '')}@example.com`
      await deliver(store, plainMessage('Welcome', 'Your code is 123456'), arrivalTo([address]))
      const client = new ImapFlow({
        host: 'localhost',
        port,
        auth: { user: address, pass: 'x' },
        logger: false,
        tls: { ca: await certificate.pem() },
        qresync: true,
        ...options,
      })
      await client.connect()
      try {
        const folders = await client.list()
        assert.deepEqual(folders.map(({ path, specialUse }) => `${path} ${specialUse ?? ''}`).sort(), [
          'Archive \\Archive',
          'Drafts \\Drafts',
          'INBOX \\Inbox',
          'Junk \\Junk',
          'Sent \\Sent',
          'Trash \\Trash',
        ])
        const box = await client.mailboxOpen('INBOX')
        assert.deepEqual([box.exists, box.readOnly], [1, false])
        const message = await client.fetchOne('1', { envelope: true, bodyStructure: true, source: true, flags: true })
        assert.ok(message !== false)
        assert.deepEqual([message.envelope?.subject, message.bodyStructure?.type], ['Welcome', 'text/plain'])
        assert.deepEqual(message.source, plainMessage('Welcome', 'Your code is 123456'))
        assert.deepEqual(await client.search({ body: '2345' }), [1])
        assert.deepEqual(await client.search({ seen: true }), [])
        await client.messageFlagsAdd('1', ['\\Seen', 'done'])
        assert.deepEqual(await client.search({ keyword: 'done' }), [1])
        const appended = await client.append('INBOX', plainMessage('Grüße'), ['\\Flagged'], new Date(0))
        assert.ok(appended !== false && appended.uid === 2)
        const told = new Promise((resolve) => client.once('exists', resolve))
        const idling = client.idle()
        await deliver(store, plainMessage('News'), arrivalTo([address]))
        await told
        await client.noop()
        await idling
        const moved = await client.messageMove('1', 'Archive')
        assert.ok(moved !== false && moved.uidMap?.size === 1)
        await client.messageDelete('1:*')
        const status = await client.status('INBOX', { messages: true })
        assert.ok(status !== false && status.messages === 0)
        await client.mailboxCreate(['Work', 'Grüße & mehr'])
        assert.ok((await client.list()).some(({ path }) => path === 'Work/Grüße & mehr'))
        await client.mailboxRename(['Work'], ['Job'])
        await client.mailboxDelete('Job/Grüße & mehr')
      } finally {
        await client.logout()
      }
      await store.assertConsistent()
    },
  )
}

const python = `
import imaplib, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[3])
client = imaplib.IMAP4('localhost', int(sys.argv[1]))
client.starttls(context)
client.login('python@example.com', 'x')
message = b'Subject: from python\\r\\n\\r\\n.\\r\\nbody\\r\\n'
for _ in range(3): assert client.append('INBOX', '\\\\Seen', None, message)[0] == 'OK'
assert client.select()[1] == [b'3']
assert client.fetch('2', '(BODY.PEEK[])')[1][0][1] == message
assert client.uid('SEARCH', 'SUBJECT "python"')[1] == [b'1 2 3']
client.store('2', '+FLAGS', '\\\\Deleted')
assert client.expunge()[1] == [b'2']
assert client.copy('1:2', 'Trash')[0] == 'OK'
client.close()
secure = imaplib.IMAP4_SSL('localhost', int(sys.argv[2]), ssl_context=context)
secure.authenticate('PLAIN', lambda _: b'\\0python@example.com\\0x')
assert secure.select('Trash', readonly=True)[1] == [b'0']
secure.logout()
client.logout()
`
test("Python's imaplib", { timeout: 300_000 }, async (t) => {
  const lacks = await missing(['python3', '--version'])()
  if (lacks !== undefined) return t.skip(lacks)
  await run('python3', ['-c', python, String(open.port), String(overTls.port), anchor])
})

test('curl', { timeout: 300_000 }, async (t) => {
  const lacks = await missing(['curl', '--version'])()
  if (lacks !== undefined) return t.skip(lacks)
  await deliver(open.store, plainMessage('For curl'), arrivalTo([user]))
  const base = ['--silent', '--show-error', '--cacert', anchor, '--user', `${user}:x`]
  const text = await run('curl', [...base, '--ssl-reqd', `imap://localhost:${open.port}/INBOX;UID=1`])
  assert.equal(text, plainMessage('For curl').toString())
  const searched = await run('curl', [...base, `imap://localhost:${open.port}/INBOX?SUBJECT%20curl`])
  assert.equal(searched.trim(), '* SEARCH 1')
  assert.match(await run('curl', [...base, `imaps://localhost:${overTls.port}/`]), /"\/" Sent/)
})
