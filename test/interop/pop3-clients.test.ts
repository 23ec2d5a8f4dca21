import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { arrivalTo, deliver, plainMessage } from '../support/messages.ts'
import { testPop3 } from '../support/pop3.ts'
import { certificate } from '../support/smtp.ts'

const directory = await mkdtemp(join(tmpdir(), 'stuntmail-interop-'))
const anchor = join(directory, 'cert.pem')
await writeFile(anchor, await certificate.pem())
after(() => rm(directory, { recursive: true, force: true }))

const open = await testPop3()
const overTls = await testPop3({ name: 'pop3s', implicitTls: true })

/** @returns what it says; undefined where there is no such program. */
function run(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: 60_000 }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') resolve(undefined)
      else if (error) reject(new Error(`${error.message}\n${stdout}${stderr}`))
      else resolve(stdout + stderr)
    })
  })
}

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
test("Python's poplib", { timeout: 60_000 }, async (t) => {
  const octets = Buffer.concat([plainMessage('For Python', '.dot'), Buffer.from('..dots\r\n')])
  for (let i = 0; i < 2; i++) await deliver(open.store, octets, arrivalTo(['python@example.com']))
  const said = await run('python3', ['-c', python, String(open.port), String(overTls.port), anchor])
  if (said === undefined) t.skip('it is not installed')
})

test('curl', { timeout: 60_000 }, async (t) => {
  await deliver(open.store, plainMessage('For curl', '.dot'), arrivalTo(['curl@example.com']))
  const base = ['--silent', '--show-error', '--cacert', anchor, '--user', 'curl@example.com:x']
  const text = await run('curl', [...base, '--ssl-reqd', `pop3://localhost:${open.port}/1`])
  if (text === undefined) return t.skip('it is not installed')
  assert.equal(text, plainMessage('For curl', '.dot').toString())
  assert.equal((await run('curl', [...base, `pop3s://localhost:${overTls.port}/`]))?.trim(), '')
})
