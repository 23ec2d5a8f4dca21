/** A message decides how long its strings are and how many it has of a thing; answers do not grow with it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { cutText } from '../../src/http/cut.ts'
import { headersSchema, messageSchema, pageSchema } from '../../src/http/schemas.ts'
import type { WireHeaders, WireMessage, WirePage } from '../../src/http/wire-types.ts'
import { ask, message, serve, type Served } from './served.ts'

const million = 1_000_000
const long = 'n'.repeat(30_000)

async function get({ port }: Served, path: string): Promise<{ octets: number; body: unknown }> {
  const { status, body, text } = await ask(port, path)
  assert.equal(status, 200, path)
  return { octets: body.length, body: JSON.parse(text) as unknown }
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

describe('a message with endless names', async () => {
  const served = await serve()
  const people = Array.from({ length: 10 }, (_, n) => `"${long}" <${'a'.repeat(5_000)}${n}@example.com>`).join(',\r\n ')
  const octets = message(
    `From: "${long}" <bob@example.com>`,
    `To: ${people}`,
    `Subject: ${long}`,
    `Message-ID: <${long}@example.com>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    `Content-Type: text/${long}; charset=${long}; name=${long}`,
    `Content-Disposition: ${long}; filename=${long}`,
    `Content-Transfer-Encoding: ${long}`,
    `Content-ID: <${long}>`,
    '',
    'x',
    '--b--',
  )
  const key = await served.put(octets, `${'r'.repeat(200)}@example.com`)

  it('has no string above 1,000 characters in a list', async () => {
    const { body } = await get(served, '/api/messages')
    const page: WirePage = v.parse(pageSchema, body)
    assert.equal(page.messages[0]?.from.name.length, 1_000)
    assert.deepEqual(
      stringsIn(body).filter((text) => text.length > 1_000),
      [],
    )
  })
  it('has none when it is asked for, either', async () => {
    const { body } = await get(served, `/api/messages/${key}`)
    const { parts, files }: WireMessage = v.parse(messageSchema, body)
    assert.deepEqual([parts[1]?.filename?.length, files[0]?.filename.length], [1_000, 1_000])
    assert.deepEqual(
      stringsIn(body).filter((text) => text.length > 1_000),
      [],
    )
  })
})

describe('a page', async () => {
  const served = await serve()
  const people = Array.from({ length: 10 }, (_, n) => `"${'é'.repeat(1_000)}" <a${n}@example.com>`).join(',\r\n ')
  const keys: string[] = []
  for (let n = 0; n < 120; n += 1) keys.push(await served.put(message(`To: ${people}`, `Subject: ${n}`, '', 'x')))

  it('has at most 1 MB, and the next goes on where it ends', async () => {
    const found: string[] = []
    let pages = 0
    let cursor: string | null = ''
    while (cursor !== null) {
      const { octets, body } = await get(served, `/api/messages?limit=1000&cursor=${cursor}`)
      const page: WirePage = v.parse(pageSchema, body)
      assert.ok(octets <= million, String(octets))
      assert.equal(page.total, keys.length)
      found.push(...page.messages.map((each) => each.key))
      cursor = page.next
      pages += 1
    }
    assert.ok(pages > 1, 'control: it was too much for one')
    assert.deepEqual(found, keys.toReversed())
  })
})

describe('the parts of a message', async () => {
  const served = await serve()

  it('are a list: each has its number and its depth, and follows the one it is in', async () => {
    const key = await served.put(
      message(
        'Content-Type: multipart/mixed; boundary=a',
        '',
        '--a',
        'Content-Type: multipart/alternative; boundary=b',
        '',
        ...['--b', '', 'x', '--b', '', 'y', '--b--'],
        '--a',
        'Content-Type: message/rfc822',
        '',
        'Content-Type: multipart/mixed; boundary=c',
        '',
        ...['--c', '', 'z', '--c--'],
        '--a--',
      ),
    )
    const { parts, partCount } = v.parse(messageSchema, (await get(served, `/api/messages/${key}`)).body)
    assert.deepEqual(
      parts.map(({ n, depth, childCount }) => [n, depth, childCount]),
      [
        ['', 0, 2],
        ['1', 1, 2],
        ['1.1', 2, 0],
        ['1.2', 2, 0],
        ['2', 1, 1],
        ['2.TEXT', 2, 1],
        ['2.1', 3, 0],
      ],
    )
    assert.equal(partCount, parts.length)
  })
  it('are the first 1,000, and files likewise, each with how many there are', async () => {
    const parts = Array.from({ length: 2_000 }, () => '--b\r\nContent-Type: image/png\r\n\r\nx\r\n').join('')
    const key = await served.put(message('Content-Type: multipart/mixed; boundary=b', '', `${parts}--b--`))
    const shown = v.parse(messageSchema, (await get(served, `/api/messages/${key}`)).body)
    assert.deepEqual([shown.parts.length, shown.partCount], [1_000, 2_001])
    assert.deepEqual([shown.files.length, shown.fileCount], [1_000, 2_000])
    assert.equal(shown.parts.at(-1)?.n, '999')
  })
})

describe('header fields', async () => {
  const served = await serve()
  const headersOf = async (octets: string): Promise<{ octets: number; headers: WireHeaders }> => {
    const answer = await get(served, `/api/messages/${await served.put(octets)}/headers`)
    return { octets: answer.octets, headers: v.parse(headersSchema, answer.body) }
  }

  it('are cut, and say so', async () => {
    const { headers } = await headersOf(message('X-Short: x', `X-Long: ${'y'.repeat(100_000)}`, '', ''))
    assert.deepEqual(
      headers.fields.map(({ value, raw, cut }) => [value.length, raw.length, cut]),
      [
        [1, 2, false],
        [65_536, 65_536, true],
      ],
    )
  })
  it('are the first 1,000, and 1 MB at most, with how many there are', async () => {
    const many = await headersOf(message(...Array.from({ length: 3_000 }, (_, n) => `X-${n}: x`), '', ''))
    assert.deepEqual([many.headers.fields.length, many.headers.fieldCount], [1_000, 3_000])
    const wide = await headersOf(message(...Array.from({ length: 60 }, () => `X: ${long}`), '', ''))
    assert.ok(wide.octets <= million, String(wide.octets))
    assert.equal(wide.headers.fieldCount, 60)
    assert.ok(wide.headers.fields.length > 10)
  })
})

it('no character is cut in two', () => {
  assert.equal(cutText('ab😀', 3), 'ab')
  assert.equal(cutText('ab😀', 4), 'ab😀')
})
