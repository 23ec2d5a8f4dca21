import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { messageOf } from '../mime/corpus.ts'
import { ask, message, serve } from './served.ts'

const served = await serve()
const zeros = Buffer.alloc(8_000_000)

/** A PNG of 65,535 × 65,535 pixels, as far as its header goes. */
const hugePicture = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d494844520000ffff0000ffff0800000000', 'hex'),
  Buffer.alloc(4),
])
const entities =
  '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><svg><text>&b;</text></svg>'

const attachments: readonly (readonly [name: string, mediaType: string, content: Buffer])[] = [
  ['bomb.gz', 'application/gzip', gzipSync(zeros)],
  ['page.html.gz', 'text/html', gzipSync('<b>inside-the-archive</b>')],
  ['bomb.zip', 'application/zip', Buffer.concat([Buffer.from('PK\x03\x04'), deflateRawSync(zeros)])],
  ['huge.png', 'image/png', hugePicture],
  ['entities.svg', 'image/svg+xml', Buffer.from(entities)],
  ['winmail.dat', 'application/ms-tnef', Buffer.from('789f3e22010001', 'hex')],
]

for (const [name, mediaType, content] of attachments) {
  test(`MIME-9: ${name} is handed out as it came, and never opened`, async () => {
    const octets = message(
      'Subject: attached',
      `Content-Type: ${mediaType}; name="${name}"`,
      `Content-Disposition: attachment; filename="${name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      content.toString('base64'),
    )
    const key = await served.put(octets, 'ann@example.com')
    const { status, headers, body } = await ask(served.port, `/api/messages/${key}/parts/1`, {
      headers: { 'Accept-Encoding': 'gzip, br' },
    })
    assert.equal(status, 200)
    assert.deepEqual(body, content)
    assert.equal(headers['content-encoding'], undefined)
    const shown = JSON.parse((await ask(served.port, `/api/messages/${key}`)).text) as { files: unknown[] }
    assert.equal(shown.files.length, 1, 'one file, and none of what is in it')
  })
}

test('MIME-9: what is in winmail.dat is no part of the message', async () => {
  const key = await served.put(messageOf('legacy/tnef'), 'ann@example.com')
  const shown = JSON.parse((await ask(served.port, `/api/messages/${key}`)).text) as {
    parts: { n: string; childCount: number }[]
  }
  assert.deepEqual(
    shown.parts.map(({ n, childCount }) => [n, childCount]),
    [
      ['', 2],
      ['1', 0],
      ['2', 0],
    ],
  )
})

test('MIME-9: the server has nothing that could open an archive or a picture', () => {
  const source = join(import.meta.dirname, '../../src')
  const opening =
    /\b(?:createGunzip|createInflate|createUnzip|createBrotliDecompress|(?:gunzip|inflate|unzip|brotliDecompress)\w*)\b/
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
  assert.match(readFileSync(join(source, 'net', 'deflate.ts'), 'utf8'), opening, 'control: it is found where it is')
  assert.ok(files.length > 100)
  for (const file of files) {
    const text = readFileSync(join(source, file), 'utf8')
    // What a client of IMAP compresses is its connection, not a message.
    if (file !== join('net', 'deflate.ts') && text.includes("'node:zlib'")) assert.doesNotMatch(text, opening, file)
  }
})

test('MIME-9: none of it is in the index', async () => {
  await ask(served.port, '/api/messages?query=subject:attached')
  const found = JSON.parse((await ask(served.port, '/api/messages?query=archive')).text) as { total: number }
  assert.equal(found.total, 0)
  const control = JSON.parse((await ask(served.port, '/api/messages?query=attached')).text) as { total: number }
  assert.equal(control.total, attachments.length)
  await served.put(message('Subject: plain', '', 'inside-the-archive'), 'ann@example.com')
  await served.store.settled()
  const open = JSON.parse((await ask(served.port, '/api/messages?query=archive')).text) as { total: number }
  assert.equal(open.total, 1, 'control: the same word in a text is found')
})
