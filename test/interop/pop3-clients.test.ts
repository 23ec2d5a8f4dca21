import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { arrivalTo, deliver, plainMessage } from '../support/messages.ts'
import { testPop3 } from '../support/pop3.ts'
import { certificate } from '../support/smtp.ts'
import { missing, run } from './clients/programs.ts'

const directory = await mkdtemp(join(tmpdir(), 'stuntmail-interop-'))
const anchor = join(directory, 'cert.pem')
await writeFile(anchor, await certificate.pem())
after(() => rm(directory, { recursive: true, force: true }))

const open = await testPop3()
const overTls = await testPop3({ name: 'pop3s', implicitTls: true })

const python = `
import poplib, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[3])
client = poplib.POP3('localhost', int(sys.argv[1]))
assert 'STLS' in client.capa()
client.stls(context)
client.user('python@example.com')
client.pass_('a b')
assert client.stat()[0] == 2
assert client.retr(1)[1][-2:] == [b'.dot', b'..dots'], client.retr(1)
assert client.top(1, 0)[1][-1] == b''
ids = client.uidl()[1]
client.dele(1)
client.quit()
secure = poplib.POP3_SSL('localhost', int(sys.argv[2]), context=context)
secure.apop('python@example.com', 'x')
assert secure.list()[1] == []
secure.quit()
again = poplib.POP3('localhost', int(sys.argv[1]))
again.user('python@example.com')
again.pass_('x')
assert again.uidl()[1] == [b'1 ' + ids[1].split()[1]]
again.quit()
`
test("Python's poplib", { timeout: 300_000 }, async (t) => {
  const lacks = await missing(['python3', '--version'])()
  if (lacks !== undefined) return t.skip(lacks)
  const octets = Buffer.concat([plainMessage('For Python', '.dot'), Buffer.from('..dots\r\n')])
  for (let i = 0; i < 2; i++) await deliver(open.store, octets, arrivalTo(['python@example.com']))
  await run('python3', ['-c', python, String(open.port), String(overTls.port), anchor])
})

test('curl', { timeout: 300_000 }, async (t) => {
  const lacks = await missing(['curl', '--version'])()
  if (lacks !== undefined) return t.skip(lacks)
  await deliver(open.store, plainMessage('For curl', '.dot'), arrivalTo(['curl@example.com']))
  const base = ['--silent', '--show-error', '--cacert', anchor, '--user', 'curl@example.com:x']
  const text = await run('curl', [...base, '--ssl-reqd', `pop3://localhost:${open.port}/1`])
  assert.equal(text, plainMessage('For curl', '.dot').toString())
  assert.equal((await run('curl', [...base, `pop3s://localhost:${overTls.port}/`])).trim(), '')
})
