import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fc } from '../support/properties.ts'
import type { WireMessage } from '../../src/http/wire-types.ts'
import { ask, message, serve } from './served.ts'

const served = await serve({ maxMessageOctets: 100_000 })
const { port, store } = served
const welcome = message('From: bob@example.com', 'Subject: Welcome', '', 'Hello')

async function send(body: unknown): Promise<{ status: number; key: string; detail: string }> {
  const answer = await ask(port, '/api/messages', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, key: '', detail: '', ...(JSON.parse(answer.text) as object) }
}

async function sendRaw(query: string, body: string | Uint8Array): Promise<{ status: number; key: string }> {
  const answer = await ask(port, `/api/messages${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'message/rfc822' },
    body,
  })
  return { status: answer.status, key: '', ...(JSON.parse(answer.text) as object) }
}

const rawOf = async (key: string): Promise<string> => (await ask(port, `/api/messages/${key}/raw`)).text
const messageOf = async (key: string): Promise<WireMessage> =>
  JSON.parse((await ask(port, `/api/messages/${key}`)).text) as WireMessage

describe('POST /api/messages, raw', () => {
  it('is caught octet for octet, like any other message', async () => {
    const { status, key } = await sendRaw(
      '?from=bob@example.com&to=alice@example.com,carol@example.com&to=dave@example.com',
      welcome,
    )
    assert.equal(status, 201)
    assert.equal(await rawOf(key), welcome)
    const { envelope, entries } = await messageOf(key)
    assert.equal(envelope.listener, 'http')
    assert.deepEqual(
      envelope.forwardPaths.map(({ address }) => address),
      ['alice@example.com', 'carol@example.com', 'dave@example.com'],
    )
    assert.ok(entries.some(({ account }) => account === 'dave@example.com'))
    assert.match((await ask(port, `/api/messages/${key}/transcript`)).text, /POST \/api\/messages/)
  })
  it('takes the null reverse-path', async () => {
    const { key } = await sendRaw('?to=alice@example.com', welcome)
    assert.equal((await messageOf(key)).envelope.reversePath.address, '')
  })
  for (const query of [
    '',
    '?to=',
    '?to=,',
    '?to=a%0d%0aRCPT',
    '?to=%3Ca@b.c%3E',
    '?from=a%00b&to=a@b.c',
    '?to=a%20b',
    '?tö=a@b.c',
  ]) {
    it(`API-1: refuses ${query}`, async () => {
      const before = (await store.state()).messages
      assert.ok([400, 404].includes((await sendRaw(query.replace('ö', '%C3%B6'), welcome)).status))
      assert.equal((await store.state()).messages, before)
    })
  }
  it('keeps nothing of what is too large', async () => {
    const before = (await store.state()).messages
    assert.equal((await sendRaw('?to=a@example.com', Buffer.alloc(100_001, 'x'))).status, 413)
    assert.equal((await sendRaw('?to=a@example.com', Buffer.alloc(200_000, 'x'))).status, 413)
    assert.equal((await store.state()).messages, before)
    assert.equal((await sendRaw('?to=a@example.com', Buffer.alloc(100_000, 'x'))).status, 201)
  })
  it('takes no other type', async () => {
    for (const type of ['text/html', 'application/octet-stream', 'message/global']) {
      const answer = await ask(port, '/api/messages?to=a@b.c', {
        method: 'POST',
        headers: { 'Content-Type': type },
        body: 'x',
      })
      assert.equal(answer.status, 415, type)
    }
  })
})

describe('POST /api/messages, composed', () => {
  it('is written and caught', async () => {
    const { status, key } = await send({
      from: 'Bob <bob@example.com>',
      to: [{ name: 'Älice', address: 'alice@example.com' }],
      bcc: ['carol@example.com'],
      subject: 'Grüße',
      text: 'Hello',
      html: '<p>Hello <img src="cid:logo">',
      headers: [{ name: 'X-Campaign', value: 'spring' }],
      attachments: [{ filename: 'logo.png', mediaType: 'image/png', content: 'iVBORw0KGgo=', contentId: 'logo' }],
    })
    assert.equal(status, 201)
    const found = await messageOf(key)
    assert.equal(found.subject, 'Grüße')
    assert.deepEqual(found.to, [{ name: 'Älice', address: 'alice@example.com' }])
    assert.deepEqual(found.forwardPaths, ['alice@example.com', 'carol@example.com'])
    assert.deepEqual(
      found.files.map(({ filename, mediaType }) => [filename, mediaType]),
      [['logo.png', 'image/png']],
    )
    const raw = await rawOf(key)
    assert.match(raw, /^X-Campaign: spring\r$/m)
    assert.ok(!raw.includes('carol@example.com'), 'blind copies stay blind')
  })
  const basic = { from: 'bob@example.com', to: ['alice@example.com'], subject: 'x', text: 'y' }
  it('control: the plain message of the refusals below is taken', async () =>
    assert.equal((await send(basic)).status, 201))
  const refused: [string, object][] = [
    ['subject with a line end', { subject: 'a\r\nBcc: x@y.z' }],
    ['subject with NUL', { subject: 'a\0' }],
    ['address with a line end', { to: ['alice@example.com\r\nX: y'] }],
    ['address object with a line end', { to: [{ address: 'a@b.c\r\nX: y' }] }],
    ['name with a line end', { from: { name: 'a\nX: y', address: 'a@b.c' } }],
    ['two addresses in one', { to: ['a@b.c, d@e.f'] }],
    ['field name with a colon', { headers: [{ name: 'X: y', value: 'z' }] }],
    ['field name with a line end', { headers: [{ name: 'X\r\nY', value: 'z' }] }],
    ['field value with a line end', { headers: [{ name: 'X', value: 'y\r\nZ: 1' }] }],
    ['a field of ours', { headers: [{ name: 'From', value: 'x@y.z' }] }],
    ['file name with a line end', { attachments: [{ filename: 'a\r\nX: y', content: '' }] }],
    ['media type with a line end', { attachments: [{ mediaType: 'text/plain\r\nX: y', content: '' }] }],
    ['content id with a line end', { attachments: [{ contentId: 'a\r\nX: y', content: '' }] }],
    ['no base64', { attachments: [{ content: '*' }] }],
    ['API-2: path', { attachments: [{ path: '/etc/passwd' }] }],
    ['API-2: href', { attachments: [{ href: 'http://127.0.0.1/' }] }],
    ['API-2: content by path', { attachments: [{ content: { path: '/etc/passwd' } }] }],
    ['API-2: raw', { raw: { path: '/etc/passwd' } }],
    ['API-2: icalEvent', { icalEvent: { path: '/etc/passwd' } }],
    ['API-2: alternatives', { alternatives: [{ path: '/etc/passwd' }] }],
    ['API-2: text by path', { text: { path: '/etc/passwd' } }],
    ['API-2: html by URL', { html: { href: 'file:///etc/passwd' } }],
    ['envelope.size', { envelope: { size: '1\r\nRCPT' } }],
    ['nobody to send to', { to: [] }],
    ['1,001 recipients', { to: Array.from({ length: 1_001 }, (_, i) => `a${i}@example.com`) }],
  ]
  for (const [name, part] of refused) {
    it(`API-1, API-2: refuses ${name}`, async () => {
      const before = (await store.state()).messages
      const { status, detail } = await send({ ...basic, ...part })
      assert.equal(status, 400, detail)
      assert.ok(detail.includes(Object.keys(part)[0] ?? ''), detail)
      assert.equal((await store.state()).messages, before)
    })
  }
  it('API-1: whatever the strings, the header has the lines that were meant, or the answer is 400', async () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\r', '\n', '\0', ':', '"', '\u2028', ' '),
        fc.string({ minLength: 1, maxLength: 1 }),
      ),
    })
    await fc.assert(
      fc.asyncProperty(text, text, text, async (subject, name, value) => {
        const { status, key } = await send({
          ...basic,
          subject,
          from: { name, address: 'bob@example.com' },
          headers: [{ name: 'X-Test', value }],
        })
        if (status === 400) return
        assert.equal(status, 201)
        const { fields } = JSON.parse((await ask(port, `/api/messages/${key}/headers`)).text) as {
          fields: { name: string }[]
        }
        const expected = ['Date', 'From', 'To', 'Message-ID', 'Subject', 'X-Test', 'MIME-Version', 'Content-Type']
        assert.deepEqual(fields.map((field) => field.name).slice(0, 8), expected)
      }),
      { numRuns: 60 },
    )
  })
  it('has no defects', () => assert.deepEqual(served.errors, []))
})
