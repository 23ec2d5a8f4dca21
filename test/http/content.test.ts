import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { headersSchema, messageSchema } from '../../src/http/schemas.ts'
import { MessageScanner } from '../../src/mime/scanner.ts'
import { ask, message, serve, type Answer } from './served.ts'

const served = await serve()
const { port } = served
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const related = message(
  'From: bob@example.com',
  'To: alice@example.com',
  'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
  'MIME-Version: 1.0',
  'Content-Type: multipart/related; boundary=b',
  '',
  '--b',
  'Content-Type: text/html; charset=iso-8859-1',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  '<p title=3D"cid:logo@x">Gr=FC=DFe</p><img alt=3D1 src=3D"cid:logo@x"><img src=3Dcid:page@x>',
  '--b',
  'Content-Type: image/png; name=logo.png',
  'Content-ID: <logo@x>',
  'Content-Transfer-Encoding: base64',
  '',
  png.toString('base64'),
  '--b',
  'Content-Type: text/html; name="page.html"',
  'Content-Disposition: attachment; filename="page.html"',
  'Content-ID: <page@x>',
  '',
  '<script>alert(1)</script>',
  '--b--',
)

function partOf(mediaType: string, filename = 'file.bin'): string {
  return message(
    'Subject: part',
    `Content-Type: ${mediaType}`,
    `Content-Disposition: attachment; filename="${filename}"`,
    '',
    'content',
  )
}

async function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(port, path, { headers })
}

describe('a part without a name', () => {
  it('is saved with the ending of its type', async () => {
    const types = [
      'application/pdf',
      'text/calendar; method=REQUEST',
      'message/rfc822',
      'image/png',
      'x/y',
      'text/plain; name=""',
    ]
    const parts = types.flatMap((type) => [
      '--b',
      `Content-Type: ${type}`,
      'Content-Disposition: attachment',
      '',
      'a: b',
      '',
    ])
    const key = await served.put(message('Content-Type: multipart/mixed; boundary=b', '', ...parts, '--b--'))
    const names = ['part-1.pdf', 'part-2.ics', 'part-3.eml', 'part-4.png', 'part-5', 'part-6.txt']
    for (const [index, name] of names.entries()) {
      const { headers } = await get(`/api/messages/${key}/parts/${index + 1}?download=1`)
      assert.equal(headers['content-disposition'], `attachment; filename="${name}"`)
    }
  })
  it('is part 1 where it is the whole message', async () => {
    const key = await served.put(message('Content-Type: application/pdf', '', 'x'))
    const { headers } = await get(`/api/messages/${key}/parts/1`)
    assert.equal(headers['content-disposition'], 'attachment; filename="part-1.pdf"')
  })
})

describe('raw', () => {
  const octets = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 256))
  it('is exactly what arrived, under its hash', async () => {
    const key = await served.put(octets, 'a@example.com')
    const answer = await get(`/api/messages/${key}/raw`)
    assert.ok(answer.body.equals(octets))
    assert.equal(answer.headers['content-type'], 'message/rfc822')
    assert.equal(answer.headers['content-length'], '300000')
    assert.equal(answer.headers.etag, `"${createHash('sha256').update(octets).digest('hex')}"`)
    assert.equal(answer.headers['content-disposition'], undefined)
    const download = await get(`/api/messages/${key}/raw?download=1`)
    assert.equal(download.headers['content-disposition'], `attachment; filename="${key}.eml"`)
  })
  it('answers ranges and conditions', async () => {
    const key = await served.put(octets, 'a@example.com')
    const path = `/api/messages/${key}/raw`
    const range = async (value: string): Promise<unknown[]> => {
      const { status, headers, body } = await get(path, { Range: value })
      return [status, headers['content-range'], body.length]
    }
    assert.deepEqual(await range('bytes=10-19'), [206, 'bytes 10-19/300000', 10])
    assert.deepEqual(await range('bytes=299990-'), [206, 'bytes 299990-299999/300000', 10])
    assert.deepEqual(await range('bytes=-5'), [206, 'bytes 299995-299999/300000', 5])
    assert.deepEqual(await range('bytes=299999-999999'), [206, 'bytes 299999-299999/300000', 1])
    assert.deepEqual((await range('bytes=300000-')).slice(0, 2), [416, 'bytes */300000'])
    for (const whole of ['bytes=5-4', 'bytes=-', 'lines=1-2', 'bytes=0-1,3-4'])
      assert.deepEqual(await range(whole), [200, undefined, 300_000])
    assert.ok((await get(path, { Range: 'bytes=100-199' })).body.equals(octets.subarray(100, 200)))
    const { headers } = await get(path)
    const etag = headers.etag ?? ''
    assert.equal((await get(path, { 'If-None-Match': `W/"x", ${etag}` })).status, 304)
    assert.equal((await get(path, { 'If-None-Match': '"other"' })).status, 200)
    assert.equal((await get(path, { Range: 'bytes=0-1', 'If-Range': '"other"' })).status, 200)
    assert.equal((await get(path, { Range: 'bytes=0-1', 'If-Range': etag })).status, 206)
    const head = await ask(port, path, { method: 'HEAD' })
    assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '300000', 0])
  })
})

describe('MIME-1: a message that cannot be taken apart', () => {
  for (const method of ['push', 'end'] as const) {
    it(`is shown as one part, and downloaded as it is, when ${method} fails`, async (t) => {
      const key = await served.put(related, 'a@example.com')
      t.mock.method(MessageScanner.prototype, method, () => {
        throw new RangeError('a defect')
      })
      const answer = await get(`/api/messages/${key}`)
      assert.equal(answer.status, 200)
      const { parts, partCount } = v.parse(messageSchema, JSON.parse(answer.text))
      assert.equal(partCount, 1)
      assert.deepEqual(
        parts.map(({ n, mediaType, octets, childCount }) => [n, mediaType, octets, childCount]),
        [['', 'application/octet-stream', related.length, 0]],
      )
      for (const path of ['raw', 'parts/1']) {
        assert.equal((await get(`/api/messages/${key}/${path}`)).text, related, path)
      }
      assert.equal((await get(`/api/messages/${key}/headers`)).status, 200)
    })
  }
})

describe('bodies', () => {
  it('HTML is a document that cannot run, with its pictures', async () => {
    const key = await served.put(related, 'a@example.com')
    const { headers, text } = await get(`/api/messages/${key}/html`)
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    assert.ok(text.includes(`<p title="cid:logo@x">Grüße</p><img alt=1 src="parts/2">`), text)
    assert.ok(text.includes('<img src=cid:page@x>'), 'HTML-11: only pictures')
    const policy = String(headers['content-security-policy'])
    for (const rule of [
      'sandbox',
      "default-src 'none'",
      "script-src 'none'",
      "form-action 'none'",
      "base-uri 'none'",
    ]) {
      assert.ok(policy.includes(rule), rule)
    }
    assert.ok(!policy.includes('allow-scripts'))
    assert.ok(policy.includes("img-src data: 'self';"), policy)
    const picture = await get(`/api/messages/${key}/parts/2`)
    assert.ok(picture.body.equals(png))
    assert.equal(picture.headers['content-type'], 'image/png')
  })
  it('text is the text part, or made from HTML, or 404', async () => {
    const plain = await served.put(
      message('Content-Type: text/plain; charset=iso-8859-1', '', 'Gr\u00fc\u00dfe').replace(/[ü]/g, 'ue'),
      'a@b.c',
    )
    assert.equal((await get(`/api/messages/${plain}/html`)).status, 404)
    assert.equal((await get(`/api/messages/${plain}/text`)).headers['content-type'], 'text/plain; charset=utf-8')
    const html = await served.put(related, 'a@example.com')
    assert.match((await get(`/api/messages/${html}/text`)).text, /Grüße/)
    const neither = await served.put(partOf('image/png'), 'a@example.com')
    assert.equal((await get(`/api/messages/${neither}/text`)).status, 404)
  })
  it('a body that is too long says that this is its beginning', async () => {
    const large = await serve({ maxMessageOctets: 100_000_000 })
    const octets = 10 * 1_048_576
    const cut = async (type: string, body: string, path: string): Promise<unknown[]> => {
      const key = await large.put(message(`Content-Type: ${type}`, '', body), 'a@b.c')
      const { headers, body: sent } = await ask(large.port, `/api/messages/${key}/${path}`)
      return [headers['x-stuntmail-truncated'], sent.length]
    }
    for (const [type, path] of [
      ['text/plain', 'text'],
      ['text/html', 'html'],
    ] as const) {
      assert.deepEqual(await cut(type, 'x'.repeat(octets), path), ['1', octets], 'and its line end is cut')
      assert.deepEqual(await cut(type, 'x'.repeat(octets - 2), path), [undefined, octets - 1], 'control')
    }
    assert.deepEqual(await cut('text/html', 'x'.repeat(octets), 'text'), ['1', octets])
    assert.deepEqual(large.errors, [])
  })
  it('header fields come in order, decoded and raw', async () => {
    const key = await served.put(
      message('Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=', 'X-A: 1', ' 2', 'x-a: 3', '', ''),
      'a@example.com',
    )
    const { fields } = v.parse(headersSchema, JSON.parse((await get(`/api/messages/${key}/headers`)).text))
    assert.deepEqual(
      fields.map(({ name, value }) => [name, value]),
      [
        ['Subject', 'Grüße'],
        ['X-A', '1 2'],
        ['x-a', '3'],
      ],
    )
    assert.equal(fields[1]?.raw, ' 1\r\n 2')
  })
  it('the conversation is text', async () => {
    const key = await served.put(related, 'a@example.com')
    assert.match((await get(`/api/messages/${key}/transcript`)).text, /^S: 220 test\nC: EHLO test\n[^]*C: MAIL FROM/)
  })
})

describe('HTML-10: parts are never active', () => {
  const active = [
    ...[
      'text/html',
      'image/svg+xml',
      'application/xhtml+xml',
      'text/xml',
      'application/pdf',
      'text/javascript',
      'text/css',
    ],
    ...[
      'multipart/x-mixed-replace',
      'application/xml',
      'text/plain',
      'model/x3d',
      'application/x-shockwave-flash',
      'x/y',
      '',
      'text/html;\r\n X: y',
    ],
  ]
  const passive = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'video/mp4', 'application/zip']
  for (const mediaType of [...active, ...passive]) {
    it(JSON.stringify(mediaType), async () => {
      const key = await served.put(partOf(mediaType), 'a@example.com')
      const { headers, status } = await get(`/api/messages/${key}/parts/1`)
      assert.equal(status, 200)
      assert.equal(headers['content-type'], passive.includes(mediaType) ? mediaType : 'application/octet-stream')
      const inline = mediaType.startsWith('image/') && passive.includes(mediaType)
      assert.match(String(headers['content-disposition']), inline ? /^inline;/ : /^attachment;/)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
      assert.match(String(headers['content-security-policy']), /^sandbox; default-src 'none'/)
      const saved = await get(`/api/messages/${key}/parts/1?download=1`)
      assert.match(String(saved.headers['content-disposition']), /^attachment;/)
    })
  }
  for (const section of ['0', '2', '1.1', '1.', '.1', '1..1', '-1', '1e1', '9999999', 'x', '01']) {
    it(`there is no part ${section}`, async () => {
      const key = await served.put(partOf('image/png'), 'a@example.com')
      assert.equal((await get(`/api/messages/${key}/parts/${section}`)).status, 404)
    })
  }
})

describe('the frame', () => {
  it('never runs scripts, and loads from outside only when asked', async () => {
    const policyOf = async (path: string): Promise<string> => {
      const answer = await get(path)
      assert.equal(answer.status, 200)
      assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8')
      assert.equal(answer.headers['x-frame-options'], 'SAMEORIGIN')
      assert.ok(!answer.text.includes('<script'))
      return String(answer.headers['content-security-policy'])
    }
    const closed = await policyOf('/frame/0123456789a')
    const open = await policyOf('/frame/0123456789a?remote=1')
    for (const policy of [closed, open]) {
      assert.match(policy, /^sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox;/)
      assert.match(policy, /script-src 'none'/)
      assert.match(policy, /frame-ancestors 'self'/)
      assert.ok(!policy.includes('allow-scripts'))
    }
    assert.ok(!/https?:[ ;]/.test(closed), closed)
    assert.match(open, /img-src data: 'self' http: https:;/)
    assert.ok(!/script-src[^;]*http/.test(open))
    assert.equal((await get('/frame/0123456789A')).status, 404)
  })
  it('has no defects', () => assert.deepEqual(served.errors, []))
})
