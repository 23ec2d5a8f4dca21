import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startStuntmail } from '../../src/index.ts'
import { temporaryFolder } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'
import { keyIn } from '../support/load.ts'
import { assertPrototypeUnchanged } from '../support/prototype.ts'

const parent = temporaryFolder()
const data = join(parent, 'a', 'b', 'data')
const names = [
  '../../../names-escaped',
  join(parent, 'names-escaped'),
  'C:\\names-escaped',
  '..\\..\\names-escaped',
  'names-escaped\0.txt',
  `names-escaped-${'x'.repeat(4_000)}`,
  '__proto__',
  "names-escaped'; DROP TABLE message; --",
]

/** A message that calls everything that has a name by this one. */
function messageNamed(name: string, content: string): Buffer {
  const boundary = name.slice(0, 60).replaceAll('\0', '')
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
  const lines = [
    `Message-ID: <${name}@x>`,
    `Subject: ${name}`,
    `Content-Type: multipart/related; boundary=${quoted(boundary)}`,
    '',
    `--${boundary}`,
    'Content-Type: text/html',
    '',
    '<img src="cid:same@x">',
    `--${boundary}`,
    `Content-Type: image/png; name=${quoted(name)}`,
    `Content-Disposition: inline; filename=${quoted(name)}`,
    'Content-ID: <same@x>',
    '',
    content,
    `--${boundary}--`,
    '',
  ]
  return Buffer.from(lines.join('\r\n'))
}

test('MIME-12, SMTP-6: no name that came with a message is part of a path, and equal ones do not mix', async () => {
  const server = await startStuntmail({ data })
  after(() => server.stop())
  const client = await LineClient.connect(server.listeners['smtp']?.port ?? 0)
  await client.reply()
  await client.command('EHLO ../../names-escaped')
  const deliver = async (octets: Buffer, recipient: string): Promise<string> => {
    await client.command('MAIL FROM:<"../../names-escaped"@x>')
    assert.match(await client.command(`RCPT TO:<${recipient}>`), /^250/)
    await client.command('DATA')
    await client.send(octets)
    return keyIn(await client.command('.')) ?? assert.fail('it was not stored')
  }
  const answer = (path: string): Promise<Response> => fetch(`${server.url ?? ''}/api/messages/${path}`)

  const kept: { key: string; octets: Buffer; content: string }[] = []
  await assertPrototypeUnchanged(async () => {
    for (const [index, name] of names.entries()) {
      const content = `content ${index}`
      const octets = messageNamed(name, content)
      const recipient = `"names-escaped'; DROP TABLE message; --/../${index}"@x`
      kept.push({ key: await deliver(octets, recipient), octets, content })
    }
    for (const { key, octets, content } of kept) {
      assert.deepEqual(Buffer.from(await (await answer(`${key}/raw`)).arrayBuffer()), octets)
      const html = await (await answer(`${key}/html`)).text()
      assert.equal(html.trim(), '<img src="parts/2">')
      assert.equal(await (await answer(`${key}/parts/2`)).text(), content)
    }
  })
  client.destroy()

  const account = encodeURIComponent(`"names-escaped'; drop table message; --/../3"@x`)
  const mine = (await (await fetch(`${server.url ?? ''}/api/messages?account=${account}`)).json()) as {
    messages: { key: string }[]
  }
  assert.deepEqual(
    mine.messages.map(({ key }) => key),
    [kept[3]?.key],
  )
  assert.ok(pathsIn(parent).includes('a/b/data/store.db'))
  assert.deepEqual(strays(), [])
  const escapes = ['names-escaped', 'a/b/data/octets/names-escaped', 'a/other', 'a/b/data/__proto__']
  for (const path of escapes) writeFileSync(join(parent, path), '')
  assert.deepEqual(new Set(strays()), new Set(escapes), 'control: a file by such a name is seen')
})

function pathsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'))
}

/** What is outside the data folder, or has a name that came with a message. */
function strays(): string[] {
  return pathsIn(parent).filter(
    (path) => !/^a(?:\/b(?:\/data(?:\/.*)?)?)?$/.test(path) || /escaped|proto|DROP|:/.test(path),
  )
}
